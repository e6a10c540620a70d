use dam_analysis::theory::{CompactTheory, ExactSphere};
use dam_core::kernel::Exponential;

fn main() -> Result<(), dam_analysis::Error> {
    CompactTheory::new(Exponential::new(1.0)?, 1.0, ExactSphere, ExactSphere)?;
    Ok(())
}
