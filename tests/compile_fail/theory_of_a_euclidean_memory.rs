use dam_analysis::theory::Theory;
use dam_core::prelude::*;

fn main() -> Result<(), dam_analysis::Error> {
    let memory = models::attention(Euclidean::<f64>::new(4)?, 1.0, [vec![1.0; 4]])?;
    Theory::of(&memory)?;
    Ok(())
}
