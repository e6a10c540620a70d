//! What the processor can do at most: multiply-adds of the widest registers, one thread.

/// A loop of instructions, and how much one call of it does.
pub(crate) struct Probe {
    /// Instruction set of the loop.
    pub(crate) level: &'static str,
    /// What one call of the loop does; of multiply-adds, floating-point operations.
    pub(crate) work: f64,
    /// The loop; its result must be used.
    pub(crate) run: fn() -> f64,
}

#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn multiply_adds(_double: bool) -> Option<Probe> {
    None
}

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::multiply_adds;

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::Probe;

    /// 12 independent accumulators hide the latency; more are spilled.
    const LANES: usize = 12;
    const ROUNDS: usize = 400_000;

    #[target_feature(enable = "avx512f")]
    fn f32_512() -> f64 {
        let (mut acc, a) = ([_mm512_set1_ps(1.0); LANES], _mm512_set1_ps(1e-9));
        for _ in 0..ROUNDS {
            for x in &mut acc {
                *x = _mm512_fmadd_ps(*x, a, a);
            }
        }
        acc.iter().map(|&x| f64::from(_mm512_reduce_add_ps(x))).sum()
    }

    #[target_feature(enable = "avx512f")]
    fn f64_512() -> f64 {
        let (mut acc, a) = ([_mm512_set1_pd(1.0); LANES], _mm512_set1_pd(1e-9));
        for _ in 0..ROUNDS {
            for x in &mut acc {
                *x = _mm512_fmadd_pd(*x, a, a);
            }
        }
        acc.iter().map(|&x| _mm512_reduce_add_pd(x)).sum()
    }

    #[target_feature(enable = "avx2,fma")]
    fn f32_256() -> f64 {
        let (mut acc, a) = ([_mm256_set1_ps(1.0); LANES], _mm256_set1_ps(1e-9));
        for _ in 0..ROUNDS {
            for x in &mut acc {
                *x = _mm256_fmadd_ps(*x, a, a);
            }
        }
        acc.iter().map(|&x| f64::from(_mm256_cvtss_f32(x))).sum()
    }

    #[target_feature(enable = "avx2,fma")]
    fn f64_256() -> f64 {
        let (mut acc, a) = ([_mm256_set1_pd(1.0); LANES], _mm256_set1_pd(1e-9));
        for _ in 0..ROUNDS {
            for x in &mut acc {
                *x = _mm256_fmadd_pd(*x, a, a);
            }
        }
        acc.iter().map(|&x| _mm256_cvtsd_f64(x)).sum()
    }

    /// Multiply-adds of f64 (`double`) or f32, counted as two operations each.
    pub(crate) fn multiply_adds(double: bool) -> Option<Probe> {
        let operations = 2.0 * (LANES * ROUNDS) as f64;
        let values = if double { 1.0 } else { 2.0 };
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the feature of both loops was detected.
            let run = if double { || unsafe { f64_512() } } else { || unsafe { f32_512() } };
            Some(Probe { level: "AVX-512", work: operations * 8.0 * values, run })
        } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the features of both loops were detected.
            let run = if double { || unsafe { f64_256() } } else { || unsafe { f32_256() } };
            Some(Probe { level: "AVX2", work: operations * 4.0 * values, run })
        } else {
            None
        }
    }
}
