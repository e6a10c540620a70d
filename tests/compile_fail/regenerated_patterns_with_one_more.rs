use dam_core::prelude::*;
use dam_core::nalgebra::DVector;
use dam_core::{DensePatterns, EditableStore};

fn main() -> Result<(), Error> {
    let one = |_: usize| DVector::from_element(4, 1.0);
    let mut store = DensePatterns::regenerated(Sphere::<f64>::new(4)?, 9, one)?;
    store.push(one(9))?;
    EditableStore::push(&mut store, one(9))?;
    Ok(())
}
