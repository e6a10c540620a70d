// The control: the same imports, and combinations that are legal.
use dam_analysis::theory::{CompactTheory, ExactSphere, Theory};
use dam_core::nalgebra::DVector;
use dam_core::prelude::*;

fn main() -> Result<(), dam_analysis::Error> {
    let x = DVector::from_element(4, 1.0);
    let memory = models::lse(Sphere::<f64>::new(4)?, 1.0, [&x])?;
    memory.recall_with(&GradientDescent::default(), &x, Streams::new(1))?;
    Theory::of(&memory)?.alpha_any(0.1)?;
    Theory::new(Powered(Epanechnikov::new(2.0)?), 0.5, ExactSphere, ExactSphere)?;
    CompactTheory::new(Epanechnikov::new(2.0)?, 0.5, ExactSphere, ExactSphere)?;
    Ok(())
}
