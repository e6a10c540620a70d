use dam_core::nalgebra::DVector;
use dam_core::prelude::*;

fn main() -> Result<(), Error> {
    let pattern = DVector::from_element(4, 1.0);
    models::hopfield(Hypercube::new(4)?, [pattern])?;
    Ok(())
}
