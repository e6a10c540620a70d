//! Energies are the direct sum, fields the gradient of it, f32 is close to f64, and nothing is NaN.

use dam_core::kernel::{Exponential, Monomial};
use dam_core::nalgebra::DVector;
use dam_core::{
    Dam, Energy, Euclidean, Hypercube, IntoState, Kernel, LineEnergy, LocalField, LogSum, Real, Sphere,
    StateSpace, Storable, VectorSpace,
};

use crate::any::{AnyDam, Boxed};
use crate::grid::{Case, GridSpace, Kind, Visit, close, expected, kernels, memory, over_grid, patterns};

/// Energy and field are those of the direct sum, to rounding; a zero field where no pattern acts.
#[derive(Default)]
pub(crate) struct DirectSum {
    finite: usize,
    infinite: usize,
}

impl DirectSum {
    pub(crate) fn check<S: GridSpace>(&mut self, case: &Case<'_, S>) {
        let Case { name, memory, space, .. } = case;
        for x in case.states {
            let expected = case.expected(x);
            // An overlap of N terms of order one is wrong by a few units of rounding, its kernel too; below e^-600 a
            // sum goes on as another function.
            let tolerance = (32.0 * S::EPSILON * expected.scale).max(1e-255);
            let energy = memory.energy(x);
            assert!(close(energy, expected.energy, tolerance), "{name}: {energy}, not {}", expected.energy);
            let mut h = space.zero_field();
            let with_field = memory.field(x, &mut h);
            assert!(
                close(with_field, energy, tolerance),
                "{name}: {with_field} with field, {energy} without"
            );
            for (i, (h, e)) in S::real_field(&h).iter().zip(&expected.field).enumerate() {
                // A weight is wrong by its slope, and by that of the factor of all weights.
                let curved = 32.0 * S::EPSILON * expected.curvature;
                let tolerance = (tolerance * (1.0 + expected.steepness) + curved) / space.sites() as f64;
                assert!(close(*h, *e, tolerance.max(S::EPSILON)), "{name}: h_{i} = {h}, not {e}");
            }
            if energy == f64::INFINITY {
                self.infinite += 1;
            } else {
                self.finite += 1;
            }
            for (m, e) in memory.overlaps(x).unwrap().iter().zip(&expected.overlaps) {
                assert!(close(*m, *e, 32.0 * S::EPSILON), "{name}: overlap {m}, not {e}");
            }
        }
    }
}

#[test]
fn energies_and_fields_are_the_direct_sum() {
    let mut seen = DirectSum::default();
    for n in [9, 64, 65] {
        over_grid(&Hypercube::new(n).unwrap(), 70, |case| seen.check(case));
    }
    over_grid(&Sphere::<f64>::new(24).unwrap(), 20, |case| seen.check(case));
    over_grid(&Sphere::<f32>::new(24).unwrap(), 20, |case| seen.check(case));
    over_grid(&Euclidean::<f64>::new(24).unwrap(), 20, |case| seen.check(case));
    over_grid(&Euclidean::<f32>::new(24).unwrap(), 20, |case| seen.check(case));
    // Both kinds of energy occur, and most points test the formula.
    assert!(seen.infinite > 20 && seen.finite > 10 * seen.infinite, "{} {}", seen.finite, seen.infinite);
}

#[test]
fn many_blocks_of_patterns_are_the_direct_sum() {
    // Past one block of either store, with a last block that is not full.
    let mut seen = DirectSum::default();
    over_grid(&Hypercube::new(65).unwrap(), 4096 + 70, |case| seen.check(case));
    over_grid(&Sphere::<f64>::new(24).unwrap(), 512 + 33, |case| seen.check(case));
    over_grid(&Euclidean::<f32>::new(24).unwrap(), 512 + 33, |case| seen.check(case));
}

