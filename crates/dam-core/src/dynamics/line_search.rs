//! The first minimum of the energy along a geodesic, from the slope.

use crate::energy::PlaneEnergy;

/// Longest step, as an angle on the sphere.
const FARTHEST: f64 = std::f64::consts::PI;
/// Steps into which a closed-form profile is divided to find its first minimum.
const SCAN: usize = 128;

/// The t > 0 of the first minimum of E(a(t) x + b(t) u), or 0 if no step lowers the energy.
///
/// `geodesic(t)` gives (a, b) and their derivatives. For closed-form planes the profile is scanned and the
/// root of its slope found to rounding; otherwise the search brackets from `guess` and stops at 10⁻⁸ of the
/// first slope. A place of infinite energy (outside every support) counts as uphill.
pub(super) fn first_minimum(
    plane: &impl PlaneEnergy,
    geodesic: impl Fn(f64) -> ([f64; 2], [f64; 2]),
    guess: f64,
) -> f64 {
    let at = |t: f64| {
        let ([a, b], [da, db]) = geodesic(t);
        let [e, ea, eb] = plane.at(a, b);
        let slope = if e.is_finite() { ea * da + eb * db } else { f64::INFINITY };
        (e, slope)
    };
    let (start, slope) = at(0.0);
    // Also catches NaN, which a user's kernel may produce.
    if !slope.is_finite() || slope >= 0.0 {
        return 0.0;
    }
    let closed = plane.is_closed_form();
    let mut reach = if closed { FARTHEST / SCAN as f64 } else { guess.clamp(1e-6, 0.5 * FARTHEST) };
    for _ in 0..if closed { 2 } else { 12 } {
        let bracket = bracket(&at, reach, slope, closed);
        let t = match bracket {
            Some(bracket) => root(&at, bracket, slope, if closed { 1e-15 } else { 1e-8 }),
            None => FARTHEST,
        };
        if at(t).0 <= start {
            return t;
        }
        // A later and higher minimum was caught, or the start again up to rounding: look closer.
        reach *= if closed { 1.0 / 16.0 } else { 0.1_f64.min(0.1 * t / reach) };
    }
    0.0
}

type Bracket = [(f64, f64); 2];

/// Two points with a slope down and a slope up; steps grow unless the profile is to be scanned.
fn bracket(at: &impl Fn(f64) -> (f64, f64), reach: f64, slope: f64, scan: bool) -> Option<Bracket> {
    let (mut low, mut t) = ((0.0, slope), reach);
    while t <= FARTHEST {
        let slope = at(t).1;
        if slope.is_nan() || slope >= 0.0 {
            return Some([low, (t, if slope.is_nan() { f64::INFINITY } else { slope })]);
        }
        low = (t, slope);
        let next = if scan { t + reach } else { 2.0 * t };
        // The last stretch is looked at too.
        t = if t < FARTHEST { next.min(FARTHEST) } else { next };
    }
    None
}

/// The root of the slope: regula falsi with halved ends (Illinois), bisection at walls.
fn root(at: &impl Fn(f64) -> (f64, f64), [mut low, mut high]: Bracket, first: f64, tolerance: f64) -> f64 {
    let mut side = 0_i8;
    for _ in 0..200 {
        let t = if high.1.is_finite() {
            (low.0 * high.1 - high.0 * low.1) / (high.1 - low.1)
        } else {
            0.5 * (low.0 + high.0)
        };
        if !(t > low.0 && t < high.0) {
            break;
        }
        let slope = at(t).1;
        if slope.abs() <= tolerance * first.abs() {
            return t;
        }
        if slope < 0.0 {
            low = (t, slope);
            if side == -1 {
                high.1 *= 0.5;
            }
            side = -1;
        } else {
            high = (t, if slope.is_nan() { f64::INFINITY } else { slope });
            if side == 1 {
                low.1 *= 0.5;
            }
            side = 1;
        }
    }
    low.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// E(t) along the line a = 1, b = t.
    struct Profile<F>(F, bool);
    impl<F: Fn(f64) -> (f64, f64)> PlaneEnergy for Profile<F> {
        fn at(&self, _a: f64, b: f64) -> [f64; 3] {
            let (e, slope) = (self.0)(b);
            [e, 0.0, slope]
        }
        fn is_closed_form(&self) -> bool {
            self.1
        }
    }

    fn line(t: f64) -> ([f64; 2], [f64; 2]) {
        ([1.0, t], [0.0, 1.0])
    }

    #[test]
    fn finds_the_first_of_several_minima() {
        // Minima at t = 0.5 and, deeper, at 2.0; maximum at 1.2.
        let slope = |t: f64| (t - 0.5) * (t - 1.2) * (t - 2.0);
        let e = |t: f64| t.powi(4) / 4.0 - 3.7 / 3.0 * t.powi(3) + 2.0 * t * t - 1.2 * t;
        let t = first_minimum(&Profile(|t| (e(t), slope(t)), true), line, 1.0);
        assert!((t - 0.5).abs() < 1e-12, "{t}");
    }

    /// Where the profile is not scanned, the steps double from the guess.
    #[test]
    fn looks_near_the_guess_before_it_looks_further() {
        // Minima at t = 0.5 and, deeper, at 2.8; maximum at 0.8.
        let slope = |t: f64| (t - 0.5) * (t - 0.8) * (t - 2.8);
        let e = |t: f64| t.powi(4) / 4.0 - 4.1 / 3.0 * t.powi(3) + 2.02 * t * t - 1.12 * t;
        for guess in [1e-3, 0.07, 0.15] {
            let t = first_minimum(&Profile(|t| (e(t), slope(t)), false), line, guess);
            assert!((t - 0.5).abs() < 1e-7, "{t} from {guess}");
        }
    }

    #[test]
    fn a_wall_of_infinite_energy_stops_the_search_before_it() {
        let profile = |t: f64| if t < 0.3 { (-t, -1.0) } else { (f64::INFINITY, 0.0) };
        let t = first_minimum(&Profile(profile, false), line, 0.1);
        assert!(t < 0.3 && t > 0.299, "{t}");
    }

    #[test]
    fn uphill_and_not_a_number_do_not_move() {
        for slope in [1.0, 0.0, f64::NAN] {
            assert_eq!(first_minimum(&Profile(move |t| (t, slope), false), line, 0.1), 0.0);
        }
    }

    /// A start that goes uphill is a minimum itself, whatever lies behind the hill.
    #[test]
    fn a_lower_minimum_behind_a_hill_is_left_alone() {
        let slope = |t: f64| (t - 0.05) * (t - 1.0);
        let e = |t: f64| t.powi(3) / 3.0 - 0.525 * t * t + 0.05 * t;
        assert!(e(1.0) < -0.1);
        for closed in [true, false] {
            assert_eq!(first_minimum(&Profile(|t| (e(t), slope(t)), closed), line, 0.1), 0.0);
        }
    }

    #[test]
    fn a_quadratic_is_exact() {
        let t = first_minimum(&Profile(|t: f64| ((t - 0.7).powi(2), 2.0 * (t - 0.7)), false), line, 0.01);
        assert!((t - 0.7).abs() < 1e-8);
    }
}
