//! Placement values: how many pairs each sample wins.

use super::{Cut, Scored};

/// Samples of equal score and the pairs they take part in, in half pairs so that ties stay integers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placement {
    /// Positives of this score.
    pub(super) positives: usize,
    /// Twice the number of negatives that such a positive outscores, ties counting half.
    pub(super) won: i64,
    /// Negatives of this score.
    pub(super) negatives: usize,
    /// Twice the number of positives that outscore such a negative, ties counting half.
    pub(super) lost: i64,
}

impl Scored {
    /// The placements of all distinct scores, from the highest to the lowest.
    pub(super) fn placements(&self) -> impl Iterator<Item = Placement> + Clone + '_ {
        (0..self.cuts.len()).map(|index| self.placement_of_cut(index))
    }

    /// The placement of each of the scores, which must be those of the sample, in their order.
    pub(super) fn placements_of(&self, scores: &[f64]) -> Vec<Placement> {
        let mut order: Vec<(f64, usize)> = scores.iter().copied().zip(0..).collect();
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
        let mut placements = vec![self.placement_of_cut(0); scores.len()];
        let mut rest = order.into_iter();
        for placement in self.placements() {
            for (_, sample) in rest.by_ref().take(placement.positives + placement.negatives) {
                placements[sample] = placement;
            }
        }
        placements
    }

    fn placement_of_cut(&self, index: usize) -> Placement {
        let above = index.checked_sub(1).map_or(Cut::NOTHING, |k| self.cuts[k]);
        let cut = self.cuts[index];
        Placement {
            positives: cut.tp - above.tp,
            won: (2 * self.negatives - cut.fp - above.fp) as i64,
            negatives: cut.fp - above.fp,
            lost: (cut.tp + above.tp) as i64,
        }
    }
}

/// The deviations of integers from their mean, the k-th integer occurring `weight` times.
///
/// Equal integers have deviations of exactly 0, so that a variance that vanishes is told from a small one.
pub(super) fn deviations(
    values: impl Iterator<Item = (usize, i64)> + Clone,
) -> impl Iterator<Item = (f64, f64)> + Clone {
    let (count, sum) = values.clone().fold((0_i128, 0_i128), |(n, s), (weight, v)| {
        (n + weight as i128, s + weight as i128 * i128::from(v))
    });
    // The mean in two parts: the difference from its integer part is exact however large the integers are.
    let (whole, rest) = ((sum / count) as i64, (sum % count) as f64 / count as f64);
    values.map(move |(weight, v)| (weight as f64, (v - whole) as f64 - rest))
}
