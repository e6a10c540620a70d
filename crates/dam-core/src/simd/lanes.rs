//! Registers of floating-point numbers, one kind per level.

use super::exp2::{Exp2, SumExp2, TABLE_F32, TABLE_F64, WeighExp2};
use super::panel::Fill;
use super::priced::PriceTurn;
use super::product::Multiply;
use super::single::{AddPatterns, Dots};
use super::turned::{ReadTurns, WeighTurns};
use crate::Real;
use crate::form::Polynomial;

/// Loads, stores and fused products of one register. Methods are `unsafe` because most kinds need an
/// instruction set that the machine must have, and all take pointers.
pub trait Lanes {
    type Scalar: Real;
    type Register: Copy;
    const LANES: usize;
    /// # Safety
    /// `p` must be valid for reading LANES scalars, and the machine have the instruction set.
    unsafe fn load(p: *const Self::Scalar) -> Self::Register;
    /// # Safety
    /// `p` must be valid for writing LANES scalars, and the machine have the instruction set.
    unsafe fn store(p: *mut Self::Scalar, x: Self::Register);
    /// # Safety
    /// The machine must have the instruction set.
    unsafe fn splat(x: Self::Scalar) -> Self::Register;
    /// # Safety
    /// The machine must have the instruction set.
    unsafe fn mul(a: Self::Register, b: Self::Register) -> Self::Register;
    /// # Safety
    /// The machine must have the instruction set.
    unsafe fn add(a: Self::Register, b: Self::Register) -> Self::Register;
    /// a − b.
    ///
    /// # Safety
    /// The machine must have the instruction set.
    unsafe fn sub(a: Self::Register, b: Self::Register) -> Self::Register;
    /// The larger of each; b where one is NaN.
    ///
    /// # Safety
    /// The machine must have the instruction set.
    unsafe fn max(a: Self::Register, b: Self::Register) -> Self::Register;
    /// 2^(k/S) for the integers k that the low bits of `shifted` hold, see [`Exp2`].
    ///
    /// # Safety
    /// The machine must have the instruction set.
    unsafe fn power(shifted: Self::Register) -> Self::Register;
    /// a b + c, rounded once where the level can.
    ///
    /// # Safety
    /// The machine must have the instruction set.
    unsafe fn mul_add(a: Self::Register, b: Self::Register, c: Self::Register) -> Self::Register;
    /// a_0 b_0 a_1 b_1 …, as two registers.
    ///
    /// # Safety
    /// The machine must have the instruction set.
    unsafe fn interleave(a: Self::Register, b: Self::Register) -> (Self::Register, Self::Register);
}

