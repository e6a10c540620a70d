use dam_core::nalgebra::DVector;
use dam_core::prelude::*;

struct Height {
    space: Euclidean<f64>,
}

impl Energy for Height {
    type Space = Euclidean<f64>;

    fn space(&self) -> &Euclidean<f64> {
        &self.space
    }

    fn energy(&self, x: &DVector<f64>) -> f64 {
        x.norm_squared().sin()
    }
}

fn main() -> Result<(), Error> {
    let height = Height { space: Euclidean::new(4)? };
    let mut x = DVector::from_element(4, 1.0);
    let mut rng = Streams::new(1).rng(Purpose::Dynamics, 0);
    Runner::default().run(&height, &GradientDescent::default(), &mut x, &mut rng)?;
    Ok(())
}
