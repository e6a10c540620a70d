use dam_core::nalgebra::DVector;
use dam_core::prelude::*;

fn main() -> Result<(), Error> {
    let mut x = DVector::from_element(4, 1.0);
    let memory = models::spherical(Sphere::<f64>::new(4)?, 3, [&x])?;
    let mut rng = Streams::new(1).rng(Purpose::Dynamics, 0);
    Runner::default().run(&memory, &Asynchronous::new(Order::Permutation), &mut x, &mut rng)?;
    Ok(())
}