/// The registers of a scalar, and the loops that use them (sealed machinery of [`Real`]).
///
/// The loops are methods so that they are compiled here, once for each scalar, and not in every crate that calls them.
pub trait Registers: Exp2 {
    /// 64 bytes.
    #[cfg(target_arch = "x86_64")]
    type Avx512: Lanes<Scalar = Self>;
    /// 32 bytes.
    #[cfg(target_arch = "x86_64")]
    type Avx2: Lanes<Scalar = Self>;
    /// 32 bytes, in whatever the target has.
    type Portable: Lanes<Scalar = Self>;
    /// See [`Multiply`].
    fn multiply(product: Multiply<'_, Self>);
    /// See [`Fill`].
    fn fill(fill: Fill<'_, Self>);
    /// See [`Dots`].
    fn dots(dots: Dots<'_, Self>);
    /// See [`AddPatterns`].
    fn add_patterns(sum: AddPatterns<'_, Self>);
    /// Σ F(m) of a polynomial kernel.
    fn polynomial_values(kernel: &Polynomial, n: f64, m: &[Self]) -> f64;
    /// The same, and F'(m) in place of m.
    fn polynomial_weights(kernel: &Polynomial, n: f64, m: &mut [Self]) -> f64;
    /// See [`SumExp2`].
    fn sum_exp2(sum: SumExp2<'_, Self>);
    /// See [`WeighExp2`].
    fn weigh_exp2(sum: WeighExp2<'_, Self>);
    /// See [`ReadTurns`].
    fn read_turns(turns: ReadTurns<'_, Self>);

    /// See [`PriceTurn`].
    fn price_turn(turn: PriceTurn<'_, Self>);

    /// See [`WeighTurns`].
    fn weigh_turns(turns: WeighTurns<'_, Self>);

    /// Σ_μ p_μ^i q_μ^j for the powers (i, j).
    fn moment(p: &[Self], q: &[Self], powers: (usize, usize)) -> f64;
}

#[derive(Debug)]
pub enum Plain32 {}
#[derive(Debug)]
pub enum Plain64 {}

macro_rules! plain {
    ($name:ident, $t:ident, $lanes:literal, $table:ident, $shift:literal) => {
        impl Lanes for $name {
            type Scalar = $t;
            type Register = [$t; $lanes];
            const LANES: usize = $lanes;
            #[inline(always)]
            unsafe fn load(p: *const $t) -> Self::Register {
                // SAFETY: promised by the caller; an array has the alignment of its elements.
                unsafe { p.cast::<Self::Register>().read() }
            }
            #[inline(always)]
            unsafe fn store(p: *mut $t, x: Self::Register) {
                // SAFETY: as above.
                unsafe { p.cast::<Self::Register>().write(x) }
            }
            #[inline(always)]
            unsafe fn splat(x: $t) -> Self::Register {
                [x; $lanes]
            }
            #[inline(always)]
            unsafe fn mul(a: Self::Register, b: Self::Register) -> Self::Register {
                std::array::from_fn(|i| a[i] * b[i])
            }
            #[inline(always)]
            unsafe fn add(a: Self::Register, b: Self::Register) -> Self::Register {
                std::array::from_fn(|i| a[i] + b[i])
            }
            #[inline(always)]
            unsafe fn sub(a: Self::Register, b: Self::Register) -> Self::Register {
                std::array::from_fn(|i| a[i] - b[i])
            }
            #[inline(always)]
            unsafe fn max(a: Self::Register, b: Self::Register) -> Self::Register {
                std::array::from_fn(|i| if a[i] > b[i] { a[i] } else { b[i] })
            }
            #[inline(always)]
            unsafe fn power(shifted: Self::Register) -> Self::Register {
                shifted.map(|x| {
                    let bits = x.to_bits();
                    $t::from_bits($table[bits as usize % $table.len()].wrapping_add(bits << $shift))
                })
            }
            #[inline(always)]
            unsafe fn mul_add(a: Self::Register, b: Self::Register, c: Self::Register) -> Self::Register {
                // Two roundings: a fused product in software would be slow where there is no instruction for it.
                std::array::from_fn(|i| a[i] * b[i] + c[i])
            }
            #[inline(always)]
            unsafe fn interleave(a: Self::Register, b: Self::Register) -> (Self::Register, Self::Register) {
                let at = |i: usize| if i % 2 == 0 { a[i / 2] } else { b[i / 2] };
                (std::array::from_fn(at), std::array::from_fn(|i| at($lanes + i)))
            }
        }
    };
}
plain!(Plain32, f32, 8, TABLE_F32, 18);
plain!(Plain64, f64, 4, TABLE_F64, 48);

#[cfg(target_arch = "x86_64")]
use x86::{Ymm32, Ymm64, Zmm32, Zmm64};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Lanes, TABLE_F32, TABLE_F64};

    macro_rules! vector {
        ($name:ident, $t:ident, $register:ident, $lanes:literal,
         $load:ident $store:ident $splat:ident $mul:ident $add:ident $sub:ident $max:ident $mul_add:ident,
         |$a:ident, $b:ident| $interleave:expr, |$shifted:ident| $power:expr) => {
            #[derive(Debug)]
            pub enum $name {}

            // SAFETY of all: the instruction set and the pointers are promised by the caller.
            impl Lanes for $name {
                type Scalar = $t;
                type Register = $register;
                const LANES: usize = $lanes;
                #[inline(always)]
                unsafe fn load(p: *const $t) -> $register {
                    // SAFETY: see the head of the impl.
                    unsafe { $load(p) }
                }
                #[inline(always)]
                unsafe fn store(p: *mut $t, x: $register) {
                    // SAFETY: see the head of the impl.
                    unsafe { $store(p, x) }
                }
                #[inline(always)]
                unsafe fn splat(x: $t) -> $register {
                    // SAFETY: see the head of the impl.
                    unsafe { $splat(x) }
                }
                #[inline(always)]
                unsafe fn mul(a: $register, b: $register) -> $register {
                    // SAFETY: see the head of the impl.
                    unsafe { $mul(a, b) }
                }
                #[inline(always)]
                unsafe fn add(a: $register, b: $register) -> $register {
                    // SAFETY: see the head of the impl.
                    unsafe { $add(a, b) }
                }
                #[inline(always)]
                unsafe fn sub(a: $register, b: $register) -> $register {
                    // SAFETY: see the head of the impl.
                    unsafe { $sub(a, b) }
                }
                #[inline(always)]
                unsafe fn max(a: $register, b: $register) -> $register {
                    // SAFETY: see the head of the impl.
                    unsafe { $max(a, b) }
                }
                #[inline(always)]
                unsafe fn power($shifted: $register) -> $register {
                    // SAFETY: see the head of the impl; all indices are within the table.
                    unsafe { $power }
                }
                #[inline(always)]
                unsafe fn mul_add(a: $register, b: $register, c: $register) -> $register {
                    // SAFETY: see the head of the impl.
                    unsafe { $mul_add(a, b, c) }
                }
                #[inline(always)]
                unsafe fn interleave($a: $register, $b: $register) -> ($register, $register) {
                    // SAFETY: see the head of the impl.
                    unsafe { $interleave }
                }
            }
        };
    }

    vector!(Zmm64, f64, __m512d, 8,
    _mm512_loadu_pd _mm512_storeu_pd _mm512_set1_pd _mm512_mul_pd _mm512_add_pd
    _mm512_sub_pd _mm512_max_pd _mm512_fmadd_pd,
    |a, b| {
        let (low, high) = (_mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11), _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15));
        (_mm512_permutex2var_pd(a, low, b), _mm512_permutex2var_pd(a, high, b))
    },
    |shifted| {
        let (bits, table) = (_mm512_castpd_si512(shifted), TABLE_F64.as_ptr().cast::<__m512i>());
        let entry = _mm512_permutex2var_epi64(_mm512_loadu_si512(table), bits, _mm512_loadu_si512(table.add(1)));
        _mm512_castsi512_pd(_mm512_add_epi64(entry, _mm512_slli_epi64::<48>(bits)))
    });
    vector!(Zmm32, f32, __m512, 16,
    _mm512_loadu_ps _mm512_storeu_ps _mm512_set1_ps _mm512_mul_ps _mm512_add_ps
    _mm512_sub_ps _mm512_max_ps _mm512_fmadd_ps,
    |a, b| {
        let low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        let high = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        (_mm512_permutex2var_ps(a, low, b), _mm512_permutex2var_ps(a, high, b))
    },
    |shifted| {
        let (bits, table) = (_mm512_castps_si512(shifted), TABLE_F32.as_ptr().cast::<__m512i>());
        let entry = _mm512_permutex2var_epi32(_mm512_loadu_si512(table), bits, _mm512_loadu_si512(table.add(1)));
        _mm512_castsi512_ps(_mm512_add_epi32(entry, _mm512_slli_epi32::<18>(bits)))
    });
    vector!(Ymm64, f64, __m256d, 4,
    _mm256_loadu_pd _mm256_storeu_pd _mm256_set1_pd _mm256_mul_pd _mm256_add_pd
    _mm256_sub_pd _mm256_max_pd _mm256_fmadd_pd,
    |a, b| {
        // The unpacking instructions work within halves of 128 bits, which then change places.
        let (even, odd) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        (_mm256_permute2f128_pd::<0x20>(even, odd), _mm256_permute2f128_pd::<0x31>(even, odd))
    },
    |shifted| {
        let bits = _mm256_castpd_si256(shifted);
        let at = _mm256_and_si256(bits, _mm256_set1_epi64x(15));
        let entry = _mm256_i64gather_epi64::<8>(TABLE_F64.as_ptr().cast(), at);
        _mm256_castsi256_pd(_mm256_add_epi64(entry, _mm256_slli_epi64::<48>(bits)))
    });
    vector!(Ymm32, f32, __m256, 8,
    _mm256_loadu_ps _mm256_storeu_ps _mm256_set1_ps _mm256_mul_ps _mm256_add_ps
    _mm256_sub_ps _mm256_max_ps _mm256_fmadd_ps,
    |a, b| {
        let (even, odd) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
        (_mm256_permute2f128_ps::<0x20>(even, odd), _mm256_permute2f128_ps::<0x31>(even, odd))
    },
    |shifted| {
        let bits = _mm256_castps_si256(shifted);
        let at = _mm256_and_si256(bits, _mm256_set1_epi32(31));
        let entry = _mm256_i32gather_epi32::<4>(TABLE_F32.as_ptr().cast(), at);
        _mm256_castsi256_ps(_mm256_add_epi32(entry, _mm256_slli_epi32::<18>(bits)))
    });
}

macro_rules! registers {
    ($t:ident, $avx512:ident, $avx2:ident, $portable:ident) => {
        impl Registers for $t {
            #[cfg(target_arch = "x86_64")]
            type Avx512 = $avx512;
            #[cfg(target_arch = "x86_64")]
            type Avx2 = $avx2;
            type Portable = $portable;
            fn multiply(product: Multiply<'_, Self>) {
                product.run();
            }
            fn fill(fill: Fill<'_, Self>) {
                fill.run();
            }
            fn dots(dots: Dots<'_, Self>) {
                dots.run();
            }
            fn add_patterns(sum: AddPatterns<'_, Self>) {
                sum.run();
            }
            fn polynomial_values(kernel: &Polynomial, n: f64, m: &[Self]) -> f64 {
                crate::reduce::polynomial_values(kernel, n, m)
            }
            fn polynomial_weights(kernel: &Polynomial, n: f64, m: &mut [Self]) -> f64 {
                crate::reduce::polynomial_weights(kernel, n, m)
            }
            fn sum_exp2(sum: SumExp2<'_, Self>) {
                sum.run();
            }
            fn weigh_exp2(sum: WeighExp2<'_, Self>) {
                sum.run();
            }
            fn read_turns(turns: ReadTurns<'_, Self>) {
                turns.run();
            }
            fn price_turn(turn: PriceTurn<'_, Self>) {
                turn.run();
            }
            fn weigh_turns(turns: WeighTurns<'_, Self>) {
                turns.run();
            }
            fn moment(p: &[Self], q: &[Self], powers: (usize, usize)) -> f64 {
                crate::plane::moment(p, q, powers)
            }
        }
    };
}
registers!(f32, Zmm32, Ymm32, Plain32);
registers!(f64, Zmm64, Ymm64, Plain64);
