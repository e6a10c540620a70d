use rand::{Rng, RngExt};

use super::{Dynamics, Progress, accepts, temperature};
use crate::Error;
use crate::energy::{Priced, Rotation, StateOf};
use crate::space::StateSpace;

/// Metropolis dynamics on the sphere by rotations of two coordinates, O(M) each; one step proposes N of them.
///
/// Pairs are uniform, angles uniform in [−δ, δ].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairMetropolis {
    temperature: f64,
    angle: f64,
}

impl PairMetropolis {
    /// At temperature T (in units of the energy), with angles of at most `angle` radians.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless T > 0 and 0 < `angle` <= π.
    pub fn new(t: f64, angle: f64) -> Result<Self, Error> {
        let legal = angle > 0.0 && angle <= std::f64::consts::PI;
        let angle = crate::error::parameter("angle", "0 < angle <= pi", angle, legal)?;
        Ok(Self { temperature: temperature(t)?, angle })
    }
}

impl<E: Priced<Rotation>> Dynamics<E> for PairMetropolis {
    type Scratch = E::Cache;

    fn prepare(&self, energy: &E, x: &StateOf<E>) -> Self::Scratch {
        energy.cache(x)
    }

    fn step<R: Rng>(
        &self,
        energy: &E,
        x: &mut StateOf<E>,
        cache: &mut Self::Scratch,
        rng: &mut R,
    ) -> Progress {
        let n = energy.space().sites();
        if n == 1 {
            // One coordinate cannot be turned; its sphere is two points.
            return Progress::Sampled { acceptance: 0.0 };
        }
        let mut accepted = 0;
        for _ in 0..n {
            let i = rng.random_range(0..n);
            let j = (i + rng.random_range(1..n)) % n;
            let angle = self.angle * (2.0 * rng.random::<f64>() - 1.0);
            let mv = Rotation { i, j, angle };
            if accepts(energy.price(x, cache, mv), self.temperature, rng) {
                energy.apply(x, cache, mv);
                accepted += 1;
            }
        }
        Progress::Sampled { acceptance: f64::from(accepted) / n as f64 }
    }
}
