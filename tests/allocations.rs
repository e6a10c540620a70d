//! The solver does not touch the heap once it is made: a diagram of any size takes no memory per point. Patterns that are
//! made again take none, however many they are.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use dam_analysis::theory::{
    BinaryEntropy, CompactTheory, ExactSphere, GaussianPatterns, GaussianTail, Theory,
};
use dam_core::kernel::{Epanechnikov, Exponential, Powered};
use dam_core::nalgebra::DVector;
use dam_core::{Dam, DensePatterns, Energy, Euclidean, Extensive, Kernel, LocalField, LogSum, Overlap};

struct Counting;

thread_local! {
    // The harness allocates on its own thread as it likes.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static LIVE: Cell<i64> = const { Cell::new(0) };
    static PEAK: Cell<i64> = const { Cell::new(0) };
}

fn grow(bytes: i64) {
    let live = LIVE.try_with(|live| live.replace(live.get() + bytes) + bytes).unwrap_or(0);
    let _ = PEAK.try_with(|peak| peak.set(peak.get().max(live)));
}

// SAFETY: every call goes on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        grow(layout.size() as i64);
        // SAFETY: promised by the caller.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        grow(-(layout.size() as i64));
        // SAFETY: promised by the caller.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

struct Cauchy;

impl Kernel for Cauchy {
    fn f(&self, s: Overlap) -> f64 {
        1.0 / (1.0 + 5.0 * s.gap())
    }
    fn df(&self, s: Overlap) -> f64 {
        5.0 * self.f(s).powi(2)
    }
}

#[test]
fn points_of_a_phase_diagram_allocate_nothing() {
    let kernels: [(Box<dyn Extensive>, f64); 3] = [
        (Box::new(Exponential::anchored(1.0).unwrap()), 1.0),
        (Box::new(Powered(Epanechnikov::new(3.41).unwrap())), 1.0 / 3.41),
        (Box::new(Powered(Cauchy)), 0.2),
    ];
    let lsr = Epanechnikov::new(3.41).unwrap();
    let compact = CompactTheory::new(lsr, 1.0 / 3.41, BinaryEntropy, BinaryEntropy).unwrap();
    for (kernel, c) in kernels {
        let theory = Theory::new(kernel, c, ExactSphere, ExactSphere).unwrap();
        let paper = Theory::new(theory.kernel(), c, ExactSphere, GaussianTail).unwrap();
        let longer = Theory::new(theory.kernel(), c, ExactSphere, GaussianPatterns).unwrap();
        let before = ALLOCATIONS.get();
        let mut sum = 0.0;
        for j in 0..200 {
            let (t, alpha) = (0.01 * f64::from(j), 0.003 * f64::from(j));
            sum += theory.alpha_c(t).unwrap().map_or(0.0, |boundary| boundary.alpha);
            sum += theory.alpha_any(t).unwrap().map_or(0.0, |boundary| boundary.alpha);
            sum += paper.alpha_spinodal(t).unwrap().map_or(0.0, |boundary| boundary.alpha);
            sum += theory.critical_temperature(alpha).unwrap().temperature().min(1e3);
            sum += paper.spinodal_temperature(alpha).unwrap().temperature().min(1e3);
            sum += theory.noise_floor(alpha).unwrap().energy().min(1e3);
            sum += theory.retrieval(t).unwrap().map_or(0.0, |state| state.phi);
            sum += theory.basin_edge(alpha).unwrap().unwrap_or(0.0) + longer.phi_max(alpha).unwrap();
            sum += longer.noise_floor(alpha).unwrap().energy().min(1e3);
            sum += theory.stable_against(alpha).unwrap().temperature().min(1e3);
            sum += theory.max_temperature().temperature().min(1e3);
            sum += compact.alpha_c(t).unwrap().map_or(0.0, |boundary| boundary.alpha);
        }
        assert_eq!(ALLOCATIONS.get(), before);
        assert!(sum > 0.0);
    }
}

#[test]
fn the_field_of_one_state_takes_no_memory() {
    let space = Euclidean::<f64>::new(30).unwrap();
    let patterns: Vec<Vec<f64>> =
        (0..3000).map(|mu| (0..30).map(|i| f64::from(mu * 31 + i).sin()).collect()).collect();
    let memory = Dam::new(space, Exponential::new(1.0).unwrap(), LogSum, 1.0, &patterns).unwrap();
    let x = DVector::from_element(30, 0.3);
    let mut h = x.clone();
    let before = ALLOCATIONS.get();
    let energy = memory.field(&x, &mut h);
    assert_eq!(ALLOCATIONS.get(), before);
    assert!(energy.is_finite() && h.amax() > 0.0);
}

#[test]
fn patterns_that_are_made_again_take_no_memory() {
    // More shards than are merged at a time, and twice as many.
    let peak = |count: usize| {
        let space = Euclidean::<f64>::new(2).unwrap();
        let pattern = |mu: usize| DVector::from_vec(vec![1.0, 1e-7 * mu as f64]);
        let store = DensePatterns::regenerated(space, count, pattern).unwrap();
        let memory = Dam::with_store(store, Exponential::new(1.0).unwrap(), LogSum, 1.0).unwrap();
        let x = vec![DVector::from_vec(vec![0.3, 0.2]); 8];
        let (mut h, mut e) = (x.clone(), vec![0.0; 8]);
        let before = LIVE.get();
        PEAK.set(before);
        memory.fields(&x, &mut h, &mut e);
        memory.energies(&x, &mut e);
        memory.nearest_all(&x).unwrap();
        PEAK.get() - before
    };
    // One thread, so that all of it is counted here.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let (few, many) = pool.install(|| (peak(4_300_000), peak(9_000_000)));
    assert!(many - few < 10_000, "{few} {many}");
    assert!(few < 2_000_000, "{few} bytes");
}
