//! The median of a sample.

pub(crate) fn median(sample: impl IntoIterator<Item = f64>) -> f64 {
    let mut sample: Vec<f64> = sample.into_iter().collect();
    sample.sort_by(f64::total_cmp);
    (sample[(sample.len() - 1) / 2] + sample[sample.len() / 2]) / 2.0
}
