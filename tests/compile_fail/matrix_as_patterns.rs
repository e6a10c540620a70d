use dam_core::nalgebra::DMatrix;
use dam_core::prelude::*;

fn main() -> Result<(), Error> {
    let matrix = DMatrix::<f64>::identity(4, 4);
    models::spherical(Sphere::<f64>::new(4)?, 3, &matrix)?;
    Ok(())
}
