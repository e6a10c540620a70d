use dam_core::nalgebra::DVector;
use dam_core::prelude::*;

fn main() -> Result<(), Error> {
    let mut x = DVector::from_element(4, 1.0);
    let memory = models::lse(Sphere::<f64>::new(4)?, 1.0, [&x])?;
    let mut rng = Streams::new(1).rng(Purpose::Dynamics, 0);
    Runner::default().run(&memory, &Glauber::new(0.5, Order::Sequential)?, &mut x, &mut rng)?;
    Ok(())
}
