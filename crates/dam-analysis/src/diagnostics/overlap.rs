//! Overlaps between stored patterns.

use dam_core::{Aggregator, Dam, Kernel, PatternStore};

use super::{in_batches, patterns};
use crate::Error;

/// The overlaps O_μν = ξ^μ·ξ^ν/N of one pattern with all others.
///
/// # Reference
/// "Basin isolation", section 2.3.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OverlapStatistics {
    /// max_{ν≠μ} O_μν, signed; −∞ if the pattern is the only one.
    pub max: f64,
    /// (M − 1)^(−1) Σ_{ν≠μ} |O_μν|; 0 if the pattern is the only one.
    pub mean_abs: f64,
    /// Σ_{ν≠μ} O_μν^k for k = 1, 2, 3, 4. The third is, up to its factor, what others add to the cubic energy.
    pub power_sums: [f64; 4],
}

/// The overlap statistics of patterns `which`, half a pass (one product N M) each.
///
/// # Errors
/// [`Error::Core`] for an index past the end.
///
/// # Example
/// ```
/// use dam_analysis::overlap_statistics;
/// use dam_core::prelude::*;
/// let space = Hypercube::new(4)?;
/// let patterns = [[1_i8, 1, 1, 1], [1, 1, 1, -1], [-1, -1, 1, 1]];
/// let memory = Dam::new(space, Monomial::new(2)?, Sum, 1.0, patterns.iter().map(|p| &p[..]))?;
/// let of_first = overlap_statistics(&memory, &[0])?[0];
/// assert_eq!((of_first.max, of_first.mean_abs), (0.5, 0.25));
/// # Ok::<(), dam_analysis::Error>(())
/// ```
pub fn overlap_statistics<P: PatternStore, K: Kernel, Q: Aggregator>(
    memory: &Dam<P, K, Q>,
    which: &[usize],
) -> Result<Vec<OverlapStatistics>, Error> {
    in_batches(which, |which| batch_statistics(memory, which))
}

/// The statistics over no others.
const ALONE: OverlapStatistics =
    OverlapStatistics { max: f64::NEG_INFINITY, mean_abs: 0.0, power_sums: [0.0; 4] };

fn batch_statistics<P: PatternStore, K: Kernel, Q: Aggregator>(
    memory: &Dam<P, K, Q>,
    which: &[usize],
) -> Result<Vec<OverlapStatistics>, Error> {
    let mut all = vec![ALONE; which.len()];
    memory.store().scan(&patterns(memory, which)?, |s, first, overlaps| {
        let (stats, own) = (&mut all[s], which[s]);
        for (nu, &o) in (first..).zip(overlaps) {
            if nu != own {
                stats.max = stats.max.max(o);
                stats.mean_abs += o.abs();
                let mut power = 1.0;
                for sum in &mut stats.power_sums {
                    power *= o;
                    *sum += power;
                }
            }
        }
    });
    let others = (memory.len() - 1).max(1) as f64;
    all.iter_mut().for_each(|stats| stats.mean_abs /= others);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;
    use dam_core::prelude::*;

    #[test]
    fn agrees_with_the_double_loop() {
        let streams = Streams::new(9);
        let space = Sphere::<f64>::new(30).unwrap();
        let patterns: Vec<_> =
            (0..150).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
        let memory = models::spherical(space, 3, &patterns).unwrap();
        let which: Vec<usize> = (0..150).rev().collect();
        for (stats, &mu) in overlap_statistics(&memory, &which).unwrap().iter().zip(&which) {
            let others: Vec<f64> =
                (0..150).filter(|&nu| nu != mu).map(|nu| patterns[mu].dot(&patterns[nu]) / 30.0).collect();
            let max = others.iter().copied().fold(f64::MIN, f64::max);
            let mean = others.iter().map(|o| o.abs()).sum::<f64>() / 149.0;
            assert!((stats.max - max).abs() < 1e-13 && (stats.mean_abs - mean).abs() < 1e-13);
            for (k, sum) in (1..).zip(stats.power_sums) {
                assert!((sum - others.iter().map(|o| o.powi(k)).sum::<f64>()).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn one_pattern_alone_has_no_competitor() {
        let memory =
            models::hopfield(Hypercube::new(3).unwrap(), [Spins::from_signs(&[1, 1, -1]).unwrap()]).unwrap();
        let stats = overlap_statistics(&memory, &[0]).unwrap()[0];
        assert_eq!(stats, ALONE);
        assert!(matches!(overlap_statistics(&memory, &[1]), Err(Error::Core(_))));
    }
}
