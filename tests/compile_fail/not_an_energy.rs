use dam_core::prelude::*;

struct Mine;

fn main() -> Result<(), Error> {
    let mut x = Spins::from_signs(&[1, -1, 1, 1])?;
    let mut rng = Streams::new(1).rng(Purpose::Dynamics, 0);
    Runner::default().run(&Mine, &Synchronous, &mut x, &mut rng)?;
    Ok(())
}
