//! Sums over vectors: in f64, in a fixed number of lanes (so their bits do not depend on the width of the
//! registers), compiled for the widest vector level.

use crate::Real;
use crate::simd::{Vectorize, halved, vectorize};

const LANES: usize = 16;

/// Σ_j term(a_j, b_j) in lanes; inline it into a [`Vectorize::run`].
#[inline(always)]
pub(crate) fn lane_sum<A: Copy, B: Copy>(a: &[A], b: &[B], mut term: impl FnMut(A, B) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let (whole_a, rest_a) = a.as_chunks::<LANES>();
    let (whole_b, rest_b) = b.as_chunks::<LANES>();
    for (a, b) in whole_a.iter().zip(whole_b) {
        for j in 0..LANES {
            lanes[j] += term(a[j], b[j]);
        }
    }
    for (lane, (&a, &b)) in lanes.iter_mut().zip(rest_a.iter().zip(rest_b)) {
        *lane += term(a, b);
    }
    tree_sum(lanes)
}

/// As [`lane_sum`], with a mutable first slice.
#[inline(always)]
pub(crate) fn lane_sum_mut<A, B: Copy>(a: &mut [A], b: &[B], mut term: impl FnMut(&mut A, B) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let (whole_a, rest_a) = a.as_chunks_mut::<LANES>();
    let (whole_b, rest_b) = b.as_chunks::<LANES>();
    for (a, b) in whole_a.iter_mut().zip(whole_b) {
        for j in 0..LANES {
            lanes[j] += term(&mut a[j], b[j]);
        }
    }
    for (lane, (a, &b)) in lanes.iter_mut().zip(rest_a.iter_mut().zip(rest_b)) {
        *lane += term(a, b);
    }
    tree_sum(lanes)
}

/// As [`lane_sum`], over one mutable slice.
#[inline(always)]
pub(crate) fn lane_sum_of<A>(a: &mut [A], mut term: impl FnMut(&mut A) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let (whole, rest) = a.as_chunks_mut::<LANES>();
    for a in whole {
        for j in 0..LANES {
            lanes[j] += term(&mut a[j]);
        }
    }
    for (lane, a) in lanes.iter_mut().zip(rest) {
        *lane += term(a);
    }
    tree_sum(lanes)
}

#[inline(always)]
fn tree_sum(mut lanes: [f64; LANES]) -> f64 {
    halved(&mut lanes, |a, b| a + b)
}

/// A plain comparison is one vector instruction; `f64::max` with its rules for NaN is not.
#[inline(always)]
pub(crate) fn larger<T: Real>(a: T, b: T) -> T {
    if a > b { a } else { b }
}

/// The largest entry, −∞ of none; NaN is passed over.
pub(crate) fn largest<T: Real>(x: &[T]) -> T {
    struct Largest<'a, T>(&'a [T]);
    impl<T: Real> Vectorize for Largest<'_, T> {
        type Output = T;
        #[inline(always)]
        fn run(self) -> T {
            lane_largest(self.0)
        }
    }
    vectorize(Largest(x))
}

/// [`largest`]; inline it into a [`Vectorize::run`].
#[inline(always)]
pub(crate) fn lane_largest<T: Real>(x: &[T]) -> T {
    let mut tops = [T::narrow(f64::NEG_INFINITY); LANES];
    let (whole, rest) = x.as_chunks::<LANES>();
    for x in whole {
        for j in 0..LANES {
            tops[j] = larger(x[j], tops[j]);
        }
    }
    for (top, &x) in tops.iter_mut().zip(rest) {
        *top = larger(x, *top);
    }
    halved(&mut tops, larger)
}

/// a·b.
pub(crate) fn dot<T: Real>(a: &[T], b: &[T]) -> f64 {
    struct Dot<'a, T>(&'a [T], &'a [T]);
    impl<T: Real> Vectorize for Dot<'_, T> {
        type Output = f64;
        #[inline(always)]
        fn run(self) -> f64 {
            lane_sum(self.0, self.1, |a, b| a.widen() * b.widen())
        }
    }
    vectorize(Dot(a, b))
}

/// max_i |a_i − b_i|; NaN entries are passed over.
pub(crate) fn max_change<T: Real>(a: &[T], b: &[T]) -> f64 {
    struct MaxChange<'a, T>(&'a [T], &'a [T]);
    impl<T: Real> Vectorize for MaxChange<'_, T> {
        type Output = f64;
        #[inline(always)]
        fn run(self) -> f64 {
            let mut lanes = [0.0_f64; LANES];
            let mut update = |j: usize, a: T, b: T| {
                let change = (a.widen() - b.widen()).abs();
                lanes[j] = larger(change, lanes[j]);
            };
            let (whole_a, rest_a) = self.0.as_chunks::<LANES>();
            let (whole_b, rest_b) = self.1.as_chunks::<LANES>();
            for (a, b) in whole_a.iter().zip(whole_b) {
                for j in 0..LANES {
                    update(j, a[j], b[j]);
                }
            }
            for (j, (&a, &b)) in rest_a.iter().zip(rest_b).enumerate() {
                update(j, a, b);
            }
            lanes.into_iter().fold(0.0, larger)
        }
    }
    vectorize(MaxChange(a, b))
}

/// out_i = a_i · factor, rounded once.
pub(crate) fn scale_into<T: Real>(a: &[T], factor: f64, out: &mut [T]) {
    struct Scale<'a, T>(&'a [T], f64, &'a mut [T]);
    impl<T: Real> Vectorize for Scale<'_, T> {
        type Output = ();
        #[inline(always)]
        fn run(self) {
            for (out, a) in self.2.iter_mut().zip(self.0) {
                *out = T::narrow(a.widen() * self.1);
            }
        }
    }
    vectorize(Scale(a, factor, out));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_agree_with_plain_loops_at_every_length() {
        for len in [0, 1, 5, 15, 16, 17, 100] {
            let a: Vec<f64> = (0..len).map(|k| f64::from(k).sin()).collect();
            let b: Vec<f64> = (0..len).map(|k| f64::from(3 * k).cos()).collect();
            let plain: f64 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
            assert!((dot(&a, &b) - plain).abs() < 1e-13);
            let most = a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert_eq!(max_change(&a, &b), most);
            let most = a.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            assert_eq!(largest(&a), most);
            if len > 1 {
                let mut with_nan = a.clone();
                with_nan[len as usize / 2] = f64::NAN;
                let most = with_nan.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                assert_eq!(largest(&with_nan), most);
            }
            let mut touched = a.clone();
            let sum = lane_sum_mut(&mut touched, &b, |a, b| {
                *a += b;
                b
            });
            assert!((sum - b.iter().sum::<f64>()).abs() < 1e-13);
            assert!(touched.iter().zip(a.iter().zip(&b)).all(|(t, (a, b))| *t == a + b));
        }
    }
}