#[test]
fn shards_of_patterns_are_the_direct_sum() {
    // Past the first of the shards that large dense scans are divided into; one state and a batch.
    let space = Sphere::<f64>::new(5).unwrap();
    let patterns = patterns(&space, (1 << 15) + 77);
    // The largest term is in the last shard or in the first, so either sum is rescaled by the other.
    let states: Vec<_> = [32_800, 0, 32_770, 1, 32_840, 2].map(|mu: usize| patterns[mu].clone()).into();
    let steep = |beta| -> Boxed { Box::new(Exponential::anchored(beta).unwrap()) };
    let cubic = || -> Boxed { Box::new(Monomial::new(3).unwrap()) };
    for (kernel, kind) in [(steep(20.0), Kind::Log), (steep(0.5), Kind::Sum), (cubic(), Kind::Sum)] {
        let memory = memory(&space, kernel, kind, 1.0, &patterns);
        for count in [1, 6] {
            let (mut e, mut with_field) = (vec![0.0; count], vec![0.0; count]);
            let mut h = vec![space.zero_field(); count];
            memory.energies(&states[..count], &mut e);
            memory.fields(&states[..count], &mut h, &mut with_field);
            let overlaps = memory.overlaps_of(&states[..count]);
            for s in 0..count {
                for (mu, pattern) in patterns.iter().enumerate() {
                    let direct = space.overlap(pattern, &states[s]);
                    assert!((overlaps[(mu, s)] - direct).abs() < 1e-14, "pattern {mu}");
                }
                let expected = expected(&memory, &space, &patterns, &states[s]);
                let tolerance = 1e-13 * expected.scale;
                let both = [e[s], with_field[s]];
                assert!(both.iter().all(|e| close(*e, expected.energy, tolerance)), "{kind:?}: {both:?}");
                let tolerance = tolerance * (1.0 + expected.steepness);
                for (h, expected) in h[s].iter().zip(&expected.field) {
                    assert!(close(*h, *expected, tolerance), "{kind:?}: field {h}, not {expected}");
                }
            }
        }
    }
}

/// h = −∇E by central differences, in the space around the sphere too: there E is the same formula.
#[derive(Default)]
pub(crate) struct Gradient {
    tested: usize,
    skipped: usize,
}

impl Gradient {
    pub(crate) fn check<S: GridSpace + VectorSpace>(&mut self, case: &Case<'_, S>) {
        let Case { name, memory, space, .. } = case;
        // At this step truncation and rounding are both of order ε^(2/3).
        let step = S::EPSILON.cbrt();
        let mut h = space.zero_field();
        for x in case.states {
            let expected = case.expected(x);
            // Largest change of an overlap: |δ ξ_i| / N with |ξ_i| < 4.
            let reach = 4.0 * step / space.sites() as f64;
            let at_kink = |kink: f64| expected.overlaps.iter().any(|m| (m - kink).abs() < 2.0 * reach);
            // A logarithm that changes by more than a hundredth within the step is not linear there.
            let steep = expected.steepness * reach > 0.01;
            if memory.field(x, &mut h) == f64::INFINITY || case.kink.is_some_and(at_kink) || steep {
                self.skipped += 1;
                continue;
            }
            self.tested += 1;
            let (h, mut moved) = (S::real_field(&h), x.clone());
            for i in 0..space.sites() {
                let mut energy_at = |step: f64| {
                    moved[i] = S::Scalar::narrow(x[i].widen() + step);
                    (memory.energy(&moved), moved[i].widen())
                };
                let ((above, up), (below, down)) = (energy_at(step), energy_at(-step));
                moved[i] = x[i];
                let slope = (above - below) / (up - down);
                // What a logarithm adds: the square of its change within the step.
                let tolerance = 100.0 * S::EPSILON.powf(2.0 / 3.0) * (expected.scale + 1.0)
                    + slope.abs() * (expected.steepness * reach).powi(2);
                assert!(close(h[i], -slope, tolerance), "{name}: h_{i} = {}, difference {}", h[i], -slope);
            }
        }
    }
}

#[test]
fn fields_are_the_differences_of_the_energy() {
    let mut seen = Gradient::default();
    over_grid(&Sphere::<f64>::new(24).unwrap(), 20, |case| seen.check(case));
    over_grid(&Sphere::<f32>::new(24).unwrap(), 20, |case| seen.check(case));
    over_grid(&Euclidean::<f64>::new(24).unwrap(), 20, |case| seen.check(case));
    over_grid(&Euclidean::<f32>::new(24).unwrap(), 20, |case| seen.check(case));
    assert!(seen.tested > 4 * seen.skipped, "{} tested, {} skipped", seen.tested, seen.skipped);
}

