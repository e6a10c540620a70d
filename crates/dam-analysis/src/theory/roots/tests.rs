use super::reference::{MINIMA, ROOTS};
use super::*;

#[test]
fn roots_are_exact_to_the_last_bits() {
    let found = root(0.0, 2.0, |x| x * x - 2.0).unwrap();
    assert!((found - std::f64::consts::SQRT_2).abs() < 4e-16);
    let found = root(0.0, 1.0, |x| x.cos() - x).unwrap();
    assert!((found - 0.739_085_133_215_160_6).abs() < 4e-16);
    // Flat around the root, steep at its ends.
    let found = root(-1.0, 3.0, |x| (x - 0.3).powi(9)).unwrap();
    assert!((found - 0.3).abs() < 1e-15, "{found}");
    assert_eq!(root(1.0, 2.0, |x| x - 1.0), Some(1.0));
}

/// Point by point those of SciPy, which were written by others.
#[test]
fn functions_are_evaluated_where_scipy_does() {
    type Case = (f64, f64, fn(f64) -> f64);
    let roots: [Case; 6] = [
        (0.0, 3.0, |x| x * x - 5.0),
        (2.0, 3.0, |x| x * x * x - 2.0 * x - 5.0),
        (0.0, 2.0, |x| x * x * x * x * x - x - 0.2),
        (-1.0, 0.9, |x| x / (1.0 + x * x) - 0.2),
        (0.0, 1.99, |x| 1.0 / (2.0 - x) - 3.0),
        (-1.0, 3.0, |x| (x - 0.3).abs().sqrt().sqrt().copysign(x - 0.3)),
    ];
    let minima: [Case; 4] = [
        (-2.0, 3.0, |x| (x - 1.0) * (x - 1.0) * ((x - 1.0) * (x - 1.0) + 1.0) + x),
        (-1.0, 2.0, |x| (x - 0.3) * (x - 0.3) * (x - 0.3) * (x - 0.3) - x),
        (-1.0, 2.0, |x| (x - 0.7).abs() * (x - 0.7).abs().sqrt()),
        (0.0, 3.0, |x| x * x * x * x * x * x - 3.0 * x * x + x),
    ];
    type Method<'a> = &'a dyn Fn(&mut dyn FnMut(f64) -> f64);
    let points = |f: fn(f64) -> f64, method: Method<'_>| {
        let mut taken = Vec::new();
        method(&mut |x| {
            taken.push(x);
            f(x)
        });
        taken
    };
    let same = |what: &str, found: &[f64], expected: &[f64], more: usize| {
        let differ = found.iter().zip(expected).position(|(a, b)| (a - b).abs() > 1e-7 * b.abs().max(0.1));
        assert_eq!(differ, None, "{what}: {found:?}, not {expected:?}");
        assert!((expected.len()..=expected.len() + more).contains(&found.len()), "{what}: {found:?}");
    };
    for (k, ((a, b, f), expected)) in roots.into_iter().zip(ROOTS).enumerate() {
        let found = points(f, &|f| assert!(root(a, b, f).is_some()));
        same(&format!("root {k}"), &found, expected, 0);
    }
    for (k, ((a, b, f), expected)) in minima.into_iter().zip(MINIMA).enumerate() {
        let found = points(f, &|f| assert!(minimum(a, b, f).1.is_finite()));
        // Two or three more near the end, and both ends of the range.
        same(&format!("minimum {k}"), &found, expected, 5);
    }
}

#[test]
fn a_root_at_a_jump_or_beside_infinity_is_found() {
    let found = root(-1.0, 5.0, |x| if x < 0.7 { f64::NEG_INFINITY } else { 1.0 }).unwrap();
    assert!((found - 0.7).abs() < 1e-15);
    let found = root(0.0, 1.0, |x| x.ln() + 3.0).unwrap();
    assert!((found - (-3.0_f64).exp()).abs() < 1e-16);
}

#[test]
fn no_change_of_sign_is_no_root() {
    assert_eq!(root(0.0, 1.0, |x| x + 1.0), None);
    assert_eq!(root(0.0, 1.0, |_| f64::NAN), None);
    assert_eq!(root(0.0, 1.0, |x| if x == 0.0 || x == 1.0 { x - 0.5 } else { f64::NAN }), None);
}

#[test]
fn minima_inside_and_at_the_ends() {
    let (x, value) = minimum(-3.0, 2.0, |x| (x - 0.25).powi(2) + 1.0);
    assert!((x - 0.25).abs() < 1e-7 && (value - 1.0).abs() < 1e-15);
    let (x, value) = minimum(0.0, 2.0, |x| x.cosh());
    assert!(x.abs() < 1e-7 && (value - 1.0).abs() < 1e-14, "{x}");
    let (x, value) = minimum(0.5, 2.0, |x| -x);
    assert_eq!((x, value), (2.0, -2.0));
}
