use dam_core::nalgebra::DVector;
use dam_core::prelude::*;

fn main() -> Result<(), Error> {
    let mut memory = models::hopfield(Hypercube::new(4)?, [[true; 4].as_slice()])?;
    memory.push(DVector::from_element(4, 1.0))?;
    Ok(())
}
