//! Illegal combinations do not compile, and the compiler's message names the way out.
//!
//! After a change of a message: `TRYBUILD=overwrite cargo test -p dam-core --test compile_fail`.

use std::fs;
use std::path::Path;

/// Each case, and what its message must name.
const CASES: [(&str, &[&str]); 19] = [
    ("asynchronous_on_sphere", &["`Hypercube`", "`GradientDescent`"]),
    ("conjugate_gradient_on_hypercube", &["`Sphere`", "`Euclidean`", "`Asynchronous`"]),
    ("energy_without_a_field", &["implement `LocalField`", "`Metropolis`"]),
    ("flip_exactly_on_sphere", &["`TangentNoise`"]),
    ("gaussian_step_on_hypercube", &["`Sphere`", "`Euclidean`", "`SpinMetropolis`"]),
    ("glauber_on_sphere", &["`Hypercube`", "`Langevin`", "`Metropolis`"]),
    ("gradient_descent_on_hypercube", &["`Sphere`", "`Euclidean`", "`Asynchronous`"]),
    ("langevin_on_hypercube", &["`Sphere`", "`Euclidean`", "`Glauber`"]),
    ("matrix_as_one_state", &["`matrix.column_iter()`"]),
    ("matrix_as_patterns", &["`matrix.column_iter()`"]),
    ("not_a_kernel", &["implement `dam_core::Kernel`", "Monomial"]),
    ("not_a_kernel_used_as_energy", &["implement `dam_core::Kernel`", "Monomial"]),
    ("not_an_energy", &["`Dam::new`", "implement `LocalField`"]),
    ("pair_metropolis_on_hypercube", &["`Sphere`", "`SpinMetropolis`"]),
    ("patterns_of_another_scalar", &["their own scalar T", "`v.map(f64::from)`"]),
    ("signs_on_sphere", &["their own scalar T", "i8"]),
    ("tangent_noise_on_hypercube", &["`FlipExactly`", "`FlipEach`"]),
    ("vector_on_hypercube", &["the hypercube takes Spins"]),
    ("vectors_in_a_bit_store", &["the hypercube takes Spins"]),
];

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/compile_fail"))
}

#[test]
fn illegal_combinations_are_refused() {
    trybuild::TestCases::new().compile_fail("../../tests/compile_fail/*.rs");
}

/// A message that is regenerated must not lose its advice.
#[test]
fn every_message_names_the_way_out() {
    let mut listed = 0;
    for (name, parts) in CASES {
        let message = fs::read_to_string(folder().join(name).with_extension("stderr")).unwrap();
        for part in parts {
            // In a note or the headline, not in the user's own line that the compiler repeats.
            let advice = |line: &str| line.starts_with("error") || line.contains("= note:");
            assert!(
                message.lines().filter(|line| advice(line)).any(|line| line.contains(part)),
                "{name} does not name {part}"
            );
        }
        listed += 1;
    }
    let cases = fs::read_dir(folder()).unwrap().filter(|entry| {
        entry.as_ref().unwrap().path().extension().is_some_and(|extension| extension == "rs")
    });
    assert_eq!(cases.count(), listed);
}
