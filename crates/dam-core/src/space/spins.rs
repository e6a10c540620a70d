use nalgebra::{Dyn, Matrix, RawStorage, U1};

use super::{Hypercube, IntoState, StateSpace};
use crate::Error;

/// N spins ±1, one bit each (bit 1 is +1). Any N >= 1, also not a multiple of 64.
///
/// ```
/// use dam_core::Spins;
/// let mut x = Spins::from_signs(&[1, -1, 1])?;
/// x.flip(0);
/// assert_eq!((x.get(0), x.get(1), x.len()), (-1, -1, 3));
/// let up = Spins::from_bools(&[true, true, true])?;
/// assert_eq!((x.dot(&up), x.product(&up) == x, x.product(&x) == up), (-1, true, true));
/// assert!(Spins::from_signs(&[1, 0]).is_err()); // zero has no sign
/// # Ok::<(), dam_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Vec<i8>", into = "Vec<i8>"))]
pub struct Spins {
    /// Bits past `len` are zero.
    words: Vec<u64>,
    len: usize,
}

impl Spins {
    /// From +1 and −1.
    ///
    /// # Errors
    /// [`Error::NotASpin`] for any other number, 0 included; [`Error::NoSites`] if empty.
    pub fn from_signs(signs: &[i8]) -> Result<Self, Error> {
        Self::collect(signs.len(), |i| match signs[i] {
            1 => Ok(true),
            -1 => Ok(false),
            other => Err(Error::NotASpin { site: i, value: f64::from(other) }),
        })
    }

    /// From booleans: `true` is +1.
    ///
    /// # Errors
    /// [`Error::NoSites`] if empty.
    pub fn from_bools(up: &[bool]) -> Result<Self, Error> {
        Self::collect(up.len(), |i| Ok(up[i]))
    }

    fn collect(len: usize, up: impl Fn(usize) -> Result<bool, Error>) -> Result<Self, Error> {
        if len == 0 {
            return Err(Error::NoSites);
        }
        let mut words = vec![0_u64; len.div_ceil(64)];
        for i in 0..len {
            words[i / 64] |= u64::from(up(i)?) << (i % 64);
        }
        Ok(Self { words, len })
    }

    /// From packed words; the bits past `len` are cleared.
    pub(crate) fn from_words(mut words: Vec<u64>, len: usize) -> Self {
        debug_assert_eq!(words.len(), len.div_ceil(64));
        if !len.is_multiple_of(64) {
            *words.last_mut().expect("len >= 1") &= (1 << (len % 64)) - 1;
        }
        Self { words, len }
    }

    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    pub(crate) fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words
    }

    /// The number of sites N.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // never empty
    pub fn len(&self) -> usize {
        self.len
    }

    /// Spin `i`: +1 or −1.
    ///
    /// # Panics
    /// If `i >= len`, like a slice.
    #[must_use]
    pub fn get(&self, i: usize) -> i8 {
        if self.is_up(i) { 1 } else { -1 }
    }

    /// Whether spin `i` is +1.
    ///
    /// # Panics
    /// If `i >= len`, like a slice.
    #[inline]
    #[must_use]
    pub fn is_up(&self, i: usize) -> bool {
        assert!(i < self.len, "spin {i} of {}", self.len);
        self.words[i / 64] >> (i % 64) & 1 == 1
    }

    /// Turns spin `i` over.
    ///
    /// # Panics
    /// If `i >= len`, like a slice.
    #[inline]
    pub fn flip(&mut self, i: usize) {
        assert!(i < self.len, "spin {i} of {}", self.len);
        self.words[i / 64] ^= 1 << (i % 64);
    }

    /// The number of sites at which the two differ.
    ///
    /// # Panics
    /// If the lengths differ.
    #[must_use]
    pub fn hamming(&self, other: &Self) -> usize {
        assert_eq!(self.len, other.len, "states of different spaces");
        self.words.iter().zip(&other.words).map(|(a, b)| (a ^ b).count_ones() as usize).sum()
    }

    /// The scalar product x·y = N − 2 · (differing sites).
    ///
    /// # Panics
    /// If the lengths differ.
    #[must_use]
    pub fn dot(&self, other: &Self) -> i64 {
        self.len as i64 - 2 * self.hamming(other) as i64
    }

    /// The product site by site, x_i y_i: with a pattern it is the gauge in which that pattern is all +1.
    ///
    /// # Panics
    /// If the lengths differ.
    #[must_use]
    pub fn product(&self, other: &Self) -> Self {
        assert_eq!(self.len, other.len, "states of different spaces");
        let words = self.words.iter().zip(&other.words).map(|(a, b)| !(a ^ b)).collect();
        Self::from_words(words, self.len)
    }

    /// The spins in order, each +1 or −1.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = i8> + '_ {
        (0..self.len).map(|i| self.get(i))
    }
}

