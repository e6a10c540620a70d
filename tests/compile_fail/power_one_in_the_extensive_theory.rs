use dam_analysis::theory::{ExactSphere, Theory};
use dam_core::kernel::Epanechnikov;

fn main() -> Result<(), dam_analysis::Error> {
    Theory::new(Epanechnikov::new(3.41)?, 0.3, ExactSphere, ExactSphere)?;
    Ok(())
}
