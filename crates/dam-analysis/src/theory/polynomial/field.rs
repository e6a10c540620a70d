//! Averages over the Gaussian local field of an Ising spin.
//!
//! All integrals run over x = field / T, where the thermal functions have the width 1 whatever T is. The
//! step that tanh becomes at T = 0 is taken out in closed form, and the rest is integrated on either side
//! of it: it falls off as exp(−2|x|) and carries a factor T. So T = 0 needs no case of its own, and 1 − m
//! and 1 − q keep their relative accuracy. Gauss–Hermite quadrature has no digit left at T = 0.05.

use std::f64::consts::{PI, SQRT_2};

use libm::erfc;

use crate::theory::quadrature::integrate;

/// What is left out of an integral, as the exponent of its relative size.
const CUT: f64 = 40.0;

/// The field h + s z on a spin at temperature T, where z is standard normal, h >= 0 and s > 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) signal: f64,
    pub(super) spread: f64,
    pub(super) t: f64,
}

fn density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

/// <1 − tanh> for a field without spread.
pub(super) fn lack_without_noise(signal: f64, t: f64) -> f64 {
    2.0 / (1.0 + (2.0 * signal / t).exp())
}

impl Field {
    /// h/s, so that the field changes sign at z = −h/s.
    fn ratio(self) -> f64 {
        self.signal / self.spread
    }

    /// (1/s) ∫ φ(z) f(x, z) dx over x > 0, where f(−x) belongs to the field of opposite sign, for functions
    /// that fall off at least as exp(−2x).
    fn above(self, f: impl Fn(f64, f64) -> f64) -> f64 {
        let (ratio, width) = (self.ratio(), self.t / self.spread);
        // The peak of φ(z) exp(−2x), beyond 0 or at it.
        let (start, z, length) = if width * ratio > 2.0 {
            if 2.0 * (ratio - 1.0 / width) / width > 200.0 {
                return 0.0;
            }
            let (peak, reach) = ((ratio - 2.0 / width) / width, 9.0 / width);
            if peak > reach {
                (peak - reach, -2.0 / width - 9.0, 2.0 * reach)
            } else {
                (0.0, -ratio, peak + reach)
            }
        } else {
            (0.0, -ratio, reach(2.0 - width * ratio, width))
        };
        // z is built up from its value at the start: width · x − ratio would cancel where the spread is
        // small.
        self.over(length, |u| {
            let z = z + width * u;
            density(z) * f(start + u, z)
        })
    }

    /// The same over x < 0; `f` is given |x|.
    fn below(self, f: impl Fn(f64, f64) -> f64) -> f64 {
        let (ratio, width) = (self.ratio(), self.t / self.spread);
        self.over(reach(2.0 + width * ratio, width), |u| {
            let z = -ratio - width * u;
            density(z) * f(u, z)
        })
    }

    fn over(self, length: f64, f: impl Fn(f64) -> f64) -> f64 {
        // The thermal functions have poles at ±iπ/2: 6 for each panel of 32 nodes leaves 1e−20.
        let panels = (length / 6.0).ceil().max(3.0) as usize;
        integrate(0.0, length, panels, f) / self.spread
    }

    fn both(self, f: impl Fn(f64, f64) -> f64) -> f64 {
        self.above(&f) + self.below(&f)
    }

    /// 1 − m = <1 − tanh x>.
    pub(super) fn lack(self) -> f64 {
        let step = erfc(self.ratio() / SQRT_2);
        if self.t == 0.0 {
            return step;
        }
        let tail = |x: f64, _: f64| 2.0 / (1.0 + (2.0 * x).exp());
        step + self.t * (self.above(tail) - self.below(tail))
    }

    /// C = (1 − q)/T = <sech² x>/T, the susceptibility to a field, and the same with factors z and z².
    pub(super) fn responses(self) -> [f64; 3] {
        [0, 1, 2].map(|power| self.both(|x, z| z.powi(power) * sech_squared(x)))
    }

    /// C alone.
    pub(super) fn response(self) -> f64 {
        self.both(|x, _| sech_squared(x))
    }

    /// <sech⁴ x>/T.
    pub(super) fn squared_response(self) -> f64 {
        self.both(|x, _| sech_squared(x).powi(2))
    }

    /// q = <tanh² x>, given C.
    pub(super) fn order(self, response: f64) -> f64 {
        let lack = self.t * response;
        if self.signal > 0.0 || lack < 0.9 {
            return 1.0 - lack;
        }
        // Small: the difference would cancel. A field so weak leaves tanh² smooth in z.
        integrate(-9.0, 9.0, 6, |z| density(z) * (self.spread * z / self.t).tanh().powi(2))
    }

    /// T <ln 2 cosh x>.
    pub(super) fn log_cosh(self) -> f64 {
        let (h, s, ratio) = (self.signal, self.spread, self.ratio());
        let step = h * libm::erf(ratio / SQRT_2) + 2.0 * s * density(ratio);
        step + self.t * self.t * self.both(|x, _| (-2.0 * x).exp().ln_1p())
    }
}

/// Where `rate` x + (`width` x)²/2 reaches the cut.
fn reach(rate: f64, width: f64) -> f64 {
    2.0 * CUT / (rate + (rate * rate + 2.0 * CUT * width * width).sqrt())
}

/// sech² x for x >= 0.
fn sech_squared(x: f64) -> f64 {
    let e = (-2.0 * x).exp();
    4.0 * e / ((1.0 + e) * (1.0 + e))
}
