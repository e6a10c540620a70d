use dam_core::nalgebra::DVector;
use dam_core::prelude::*;
use rayon::prelude::*;

use super::measure::{Cubic, check_cubic};
use crate::Error;

/// The overlap with a pattern after 0, 1, …, `steps` steps of a *pruned* synchronous map from the pattern itself:
/// `[pattern][step]`.
///
/// ```text
/// h = Σ_{kept ν} m_ν² ξ^ν + s² Σ_{dropped ν} ξ^ν,   x ← sqrt(N) h / |h|
/// ```
/// Half a pass finds the overlaps O_μν of the pattern with all others; the fraction `kept` of largest |O_μν| stays in
/// the field. The others act through their sum alone, with one weight s² = 0.81 v + 0.19/N for all: v is their mean
/// O², and an overlap of 0.9 leaves a share 0.19 of the state to a direction that is random to them. So a step costs
/// `kept` passes.
///
/// # Errors
/// [`Error::Analysis`] for an index past the end, an order other than 3, M = 1, and unless 0 < `kept` < 1.
pub fn pruned_overlaps(
    memory: &Cubic,
    which: &[usize],
    kept: f64,
    steps: usize,
) -> Result<Vec<Vec<f64>>, Error> {
    check_cubic(memory)?;
    if !(kept > 0.0 && kept < 1.0) {
        let expected = "0 < kept < 1";
        return Err(dam_core::Error::Parameter { name: "kept fraction", expected, found: kept }.into());
    }
    let count = ((kept * memory.len() as f64) as usize).clamp(1, memory.len() - 1);
    let mut sum = DVector::zeros(memory.space().sites());
    for nu in 0..memory.len() {
        sum += memory.pattern(nu)?;
    }
    which.par_iter().map(|&mu| pruned_run(memory, mu, count, &sum, steps)).collect()
}

fn pruned_run(
    memory: &Cubic,
    mu: usize,
    count: usize,
    sum: &DVector<f64>,
    steps: usize,
) -> Result<Vec<f64>, Error> {
    let (space, start) = (memory.space(), memory.pattern(mu)?);
    let n = space.sites() as f64;
    let overlaps = memory.overlaps(&start)?;
    // The pattern itself has the largest of all.
    let mut order: Vec<usize> = (0..memory.len()).collect();
    let larger = |a: &usize, b: &usize| overlaps[*b].abs().total_cmp(&overlaps[*a].abs()).then(a.cmp(b));
    order.select_nth_unstable_by(count, larger);
    let (kept, dropped) = order.split_at(count + 1);
    let square = dropped.iter().map(|&nu| overlaps[nu].powi(2)).sum::<f64>() / dropped.len().max(1) as f64;
    let kept: Result<Vec<_>, _> = kept.iter().map(|&nu| memory.pattern(nu)).collect();
    let kept = kept?;
    let rest = kept.iter().fold(sum.clone(), |rest, pattern| rest - pattern);
    let rest = rest * ((0.81 * square + 0.19 / n) / n);
    let pruned = models::spherical(space.clone(), 3, &kept)?;

    let mut x = start.clone();
    let mut h = space.zero_field();
    let mut along = vec![1.0];
    for _ in 0..steps {
        pruned.field(&x, &mut h);
        x = space.project(&(&h + &rest))?;
        along.push(space.overlap(&x, &start));
    }
    Ok(along)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dam_analysis::overlaps_along;

    #[test]
    fn a_map_that_keeps_almost_all_patterns_is_almost_the_map() {
        let streams = Streams::new(3);
        let space = Sphere::<f64>::new(60).unwrap();
        let patterns = (0..120).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu)));
        let memory = models::spherical(space.clone(), 3, patterns).unwrap();
        let which: Vec<usize> = (0..20).collect();
        let full = overlaps_along(&memory, &Synchronous, 3, &which, streams).unwrap();
        let distance = |kept| {
            let pruned = pruned_overlaps(&memory, &which, kept, 3).unwrap();
            full.iter().zip(&pruned).map(|(f, p)| (f[3] - p[3]).abs()).fold(0.0, f64::max)
        };
        let (most, half, few) = (distance(0.99), distance(0.5), distance(0.05));
        assert!(most < 0.01 && most < half && half < few, "{most} {half} {few}");
        assert!(pruned_overlaps(&memory, &which, 1.0, 3).is_err());
        assert!(pruned_overlaps(&memory, &[120], 0.5, 3).is_err());
    }
}
