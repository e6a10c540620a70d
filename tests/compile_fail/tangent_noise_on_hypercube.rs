use dam_core::prelude::*;

fn main() -> Result<(), Error> {
    let pattern = Spins::from_signs(&[1, -1, 1, 1])?;
    let mut rng = Streams::new(1).rng(Purpose::Cues, 0);
    TangentNoise::new(0.3)?.corrupt(&Hypercube::new(4)?, &pattern, &mut rng)?;
    Ok(())
}
