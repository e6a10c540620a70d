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

    /// The standard error of the mean.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        self.sd / (self.count as f64).sqrt()
    }

    /// How many standard deviations (between realizations) `value` lies from the mean.
    #[must_use]
    pub fn distance(&self, value: f64) -> f64 {
        (value - self.mean) / self.sd
    }
}

/// Reads a number of disorder realizations from the command line: at least two, for one has no spread.
///
/// # Errors
/// What was expected and found.
pub fn realizations(given: &str) -> Result<usize, String> {
    match given.parse() {
        Ok(count) if count >= 2 => Ok(count),
        _ => Err(format!("expected a number of at least 2, found {given}")),
    }
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
        assert!(Summary::of([1.0]).sd.is_nan() && Summary::of([]).mean.is_nan());
    }
}
