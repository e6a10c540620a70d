use dam_core::prelude::*;

fn main() -> Result<(), Error> {
    let pattern: Vec<i8> = vec![1, -1, 1, 1];
    models::spherical(Sphere::<f64>::new(4)?, 3, [pattern])?;
    Ok(())
}
