use dam_core::nalgebra::DVector;
use dam_core::prelude::*;

fn main() -> Result<(), Error> {
    let pattern = DVector::from_element(4, 1.0_f32);
    models::spherical(Sphere::<f64>::new(4)?, 3, [pattern])?;
    Ok(())
}
