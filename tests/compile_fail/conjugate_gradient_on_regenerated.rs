use dam_core::prelude::*;
use dam_core::DensePatterns;
use dam_core::nalgebra::DVector;

fn main() -> Result<(), Error> {
    let store = DensePatterns::regenerated(Sphere::<f64>::new(4)?, 9, |_| DVector::from_element(4, 1.0))?;
    let memory = Dam::with_store(store, Exponential::anchored(1.0)?, LogSum, 1.0)?;
    let mut x = memory.pattern(0)?;
    let mut rng = Streams::new(1).rng(Purpose::Dynamics, 0);
    Runner::default().run(&memory, &ConjugateGradient, &mut x, &mut rng)?;
    Ok(())
}
