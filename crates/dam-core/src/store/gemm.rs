//! The one call of the matrix-product library.
#![allow(unsafe_code)]

/// A strided view of a matrix inside a slice: element (i, j) at `i * row + j * column`.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a, T> {
    pub(super) data: &'a [T],
    pub(super) row: usize,
    pub(super) column: usize,
}

impl<T> View<'_, T> {
    fn holds(&self, rows: usize, columns: usize) -> bool {
        rows == 0 || columns == 0 || (rows - 1) * self.row + (columns - 1) * self.column < self.data.len()
    }
}

/// `dst = [dst +] a · b` for a (m × k) and b (k × n); `dst` (m × n) has columns of `dst_column` elements.
///
/// # Panics
/// If a view is too small for its shape, or columns of `dst` overlap.
pub(super) fn product<T: crate::Real>(
    [m, k, n]: [usize; 3],
    a: View<'_, T>,
    b: View<'_, T>,
    dst: &mut [T],
    dst_column: usize,
    accumulate: bool,
) {
    assert!(a.holds(m, k) && b.holds(k, n) && dst_column >= m && n >= 1, "matrix views of the wrong size");
    assert!((n - 1) * dst_column + m <= dst.len(), "destination of the wrong size");
    // SAFETY: the asserts above keep every (i, j) of the three matrices inside its slice; `dst` is borrowed
    // mutably, so it overlaps neither input, and `dst_column >= m` keeps its columns disjoint.
    unsafe { call([m, k, n], a, b, dst.as_mut_ptr(), dst_column, accumulate) }
}

/// `a · b` for a (m × k) and b (k × n), column after column, in memory that is not cleared first.
///
/// # Panics
/// If a view is too small for its shape.
pub(super) fn new_product<T: crate::Real>([m, k, n]: [usize; 3], a: View<'_, T>, b: View<'_, T>) -> Vec<T> {
    assert!(a.holds(m, k) && b.holds(k, n), "matrix views of the wrong size");
    let mut dst = Vec::with_capacity(m * n);
    // SAFETY: as in `product`, with room for m n elements in columns of m; the product writes all of them
    // and, as it does not accumulate, reads none, so that they are initialised when the length is set.
    unsafe {
        call([m, k, n], a, b, dst.as_mut_ptr(), m, false);
        dst.set_len(m * n);
    }
    dst
}

/// # Safety
/// Every element of the three matrices must lie in memory of its own kind, those of `dst` disjoint from each
/// other and from the rest; with `accumulate` they must be initialised.
unsafe fn call<T: crate::Real>(
    [m, k, n]: [usize; 3],
    a: View<'_, T>,
    b: View<'_, T>,
    dst: *mut T,
    dst_column: usize,
    accumulate: bool,
) {
    // SAFETY: promised by the caller. T is f32 or f64 (sealed), which the library accepts.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            dst,
            dst_column as isize,
            1,
            accumulate,
            a.data.as_ptr(),
            a.column as isize,
            a.row as isize,
            b.data.as_ptr(),
            b.column as isize,
            b.row as isize,
            T::one(),
            T::one(),
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strided_products_equal_the_triple_loop() {
        let (m, k, n) = (7, 5, 3);
        let a: Vec<f64> = (0..m * k).map(|i| (i as f64 * 0.7).sin()).collect();
        let b: Vec<f64> = (0..k * n).map(|i| (i as f64 * 1.3).cos()).collect();
        let mut dst = vec![1.0; (m + 2) * n];
        let view_a = View { data: &a, row: k, column: 1 };
        let view_b = View { data: &b, row: 1, column: k };
        product([m, k, n], view_a, view_b, &mut dst, m + 2, true);
        let fresh = new_product([m, k, n], view_a, view_b);
        for i in 0..m {
            for j in 0..n {
                let expected: f64 = 1.0 + (0..k).map(|l| a[i * k + l] * b[j * k + l]).sum::<f64>();
                assert!((dst[j * (m + 2) + i] - expected).abs() < 1e-14);
                assert!((fresh[j * m + i] + 1.0 - expected).abs() < 1e-14);
            }
        }
    }

    #[test]
    #[should_panic(expected = "wrong size")]
    fn a_view_that_is_too_small_is_caught() {
        let (a, mut dst) = (vec![0.0_f32; 5], vec![0.0; 6]);
        let view = View { data: &a, row: 1, column: 3 };
        product([3, 2, 2], view, View { data: &[0.0; 4], row: 1, column: 2 }, &mut dst, 3, false);
    }
}
