//! The energy on a plane through the origin is the direct sum at its points, and its slopes are those of the field there.

use dam_core::{DensePatterns, Euclidean, LineEnergy, PlaneEnergy, Purpose, Sphere, Streams, VectorSpace};

use crate::grid::{Case, GridSpace, close, over_grid};

/// Coefficients (a, b) of points a x + b u.
const POINTS: [(f64, f64); 5] = [(1.0, 0.0), (0.8, 0.6), (0.6, -0.8), (-0.4, 0.9), (0.0, 1.0)];

#[derive(Default)]
struct Planes {
    tested: usize,
    skipped: usize,
}

impl Planes {
    fn check<S>(&mut self, case: &Case<'_, S>)
    where
        S: GridSpace<Store = DensePatterns<S>> + VectorSpace<Scalar = f64>,
    {
        let Case { name, memory, space, .. } = case;
        let n = space.sites() as f64;
        for (k, x) in case.states.iter().enumerate() {
            let u = space.sample_tangent(x, &mut Streams::new(7).rng(Purpose::Directions, k as u64));
            let u = u.normalize() * n.sqrt();
            let along = [x, &u].map(|v| memory.overlaps_of(std::slice::from_ref(v)));
            let plane = memory.plane(x, along[0].as_slice(), &u, along[1].as_slice());
            for (a, b) in POINTS {
                let y = x * a + &u * b;
                let expected = case.expected(&y);
                let at_kink = |kink: f64| expected.overlaps.iter().any(|m| (m - kink).abs() < 1e-12);
                if !expected.energy.is_finite() || expected.cancels || case.kink.is_some_and(at_kink) {
                    self.skipped += 1;
                    continue;
                }
                self.tested += 1;
                let [energy, slope_x, slope_u] = plane.at(a, b);
                // Moments of high degree cancel.
                let tolerance = 1e4 * S::EPSILON * expected.scale;
                assert!(
                    close(energy, expected.energy, tolerance),
                    "{name}: {energy}, not {}",
                    expected.energy
                );
                let tolerance =
                    tolerance * (1.0 + expected.steepness) + 1e4 * S::EPSILON * expected.curvature;
                for (slope, of) in [(slope_x, x), (slope_u, &u)] {
                    let direct: f64 = -expected.field.iter().zip(of.iter()).map(|(h, x)| h * x).sum::<f64>();
                    assert!(close(slope, direct, tolerance), "{name} at ({a}, {b}): {slope}, not {direct}");
                }
            }
        }
    }
}

#[test]
fn planes_are_the_direct_sum_with_the_slopes_of_the_field() {
    let mut seen = Planes::default();
    over_grid(&Sphere::<f64>::new(24).unwrap(), 20, |case| seen.check(case));
    over_grid(&Euclidean::<f64>::new(24).unwrap(), 20, |case| seen.check(case));
    // Past one block of patterns.
    over_grid(&Euclidean::<f64>::new(24).unwrap(), 512 + 33, |case| seen.check(case));
    assert!(seen.tested > 2 * seen.skipped, "{} tested, {} skipped", seen.tested, seen.skipped);
}
