//! The solver does not touch the heap once it is made: a diagram of any size takes no memory per point.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use dam_analysis::theory::{
    BinaryEntropy, CompactTheory, ExactSphere, GaussianPatterns, GaussianTail, Theory,
};
use dam_core::kernel::{Epanechnikov, Exponential, Powered};
use dam_core::{Extensive, Kernel, Overlap};

struct Counting;

thread_local! {
    // The harness allocates on its own thread as it likes.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call goes on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
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