impl From<Spins> for Vec<i8> {
    fn from(x: Spins) -> Self {
        x.iter().collect()
    }
}

impl TryFrom<Vec<i8>> for Spins {
    type Error = Error;
    fn try_from(signs: Vec<i8>) -> Result<Self, Error> {
        Self::from_signs(&signs)
    }
}

fn checked(space: &Hypercube, x: Result<Spins, Error>) -> Result<Spins, Error> {
    let x = match x {
        Err(Error::NoSites) => {
            return Err(Error::Dimension { what: "pattern", expected: space.sites(), found: 0 });
        }
        other => other?,
    };
    space.check("pattern", &x)?;
    Ok(x)
}

impl IntoState<Hypercube> for Spins {
    fn into_state(self, space: &Hypercube) -> Result<Spins, Error> {
        checked(space, Ok(self))
    }
}

impl IntoState<Hypercube> for &Spins {
    fn into_state(self, space: &Hypercube) -> Result<Spins, Error> {
        checked(space, Ok(self.clone()))
    }
}

macro_rules! spins_from {
    ($element:ty, $from:path) => {
        impl IntoState<Hypercube> for &[$element] {
            fn into_state(self, space: &Hypercube) -> Result<Spins, Error> {
                checked(space, $from(self))
            }
        }
        impl IntoState<Hypercube> for Vec<$element> {
            fn into_state(self, space: &Hypercube) -> Result<Spins, Error> {
                checked(space, $from(&self))
            }
        }
        impl IntoState<Hypercube> for &Vec<$element> {
            fn into_state(self, space: &Hypercube) -> Result<Spins, Error> {
                checked(space, $from(self))
            }
        }
        impl<V: RawStorage<$element, Dyn, U1>> IntoState<Hypercube> for Matrix<$element, Dyn, U1, V> {
            fn into_state(self, space: &Hypercube) -> Result<Spins, Error> {
                checked(space, $from(&self.iter().copied().collect::<Vec<_>>()))
            }
        }
    };
}
spins_from!(i8, Spins::from_signs);
spins_from!(bool, Spins::from_bools);

#[cfg(test)]
mod tests {
    use crate::space::{Hypercube, Spins, StateSpace};
    use crate::store::Storable;

    /// Of every length around a word.
    #[test]
    fn products_and_overlaps_are_those_of_the_signs() {
        for n in [1, 2, 63, 64, 65, 200] {
            let signs =
                |step: usize| -> Vec<i8> { (0..n).map(|i| if i * i % step < 2 { 1 } else { -1 }).collect() };
            let (a, b) = (signs(3), signs(5));
            let [x, y] = [&a, &b].map(|of| Spins::from_signs(of).unwrap());
            let product: Vec<i8> = a.iter().zip(&b).map(|(a, b)| a * b).collect();
            assert_eq!(x.product(&y), Spins::from_signs(&product).unwrap());
            let dot: i64 = product.iter().map(|&p| i64::from(p)).sum();
            assert_eq!(x.dot(&y), dot);
            assert_eq!(Hypercube::new(n).unwrap().overlap(&x, &y), dot as f64 / n as f64);
        }
    }

    #[test]
    fn stores_are_equal_if_their_patterns_are() {
        let space = Hypercube::new(3).unwrap();
        let store = |patterns: &[[i8; 3]]| {
            space.clone().store(patterns.iter().map(|p| Spins::from_signs(p))).unwrap()
        };
        let both = [[1, -1, 1], [-1, -1, 1]];
        assert_eq!(store(&both), store(&both));
        assert_ne!(store(&both), store(&both[..1]));
        assert_ne!(store(&both), store(&[both[1], both[0]]));
    }
}
