//! Numbers that start on a cache line, so that no register is loaded from two.

use std::ops::{Deref, DerefMut};

use super::panel::strip;
use crate::Real;

#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Line([f64; 8]);

/// A vector of whole cache lines of `T`, [`strip`] numbers each, zero until they are written.
#[derive(Clone, Debug)]
pub struct Lines<T> {
    lines: Vec<Line>,
    scalar: std::marker::PhantomData<T>,
}

impl<T: Real> Lines<T> {
    /// None, with room for `capacity` lines.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self { lines: Vec::with_capacity(capacity), scalar: std::marker::PhantomData }
    }

    /// Lines of zeros.
    pub(crate) fn zeros(count: usize) -> Self {
        Self { lines: vec![Line([0.0; 8]); count], scalar: std::marker::PhantomData }
    }

    /// Cuts off lines, or adds lines of zeros.
    pub(crate) fn resize(&mut self, count: usize) {
        self.lines.resize(count, Line([0.0; 8]));
    }

    /// The number of lines.
    pub(crate) fn count(&self) -> usize {
        self.lines.len()
    }
}

// The sealed `Real` is f32 or f64: all bits make a number, those of zeros 0, and neither asks for more alignment than
// a line has.
impl<T: Real> Deref for Lines<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        // SAFETY: `strip` numbers fill the 64 bytes of a line; see above for the type.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.lines.len() * strip::<T>()) }
    }
}

impl<T: Real> DerefMut for Lines<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above.
        unsafe {
            std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.lines.len() * strip::<T>())
        }
    }
}

/// As numbers: 0 equals −0, NaN nothing.
impl<T: Real> PartialEq for Lines<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_start_where_a_cache_line_does<T: Real>() {
        let mut lines = Lines::<T>::with_capacity(3);
        for count in [0, 1, 5, 40] {
            lines.resize(count);
            assert_eq!((lines.len(), lines.count()), (count * 64 / size_of::<T>(), count));
            assert!(lines.as_ptr().align_offset(64) == 0 && lines.iter().all(|x| x.widen() == 0.0));
        }
        let last = lines.len() - 1;
        lines[last] = T::one();
        assert!(lines != Lines::zeros(40) && lines.clone() == lines);
        lines.resize(39);
        assert_eq!(lines, Lines::zeros(39));
    }

    #[test]
    fn lines_of_both_scalars() {
        lines_start_where_a_cache_line_does::<f32>();
        lines_start_where_a_cache_line_does::<f64>();
    }
}
