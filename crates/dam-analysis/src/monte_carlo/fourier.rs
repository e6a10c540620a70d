//! Sums of lagged products by the fast Fourier transform.

use std::f64::consts::TAU;

/// S_t = Σ_i d_i d_{i+t} for t = 0, …, `lags`, in O(n log n) time.
pub(super) fn lagged_products(d: &[f64], lags: usize) -> Vec<f64> {
    // With so many zeros behind the data no product of the first lags wraps around.
    let n = (d.len() + lags).next_power_of_two();
    let mut re = d.to_vec();
    re.resize(n, 0.0);
    let mut im = vec![0.0; n];
    transform(&mut re, &mut im);
    for (a, b) in re.iter_mut().zip(&mut im) {
        *a = *a * *a + *b * *b;
        *b = 0.0;
    }
    // The power spectrum is real and even, so a second forward transform is the inverse up to 1/n.
    transform(&mut re, &mut im);
    re.truncate(lags + 1);
    re.iter_mut().for_each(|s| *s /= n as f64);
    re
}

/// X_k = Σ_j x_j exp(−2πi jk/n) in place, for n a power of two (Cooley and Tukey, radix 2).
fn transform(re: &mut [f64], im: &mut [f64]) {
    let n = re.len();
    if n < 2 {
        return;
    }
    let unused = usize::BITS - n.trailing_zeros();
    for j in 0..n {
        let k = j.reverse_bits() >> unused;
        if j < k {
            re.swap(j, k);
            im.swap(j, k);
        }
    }
    // Every root from its own angle: repeated multiplication would lose digits with n.
    let roots: Vec<(f64, f64)> = (0..n / 2).map(|k| (-TAU * (k as f64 / n as f64)).sin_cos()).collect();
    let mut half = 1;
    while half < n {
        let stride = n / (2 * half);
        for start in (0..n).step_by(2 * half) {
            for k in 0..half {
                let (sin, cos) = roots[k * stride];
                let (low, high) = (start + k, start + k + half);
                let (x, y) = (re[high] * cos - im[high] * sin, re[high] * sin + im[high] * cos);
                (re[high], im[high]) = (re[low] - x, im[low] - y);
                (re[low], im[low]) = (re[low] + x, im[low] + y);
            }
        }
        half *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dam_core::{Purpose, Streams};
    use rand::RngExt;

    #[test]
    fn agree_with_the_double_loop() {
        let mut rng = Streams::new(1).rng(Purpose::Custom(0), 0);
        for n in [1_usize, 2, 3, 4, 7, 64, 65, 500] {
            let d: Vec<f64> = (0..n).map(|_| rng.random::<f64>() - 0.3).collect();
            for lags in [0, n / 2, n - 1] {
                let fast = lagged_products(&d, lags);
                assert_eq!(fast.len(), lags + 1);
                for (t, fast) in fast.iter().enumerate() {
                    let slow: f64 = d.iter().zip(&d[t..]).map(|(a, b)| a * b).sum();
                    // Rounding of a transform is a few ulps of the largest sum, S_0 < n/2.
                    assert!((fast - slow).abs() < 1e-15 * n as f64, "{n} {t}: {fast} {slow}");
                }
            }
        }
    }
}