/// The memory in f32 agrees with one in f64 of the same patterns, both under a logarithm.
fn precision<S>(case: &Case<'_, S>)
where
    S: GridSpace + VectorSpace<Scalar = f32> + Wider,
    for<'p> &'p DVector<f64>: IntoState<S::Wide>,
{
    let Case { name, memory, space, .. } = case;
    let AnyDam::Log(single) = memory else { return };
    let wide = space.wider();
    let patterns: Vec<_> = case.patterns.iter().map(|p| S::widen(&wide, p)).collect();
    let double = Dam::new(wide.clone(), single.kernel(), LogSum, single.prefactor(), &patterns).unwrap();
    let (mut h, mut wide_h) = (space.zero_field(), wide.zero_field());
    for x in case.states {
        let expected = case.expected(x);
        let e = memory.field(x, &mut h);
        let wide_e = double.field(&S::widen(&wide, x), &mut wide_h);
        // Projection moves a vector by the rounding of its norm.
        let tolerance = 64.0 * S::EPSILON * expected.scale;
        assert!(close(e, wide_e, tolerance), "{name}: {e} in f32, {wide_e} in f64");
        let tolerance = tolerance * (1.0 + expected.steepness);
        for (i, (h, wide_h)) in h.iter().zip(wide_h.iter()).enumerate() {
            assert!(close(f64::from(*h), *wide_h, tolerance), "{name}: h_{i} = {h} in f32, {wide_h}");
        }
    }
}

/// The same space in f64.
trait Wider: StateSpace<State = DVector<f32>> {
    type Wide: Storable<State = DVector<f64>, Field = DVector<f64>>;
    fn wider(&self) -> Self::Wide;
    fn widen(wide: &Self::Wide, x: &DVector<f32>) -> DVector<f64>;
}

impl Wider for Sphere<f32> {
    type Wide = Sphere<f64>;
    fn wider(&self) -> Sphere<f64> {
        Sphere::new(self.sites()).unwrap()
    }
    fn widen(wide: &Sphere<f64>, x: &DVector<f32>) -> DVector<f64> {
        wide.project(&x.map(f64::from)).unwrap()
    }
}

impl Wider for Euclidean<f32> {
    type Wide = Euclidean<f64>;
    fn wider(&self) -> Euclidean<f64> {
        Euclidean::new(self.sites()).unwrap()
    }
    fn widen(_: &Euclidean<f64>, x: &DVector<f32>) -> DVector<f64> {
        x.map(f64::from)
    }
}

#[test]
fn single_precision_is_close_to_double() {
    over_grid(&Sphere::<f32>::new(24).unwrap(), 20, precision);
    over_grid(&Euclidean::<f32>::new(24).unwrap(), 20, precision);
}

/// Energies and fields of a kernel compiled for its own type, and of the same kernel in a box.
struct Forwarded<'a>(&'a [DVector<f64>]);

impl Visit for Forwarded<'_> {
    fn kernel<K: Kernel + 'static>(&mut self, name: &str, _kink: Option<f64>, make: &dyn Fn() -> K) {
        let space = || Sphere::<f64>::new(24).unwrap();
        let own = Dam::new(space(), make(), LogSum, 1.0, self.0).unwrap();
        let boxed = Dam::new(space(), Box::new(make()) as Boxed, LogSum, 1.0, self.0).unwrap();
        let (mut h, mut boxed_h) = (DVector::zeros(24), DVector::zeros(24));
        for x in &self.0[..5] {
            let (e, boxed_e) = (own.field(x, &mut h), boxed.field(x, &mut boxed_h));
            assert!(e.to_bits() == boxed_e.to_bits() && h == boxed_h, "{name}");
        }
    }
}

#[test]
fn a_boxed_kernel_gives_the_same_bits() {
    kernels(24, &mut Forwarded(&patterns(&Sphere::new(24).unwrap(), 20)));
}
