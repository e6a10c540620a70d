use dam_core::nalgebra::{DMatrix, DVector};
use dam_core::prelude::*;

use super::shapes::two_patterns;

#[test]
fn patterns_with_numbers_that_are_none_are_refused() {
    for (value, found) in
        [(f64::NAN, "found NaN"), (f64::INFINITY, "found inf"), (f64::NEG_INFINITY, "found -inf")]
    {
        let vector = vec![1.0, 1.0, value, 1.0];
        let sphere = || Sphere::<f64>::new(4).unwrap();
        let site = "site 2: expected a finite number";
        refused!(models::spherical(sphere(), 3, [&vector]), Error::NotFinite { site: 2, .. }, site, found);
        let euclidean = Euclidean::<f64>::new(4).unwrap();
        refused!(models::attention(euclidean, 1.0, [&vector]), Error::NotFinite { site: 2, .. }, site, found);
        let narrow: Vec<f32> = vector.iter().map(|&v| v as f32).collect();
        refused!(
            models::spherical(Sphere::<f32>::new(4).unwrap(), 3, [narrow]),
            Error::NotFinite { site: 2, .. },
            site,
            found
        );
        refused!(sphere().project(&DVector::from_vec(vector)), Error::NotFinite { site: 2, .. }, site, found);
    }
}

#[test]
fn only_plus_and_minus_one_are_spins() {
    let three = || Hypercube::new(3).unwrap();
    for (value, found) in [(0_i8, "found 0"), (2, "found 2"), (-2, "found -2"), (-128, "found -128")] {
        let signs = vec![1, value, -1];
        let expected = "site 1: expected a spin, +1 or -1";
        refused!(Spins::from_signs(&signs), Error::NotASpin { site: 1, .. }, expected, found);
        refused!(Spins::try_from(signs.clone()), Error::NotASpin { site: 1, .. }, expected, found);
        refused!(models::hopfield(three(), [&signs]), Error::NotASpin { site: 1, .. }, expected, found);
        let matrix = DMatrix::from_column_slice(3, 2, &[1, 1, 1, 1, value, 1]);
        refused!(
            models::polynomial(three(), 3, matrix.column_iter()),
            Error::NotASpin { site: 1, .. },
            expected,
            found
        );
        let mut memory = models::hopfield(three(), [vec![true; 3]]).unwrap();
        refused!(memory.push(&signs[..]), Error::NotASpin { site: 1, .. }, expected, found);
        assert_eq!(memory.len(), 1);
    }
}

#[test]
fn vectors_off_the_sphere_are_refused_as_patterns() {
    let sphere = || Sphere::<f64>::new(4).unwrap();
    for (vector, found) in [
        ([1.5; 4], "found norm 3"),
        ([0.0; 4], "found norm 0"),
        ([1e-200, 0.0, 0.0, 0.0], "found norm 0"),
        ([1e200, 0.0, 0.0, 0.0], "found norm inf"),
    ] {
        refused!(
            models::spherical(sphere(), 3, [vector.to_vec()]),
            Error::NotOnSphere { .. },
            "norm sqrt(N) = 2",
            found,
            "`Sphere::project`"
        );
    }
    // One part in a million is no rounding of f64; it is none of f32 either once it is one in a thousand.
    refused!(
        models::spherical(sphere(), 3, [vec![1.000_001; 4]]),
        Error::NotOnSphere { .. },
        "= 2",
        "2.000002"
    );
    let narrow = Sphere::<f32>::new(4).unwrap();
    refused!(models::spherical(narrow, 3, [vec![1.001_f32; 4]]), Error::NotOnSphere { .. }, "= 2", "2.002");
}

#[test]
fn projection_takes_any_vector_but_zero_or_a_wrong_one() {
    let sphere = Sphere::<f64>::new(4).unwrap();
    for scale in [1e-300, 1e-3, 1.0, 1e200, 1e307] {
        let x = sphere.project(&DVector::from_row_slice(&[3.0 * scale, 0.0, 0.0, -4.0 * scale])).unwrap();
        assert!((x[0] - 1.2).abs() < 1e-15 && (x[3] + 1.6).abs() < 1e-15, "{scale}: {x}");
    }
    refused!(sphere.project(&DVector::zeros(4)), Error::NotOnSphere { .. }, "= 2", "found norm 0");
    refused!(
        sphere.project(&DVector::from_element(5, 1.0)),
        Error::Dimension { .. },
        "expected 4 sites, found 5"
    );
}

#[test]
fn a_refused_push_leaves_the_memory_as_it_was() {
    let (patterns, good) = two_patterns::<f64>();
    let mut memory = models::spherical(Sphere::new(4).unwrap(), 3, &patterns).unwrap();
    let before = memory.energy(&good);
    refused!(memory.push(vec![1.0, 1.0, 1.0, f64::NAN]), Error::NotFinite { site: 3, .. }, "NaN");
    refused!(memory.push(vec![1.0, 1.0, 1.0]), Error::Dimension { .. }, "expected 4 sites, found 3");
    refused!(memory.push(vec![2.0; 4]), Error::NotOnSphere { .. }, "= 2", "found norm 4");
    assert_eq!((memory.len(), memory.energy(&good)), (2, before));
}

/// Noise of any finite norm ends on the sphere, or says why not.
#[test]
fn huge_noise_makes_no_state_of_infinities() {
    fn check<T: dam_core::Real>(norms: &[f64]) {
        let ([pattern, _], _) = two_patterns::<T>();
        let sphere = Sphere::<T>::new(4).unwrap();
        for &norm in norms {
            let mut rng = Streams::new(1).rng(Purpose::Cues, 0);
            let noise = TangentNoise::new(norm).unwrap();
            if let Ok(cue) = noise.corrupt(&sphere, &pattern, &mut rng) {
                sphere.check("cue", &cue).unwrap_or_else(|e| panic!("{} r = {norm:e}: {e}", T::NAME));
            }
        }
    }
    check::<f64>(&[1e3, 1e30, 1e200, 1e307, f64::MAX]);
    check::<f32>(&[1e3, 1e30, 1e39, 1e200, f64::MAX]);
}
