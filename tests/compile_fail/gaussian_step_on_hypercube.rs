use dam_core::prelude::*;

fn main() -> Result<(), Error> {
    let mut x = Spins::from_signs(&[1, -1, 1, 1])?;
    let memory = models::hopfield(Hypercube::new(4)?, [&x])?;
    let mut rng = Streams::new(1).rng(Purpose::Dynamics, 0);
    Runner::default().run(&memory, &Metropolis::new(0.5, GaussianStep::new(0.1)?)?, &mut x, &mut rng)?;
    Ok(())
}
