use dam_core::nalgebra::DVector;
use dam_core::prelude::*;

/// A user's kernel with everything that can go wrong as a parameter.
#[derive(Clone, Copy)]
struct User {
    f: fn(f64) -> f64,
    df: fn(f64) -> f64,
    log_domain: bool,
}

impl Kernel for User {
    fn f(&self, s: Overlap) -> f64 {
        (self.f)(s.m())
    }
    fn df(&self, s: Overlap) -> f64 {
        (self.df)(s.m())
    }
    fn log_domain(&self) -> bool {
        self.log_domain
    }
}

fn everywhere(kernel: User, check: impl Fn(Error)) {
    let bits = [vec![true, false, true, true, false]];
    check(Dam::new(Hypercube::new(5).unwrap(), kernel, Sum, 1.0, &bits).err().unwrap());
    check(Dam::new(Hypercube::new(5).unwrap(), kernel, LogSum, 1.0, &bits).err().unwrap());
    let vectors = [DVector::from_element(5, 1.0)];
    check(Dam::new(Sphere::new(5).unwrap(), kernel, Sum, 1.0, &vectors).err().unwrap());
    check(Dam::new(Euclidean::new(5).unwrap(), kernel, LogSum, 1.0, &vectors).err().unwrap());
    let boxed: Box<dyn Kernel> = Box::new(kernel);
    check(Dam::new(Sphere::new(5).unwrap(), boxed, LogSum, 1.0, &vectors).err().unwrap());
    let store = models::lse(Sphere::new(5).unwrap(), 1.0, &vectors).unwrap().store().clone();
    check(Dam::with_store(store, kernel, LogSum, 1.0).err().unwrap());
}

/// NaN on half of the overlaps.
fn broken(m: f64) -> f64 {
    if m > 0.3 { f64::NAN } else { 1.0 }
}

fn pole(m: f64) -> f64 {
    1.0 / (1.0 - m)
}

fn fine(_: f64) -> f64 {
    1.0
}

#[test]
fn kernels_that_are_not_finite_are_refused() {
    for (f, found) in [(broken as fn(f64) -> f64, "found NaN"), (pole, "found inf")] {
        everywhere(User { f, df: fine, log_domain: false }, |error| {
            refused!(
                Err::<(), _>(error),
                Error::KernelNotFinite { what: "F", .. },
                "expected finite F at overlap m = ",
                found
            );
        });
        everywhere(User { f: fine, df: f, log_domain: false }, |error| {
            refused!(
                Err::<(), _>(error),
                Error::KernelNotFinite { what: "dF/dm", .. },
                "expected finite dF/dm at overlap m = ",
                found
            );
        });
        everywhere(User { f, df: fine, log_domain: true }, |error| {
            refused!(
                Err::<(), _>(error),
                Error::KernelNotFinite { what: "ln F", .. },
                "expected finite ln F at overlap m = ",
                found
            );
        });
        everywhere(User { f: fine, df: f, log_domain: true }, |error| {
            refused!(
                Err::<(), _>(error),
                Error::KernelNotFinite { what: "d ln F / dm", .. },
                "expected finite d ln F / dm at overlap m = ",
                found
            );
        });
    }
}

#[test]
fn negative_kernels_in_the_log_domain_are_refused() {
    let odd = User { f: |m| m, df: fine, log_domain: true };
    everywhere(odd, |error| {
        refused!(
            Err::<(), _>(error),
            Error::KernelNegative { .. },
            "expected F >= 0",
            "found F = -1 at overlap m = -1",
            "`Kernel::log_domain`"
        );
    });
    // The way out that the message names.
    let odd = User { log_domain: false, ..odd };
    let memory = Dam::new(Hypercube::new(5).unwrap(), odd, Sum, 1.0, [vec![true; 5]]).unwrap();
    assert_eq!(memory.energy(&Spins::from_bools(&[false; 5]).unwrap()), 1.0);
}

#[test]
fn a_kernel_may_be_zero_in_either_domain() {
    let rectified = User { f: |m| m.max(0.0), df: |m| if m > 0.0 { 1.0 } else { 0.0 }, log_domain: true };
    let memory = Dam::new(Hypercube::new(5).unwrap(), rectified, LogSum, 1.0, [vec![true; 5]]).unwrap();
    assert_eq!(memory.energy(&Spins::from_bools(&[false; 5]).unwrap()), f64::INFINITY);
    assert_eq!(memory.energy(&Spins::from_bools(&[true; 5]).unwrap()), 0.0);
}

#[test]
fn powers_of_a_kernel_that_changes_sign_are_refused() {
    let cubed = Powered(Monomial::new(3).unwrap());
    refused!(
        Dam::new(Hypercube::new(5).unwrap(), cubed, LogSum, 1.0, [vec![true; 5]]),
        Error::KernelNotFinite { what: "ln F", .. },
        "m = -1",
        "NaN"
    );
}
