use dam_core::prelude::*;

struct NotAKernel;

fn main() -> Result<(), Error> {
    let pattern = Spins::from_signs(&[1, -1, 1, 1])?;
    Dam::new(Hypercube::new(4)?, NotAKernel, Sum, 1.0, [pattern])?;
    Ok(())
}
