//! Retrieval at temperature: chains by a stated protocol, samplers for exponentially many patterns, escapes, and an
//! exact measure to test them by.
//!
//! | question | here |
//! |---|---|
//! | chains that start, adapt and are judged by a stated protocol | [`Protocol`], [`Chain`] |
//! | many temperatures that help each other | [`Tempering`] |
//! | M = e^{αN} patterns at large N: the target and the mean of the others | [`Bulk`], O(1) a step |
//! | the same with the patterns near the target in full | [`ConeLaw`], [`Cone`] |
//! | where is a chain that has left? is it still moving? | [`nearest_other`], [`self_overlap`] |
//! | how long does a chain stay? with runs that ended before it left | [`Escapes`] |
//! | how long should it? | [`mean_first_passage`] |
//! | the Gibbs measure without a chain, at T = 1/β and 1/(2β) | [`GibbsMixture`] |
//!
//! All samplers are energies, so every dynamics that fits their space runs on them; phase boundaries to compare with
//! are in [`theory`](crate::theory).

mod bulk;
mod chain;
mod cone;
mod ensemble;
mod escape;
mod mixture;
mod observe;
mod passage;
mod protocol;
mod sampler;
mod tempering;
#[cfg(test)]
mod tests;

use std::any::Any;

use dam_core::{Polar, StateSpace};

use crate::Error;

pub use bulk::Bulk;
pub use chain::{Chain, Flag};
pub use cone::{Cone, ConeLaw};
pub use escape::{Escapes, MeanTime, Survival};
pub use mixture::GibbsMixture;
pub use observe::{nearest_other, self_overlap};
pub use passage::mean_first_passage;
pub use protocol::{ChainsByTemperature, Protocol, Start, Step};
pub use sampler::{LangevinMoves, PairMoves, Sampler, VectorMoves};
pub use tempering::{Tempered, Tempering};

/// Whether alignments with `target` mean what they say.
fn check_target<S: StateSpace>(space: &S, target: &S::State) -> Result<(), Error> {
    space.check("target", target)?;
    // A polar state is one vector at the poles alone; elsewhere it would only scale the alignment.
    let own = space.overlap(target, target);
    if (space as &dyn Any).is::<Polar>() && own != 1.0 {
        return Err(Error::Parameter {
            name: "overlap of the target with itself",
            expected: "1, as of the pattern (1.0) and its opposite (-1.0) alone on Polar",
            found: own,
        });
    }
    Ok(())
}

/// ln(e^a + e^b).
fn ln_add(a: f64, b: f64) -> f64 {
    let (most, least) = if a > b { (a, b) } else { (b, a) };
    // Twice −∞, and +∞: their difference is no number.
    if most.is_infinite() { most } else { most + (least - most).exp().ln_1p() }
}
