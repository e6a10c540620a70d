/// The spread of one quantity over disorder realizations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Realizations in which the quantity is defined.
    pub count: usize,
    /// Their mean; NaN if there is none.
    pub mean: f64,
    /// Standard deviation between realizations (n − 1); NaN below two.
    pub sd: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Summary {
    /// Of all values given.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.into_iter().collect();
        let count = values.len();
        let mean = values.iter().sum::<f64>() / count as f64;
        let squares = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
        let sd = if count < 2 { f64::NAN } else { (squares / (count - 1) as f64).sqrt() };
        let min = values.iter().copied().fold(f64::INFINITY, f64::min);
        let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Self { count, mean, sd, min, max }
    }

    /// Where a further realization is expected, mean ± 2 sd; `None` below three.
    #[must_use]
    pub fn interval(&self) -> Option<[f64; 2]> {
        (self.count >= 3).then_some([self.mean - 2.0 * self.sd, self.mean + 2.0 * self.sd])
    }

    /// The standard error of the mean.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        self.sd / (self.count as f64).sqrt()
    }

    /// The point (x, mean, standard error) for a mark with error bars; one realization has none, no mean no point.
    pub(crate) fn bar(&self, x: f64) -> Option<[f64; 3]> {
        let error = if self.count > 1 { self.standard_error() } else { 0.0 };
        self.mean.is_finite().then_some([x, self.mean, error])
    }

    /// How many standard deviations (between realizations) `value` lies from the mean.
    #[must_use]
    pub fn distance(&self, value: f64) -> f64 {
        (value - self.mean) / self.sd
    }
}

/// Reads a number of disorder realizations from the command line: at least two, for one has no spread, and no more than a list
/// of cells can hold.
///
/// # Errors
/// What was expected and found.
pub fn realizations(given: &str) -> Result<usize, String> {
    match given.parse() {
        Ok(count) if (2..=100_000).contains(&count) => Ok(count),
        _ => Err(format!("expected a number from 2 to 100000, found {given}")),
    }
}

/// Pearson's correlation; NaN if one of them does not vary.
pub(crate) fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let mean = |x: &[f64]| x.iter().sum::<f64>() / n;
    let (ma, mb) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(&a, &b)| f(a - ma, b - mb)).sum::<f64>();
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_textbook_sample() {
        let s = Summary::of([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        assert_eq!((s.count, s.mean, s.min, s.max), (8, 5.0, 2.0, 9.0));
        assert!((s.sd - (32.0_f64 / 7.0).sqrt()).abs() < 1e-15);
        assert!((s.distance(9.0) * s.sd - 4.0).abs() < 1e-15);
        let [lower, upper] = s.interval().unwrap();
        assert!((lower + upper - 10.0).abs() < 1e-12 && (upper - lower - 4.0 * s.sd).abs() < 1e-12);
        assert_eq!(Summary::of([1.0, 2.0]).interval(), None);
        assert!(Summary::of([1.0]).sd.is_nan() && Summary::of([]).mean.is_nan());
    }

    #[test]
    fn realizations_are_some_and_not_too_many() {
        assert_eq!([realizations("2"), realizations("100000")], [Ok(2), Ok(100_000)]);
        for wrong in ["", "1", "-2", "2.5", "100001", "18446744073709551615"] {
            assert!(realizations(wrong).unwrap_err().ends_with(&format!("found {wrong}")), "{wrong}");
        }
    }

    #[test]
    fn correlation_of_lines_and_of_a_hand_computed_sample() {
        let x = [1.0, 2.0, 3.0, 4.0];
        assert!((correlation(&x, &[3.0, 5.0, 7.0, 9.0]) - 1.0).abs() < 1e-15);
        // Deviations (−1.5, −.5, .5, 1.5) and (−1.5, .5, −.5, 1.5): 4 / 5.
        assert!((correlation(&x, &[1.0, 3.0, 2.0, 4.0]) - 0.8).abs() < 1e-15);
        assert!(correlation(&x, &[2.0; 4]).is_nan());
    }
}
