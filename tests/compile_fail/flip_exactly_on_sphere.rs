use dam_core::nalgebra::DVector;
use dam_core::prelude::*;

fn main() -> Result<(), Error> {
    let pattern = DVector::from_element(4, 1.0);
    let mut rng = Streams::new(1).rng(Purpose::Cues, 0);
    FlipExactly::new(1).corrupt(&Sphere::<f64>::new(4)?, &pattern, &mut rng)?;
    Ok(())
}
