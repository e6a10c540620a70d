use dam_core::prelude::*;

fn main() -> Result<(), Error> {
    let mut x = Spins::from_signs(&[1, -1, 1, 1])?;
    let memory = models::hopfield(Hypercube::new(4)?, [&x])?;
    let mut rng = Streams::new(1).rng(Purpose::Dynamics, 0);
    Runner::default().run(&memory, &GradientDescent::default(), &mut x, &mut rng)?;
    Ok(())
}
