//! Ensembles of ±1 patterns: independent ones, and the correlated ones on which guarantees are tried.

use dam_core::rand::{Rng, RngExt};
use dam_core::{Hypercube, Purpose, Spins, StateSpace, Streams};

use crate::Error;

/// How ±1 patterns are drawn.
///
/// # Example
/// ```
/// use dam_analysis::{PatternEnsemble, certificate::all_pairs_separation};
/// use dam_core::prelude::*;
/// let space = Hypercube::new(500)?;
/// let beta = |of: PatternEnsemble| -> Result<f64, dam_analysis::Error> {
///     Ok(all_pairs_separation(&models::polynomial(space.clone(), 3, of.patterns(&space, 300, Streams::new(1))?)?))
/// };
/// let clusters = PatternEnsemble::Clusters { size: 20, flip: 0.28 };
/// assert!(beta(PatternEnsemble::Independent)? < 0.25 && beta(clusters)? > 0.3);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum PatternEnsemble {
    /// Independent fair spins.
    Independent,
    /// Clusters of `size` patterns around hidden centres (independent, not stored): every spin of the centre turned with
    /// probability `flip`, so that members overlap by (1 − 2 `flip`)² on average. As large as the set, it is one template.
    Clusters {
        /// Members of a cluster; the last may have fewer.
        size: usize,
        /// Probability that a spin differs from the centre, 0 to 1/2.
        flip: f64,
    },
    /// Each pattern is the one before with every spin turned with probability `flip`.
    Chain {
        /// Probability that a spin differs from the pattern before, 0 to 1/2.
        flip: f64,
    },
    /// Independent, but at the first `sites` sites all later patterns are opposite to pattern 0: no overlap with it
    /// changes much, its own fields at these sites do.
    Opposed {
        /// The number of sites.
        sites: usize,
    },
}

/// Streams of hidden centres lie apart from those of patterns.
const CENTRES: u64 = 1 << 40;

impl PatternEnsemble {
    /// The first `count` patterns of the ensemble; pattern μ is the same however many are drawn.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a cluster without members, a probability outside \[0, 1/2\], or more sites than N.
    pub fn patterns(self, space: &Hypercube, count: usize, streams: Streams) -> Result<Vec<Spins>, Error> {
        let checked = |flip: f64| {
            if (0.0..=0.5).contains(&flip) {
                Ok(flip)
            } else {
                let expected = "0 <= flip <= 1/2";
                Err(Error::Parameter { name: "probability of a flip", expected, found: flip })
            }
        };
        let rng = |mu: u64| streams.rng(Purpose::Patterns, mu);
        let independent = |mu: u64| space.sample(&mut rng(mu));
        let all = 0..count as u64;
        match self {
            Self::Independent => Ok(all.map(independent).collect()),
            Self::Clusters { size: 0, .. } => {
                Err(Error::Parameter { name: "size of a cluster", expected: "at least 1", found: 0.0 })
            }
            Self::Clusters { size, flip } => {
                let flip = checked(flip)?;
                let mut centre = independent(CENTRES);
                let member = |mu: u64| {
                    if mu.is_multiple_of(size as u64) {
                        centre = independent(CENTRES + mu / size as u64);
                    }
                    near(&centre, flip, &mut rng(mu))
                };
                Ok(all.map(member).collect())
            }
            Self::Chain { flip } => {
                let flip = checked(flip)?;
                let mut last = independent(CENTRES);
                let next = |mu: u64| {
                    last = if mu == 0 { independent(0) } else { near(&last, flip, &mut rng(mu)) };
                    last.clone()
                };
                Ok(all.map(next).collect())
            }
            Self::Opposed { sites } => {
                if sites > space.sites() {
                    let expected = "at most N";
                    return Err(Error::Parameter { name: "opposed sites", expected, found: sites as f64 });
                }
                let target = independent(0);
                let turned = |mu: u64| {
                    let mut pattern = independent(mu);
                    for i in 0..if mu == 0 { 0 } else { sites } {
                        if pattern.is_up(i) == target.is_up(i) {
                            pattern.flip(i);
                        }
                    }
                    pattern
                };
                Ok(all.map(turned).collect())
            }
        }
    }
}

fn near<R: Rng>(centre: &Spins, flip: f64, rng: &mut R) -> Spins {
    let mut x = centre.clone();
    for i in 0..x.len() {
        if rng.random::<f64>() < flip {
            x.flip(i);
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_overlap(patterns: &[Spins], pairs: impl Iterator<Item = (usize, usize)>) -> f64 {
        let n = patterns[0].len() as f64;
        let all: Vec<f64> = pairs.map(|(a, b)| patterns[a].dot(&patterns[b]) as f64 / n).collect();
        all.iter().sum::<f64>() / all.len() as f64
    }

    #[test]
    fn overlaps_are_those_of_the_construction() {
        let (space, streams) = (Hypercube::new(1000).unwrap(), Streams::new(3));
        let of = |e: PatternEnsemble| e.patterns(&space, 60, streams).unwrap();
        let clusters = of(PatternEnsemble::Clusters { size: 20, flip: 0.28 });
        let pairs = |same: bool| {
            (0..60).flat_map(move |a| (0..a).filter(move |b| (a / 20 == b / 20) == same).map(move |b| (a, b)))
        };
        // Standard errors: 0.03 of one pair, of which 20 and more share a pattern.
        assert!((mean_overlap(&clusters, pairs(true)) - 0.44 * 0.44).abs() < 0.02);
        assert!(mean_overlap(&clusters, pairs(false)).abs() < 0.02);
        let chain = of(PatternEnsemble::Chain { flip: 0.4 });
        assert!((mean_overlap(&chain, (1..60).map(|a| (a, a - 1))) - 0.2).abs() < 0.02);
        assert!((mean_overlap(&chain, (2..60).map(|a| (a, a - 2))) - 0.04).abs() < 0.02);
        let opposed = of(PatternEnsemble::Opposed { sites: 3 });
        let independent = of(PatternEnsemble::Independent);
        assert_eq!(opposed[0], independent[0]);
        for (mu, (o, i)) in opposed.iter().zip(&independent).enumerate().skip(1) {
            assert!((0..3).all(|site| o.get(site) == -opposed[0].get(site)), "{mu}");
            assert!((3..1000).all(|site| o.get(site) == i.get(site)), "{mu}");
        }
    }

    #[test]
    fn patterns_do_not_depend_on_their_number_and_illegal_ensembles_are_refused() {
        let (space, streams) = (Hypercube::new(30).unwrap(), Streams::new(3));
        for ensemble in [
            PatternEnsemble::Independent,
            PatternEnsemble::Clusters { size: 7, flip: 0.2 },
            PatternEnsemble::Chain { flip: 0.2 },
            PatternEnsemble::Opposed { sites: 30 },
        ] {
            let of = |count| ensemble.patterns(&space, count, streams).unwrap();
            assert_eq!(of(40)[..11], of(11));
            assert!(of(0).is_empty());
        }
        for ensemble in [
            PatternEnsemble::Clusters { size: 0, flip: 0.2 },
            PatternEnsemble::Clusters { size: 3, flip: 0.6 },
            PatternEnsemble::Chain { flip: f64::NAN },
            PatternEnsemble::Opposed { sites: 31 },
        ] {
            assert!(matches!(ensemble.patterns(&space, 5, streams), Err(Error::Parameter { .. })));
        }
    }
}
