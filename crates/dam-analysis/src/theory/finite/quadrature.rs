//! Averages over the overlap with one pattern, of weights of any shape and any scale.

use std::f64::consts::{LN_2, PI};

use crate::theory::Space;
use crate::theory::roots::{minimum, root};
use crate::theory::tails::{Overlaps, ln_binomial, ln_normalization};

/// An average of e^f over the overlap φ of a uniform state with a pattern.
#[derive(Clone, Copy, Debug)]
pub(in crate::theory) struct Average {
    /// ln <e^f>.
    pub(in crate::theory) ln_mean: f64,
    /// The mean of the gap 1 − φ under the weight e^f.
    pub(in crate::theory) gap: f64,
    /// The variance of the gap.
    pub(in crate::theory) variance: f64,
    /// The mean of f.
    pub(in crate::theory) exponent: f64,
}

/// Weights below e^{−CUT} of the largest do not change a double.
const CUT: f64 = 45.0;

/// The average of e^f, `f` a function of the gap with values down to −∞ but not +∞ or NaN; `None` otherwise, or
/// if f is −∞ everywhere.
pub(in crate::theory) fn average(overlaps: Overlaps, mut f: impl FnMut(f64) -> f64) -> Option<Average> {
    let n = overlaps.n();
    let mut legal = true;
    let f = |gap: f64| {
        let value = f(gap);
        legal &= value < f64::INFINITY; // false of NaN, too
        if legal { value } else { f64::NEG_INFINITY }
    };
    let result = match overlaps.space() {
        Space::Sphere => sphere(n, f),
        Space::Hypercube => hypercube(n, f),
    };
    result.filter(|_| legal)
}

/// Sums of weights e^{ψ − top}, and of first and second powers of what they weigh.
struct Sums {
    /// The largest ψ, and the gap that belongs to it.
    top: f64,
    centre: f64,
    weight: f64,
    shift: f64,
    square: f64,
    exponent: f64,
}

impl Sums {
    fn new(top: f64, centre: f64) -> Self {
        Self { top, centre, weight: 0.0, shift: 0.0, square: 0.0, exponent: 0.0 }
    }

    fn add(&mut self, gap: f64, psi: f64, f: f64, measure: f64) {
        let weight = (psi - self.top).exp() * measure;
        // 0 · ∞ where f = −∞.
        if weight > 0.0 {
            let shift = gap - self.centre;
            self.weight += weight;
            self.shift += weight * shift;
            self.square += weight * shift * shift;
            self.exponent += weight * f;
        }
    }

    fn average(self, ln_measure: f64) -> Average {
        let shift = self.shift / self.weight;
        Average {
            ln_mean: self.top + self.weight.ln() + ln_measure,
            gap: self.centre + shift,
            variance: (self.square / self.weight - shift * shift).max(0.0),
            exponent: self.exponent / self.weight,
        }
    }
}

/// In x = ln(gap / (2 − gap)) the measure is C/2 (1 − φ²)^{(N−1)/2} dx, and weights are smooth on the scale
/// of one.
fn sphere(n: usize, mut f: impl FnMut(f64) -> f64) -> Option<Average> {
    /// Beyond ±REACH not even (1 − φ²)^{1/2} counts, wherever f puts the peak.
    const REACH: f64 = 160.0;
    const CELLS: usize = 1280;
    let place = |i: usize| -REACH + 2.0 * REACH / CELLS as f64 * i as f64;
    let half = 0.5 * (n as f64 - 1.0);
    let mut psi = |x: f64| {
        let value = f(gap_at(x));
        (value - 2.0 * half * ln_cosh(0.5 * x), value)
    };

    let mut peaks = Vec::new();
    let mut values = [0.0; CELLS + 1];
    for (i, value) in values.iter_mut().enumerate() {
        *value = psi(place(i)).0;
    }
    for i in 1..CELLS {
        // Strictly on one side, lest two equal values count as two peaks.
        if values[i] >= values[i - 1] && values[i] > values[i + 1] {
            let (x, value) = minimum(place(i - 1), place(i + 1), |x| -psi(x).0);
            peaks.push(if -value > values[i] { (i, x, -value) } else { (i, place(i), values[i]) });
        }
    }
    let &(_, centre, top) = peaks.iter().max_by(|a, b| a.2.total_cmp(&b.2))?;

    let mut sums = Sums::new(top, gap_at(centre));
    let floor = top - CUT;
    for &(i, x, _) in peaks.iter().filter(|peak| peak.2 > floor) {
        // On either side down to the cut, the edge of the support, or the valley before the next peak.
        let (mut low, mut high) = (i - 1, i + 1);
        while low > 0 && values[low] > floor && values[low - 1] < values[low] {
            low -= 1;
        }
        while high < CELLS && values[high] > floor && values[high + 1] <= values[high] {
            high += 1;
        }
        for end in [low, high] {
            let mut edge = place(end);
            if values[end] < floor {
                // A jump to −∞ is found as a root as well: it is the edge.
                edge = root(x, edge, |x| psi(x).0 - floor).unwrap_or(edge);
            }
            double_exponential(x.min(edge), x.max(edge), |x, measure| {
                let (psi, f) = psi(x);
                sums.add(gap_at(x), psi, f, measure);
            });
        }
    }
    Some(sums.average(ln_normalization(n) - LN_2))
}

fn gap_at(x: f64) -> f64 {
    2.0 / (1.0 + (-x).exp())
}

/// ln cosh y without overflow, and exact near 0.
pub(in crate::theory) fn ln_cosh(y: f64) -> f64 {
    let y = y.abs();
    if y < 0.5 { 0.5 * y.sinh().powi(2).ln_1p() } else { y - LN_2 + (-2.0 * y).exp().ln_1p() }
}

/// Nodes and weights of ∫_a^b by the double exponential rule, exact to rounding for functions analytic inside
/// of [a, b], whatever power law they follow at its ends.
///
/// # Reference
/// Takahasi and Mori, Publ. RIMS 9, 721 (1974).
pub(in crate::theory) fn double_exponential(a: f64, b: f64, mut node: impl FnMut(f64, f64)) {
    const STEP: f64 = 1.0 / 64.0;
    const STEPS: i32 = 224; // to 3.5, where the distance to the end is e^{−52} of the interval
    let width = b - a;
    for k in -STEPS..=STEPS {
        let s = f64::from(k) * STEP;
        let y = PI * s.sinh();
        // The distance to the nearer end, in units of the interval.
        let near = 1.0 / (1.0 + y.abs().exp());
        let x = if k < 0 { a + width * near } else { b - width * near };
        node(x, width * STEP * PI * s.cosh() * near * (1.0 - near));
    }
}

/// Sums over the N + 1 overlaps.
fn hypercube(n: usize, mut f: impl FnMut(f64) -> f64) -> Option<Average> {
    let gap = |flips: usize| 2.0 * flips as f64 / n as f64;
    let mut psi = |flips: usize| {
        let value = f(gap(flips));
        (ln_binomial(n, flips) + value, value)
    };
    let (mut centre, mut top) = (0, f64::NEG_INFINITY);
    for flips in 0..=n {
        let (value, _) = psi(flips);
        if value > top {
            (centre, top) = (flips, value);
        }
    }
    if top == f64::NEG_INFINITY {
        return None;
    }
    let mut sums = Sums::new(top, gap(centre));
    for flips in 0..=n {
        let (psi, f) = psi(flips);
        sums.add(gap(flips), psi, f, 1.0);
    }
    Some(sums.average(0.0))
}
