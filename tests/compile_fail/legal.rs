// The control: the same imports, and combinations that are legal.
use dam_analysis::theory::{CompactTheory, ExactSphere, Theory};
use dam_core::prelude::*;

fn main() -> Result<(), dam_analysis::Error> {
    let space = Sphere::<f64>::new(4)?;
    let memory = models::lse(space, 1.0, [vec![1.0; 4]])?;
    memory.recall_with(&GradientDescent::default(), &vec![1.0; 4], Streams::new(1))?;
    Theory::of(&memory)?.alpha_any(0.1)?;
    Theory::new(Powered(Epanechnikov::new(2.0)?), 0.5, ExactSphere, ExactSphere)?;
    CompactTheory::new(Epanechnikov::new(2.0)?, 0.5, ExactSphere, ExactSphere)?;
    Ok(())
}
