//! Illegal combinations do not compile, and the compiler's message names the way out.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Each case, and what its message must name.
const CASES: [(&str, &[&str]); 24] = [
    ("asynchronous_on_sphere", &["`Hypercube`", "`GradientDescent`"]),
    ("conjugate_gradient_on_hypercube", &["`Sphere`", "`Euclidean`", "`Asynchronous`"]),
    ("conjugate_gradient_on_regenerated", &["`Regenerated`", "`GradientDescent`"]),
    ("energy_without_a_field", &["implement `LocalField`", "`Metropolis`"]),
    ("extensive_kernel_in_the_compact_theory", &["impl CompactSupport", "`Theory`"]),
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
    ("power_one_in_the_extensive_theory", &["`Powered(kernel)`", "`CompactTheory`"]),
    (
        "regenerated_patterns_with_one_more",
        &["regenerated patterns are what their function makes", "`Dam::new`"],
    ),
    ("signs_on_sphere", &["their own scalar T", "i8"]),
    ("tangent_noise_on_hypercube", &["`FlipExactly`", "`FlipEach`"]),
    ("theory_of_a_euclidean_memory", &["the sphere or the hypercube", "`exponential_load`"]),
    ("vector_on_hypercube", &["the hypercube takes Spins"]),
    ("vectors_in_a_bit_store", &["the hypercube takes Spins"]),
];

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/compile_fail"))
}

/// The libraries as they were built for this test, newest first: a folder holds those of other features too.
fn built(name: &str) -> Vec<PathBuf> {
    let test = std::env::current_exe().unwrap();
    let files = std::fs::read_dir(test.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "rlib"))
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(&format!("lib{name}-")))
        .collect();
    found.sort_by_key(|path| std::cmp::Reverse(std::fs::metadata(path).unwrap().modified().unwrap()));
    found
}

/// What the compiler says to a program, or `None` if it compiles. Calling it directly takes a third of a second for
/// each program; a package of its own for them would build every dependency again.
fn refusal(name: &str, libraries: &[PathBuf; 2]) -> Option<String> {
    let mut command = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    command.args(["--edition=2024", "--emit=metadata", "--color=never"]);
    command.arg("--out-dir").arg(env!("CARGO_TARGET_TMPDIR"));
    command.arg("-L").arg(format!("dependency={}", libraries[0].parent().unwrap().display()));
    for (crate_name, library) in ["dam_core", "dam_analysis"].iter().zip(libraries) {
        command.arg("--extern").arg(format!("{crate_name}={}", library.display()));
    }
    let output = command.arg(folder().join(name).with_extension("rs")).output().unwrap();
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn illegal_combinations_are_refused_with_advice() {
    let pairs = built("dam_core")
        .into_iter()
        .flat_map(|core| built("dam_analysis").into_iter().map(move |analysis| [core.clone(), analysis]));
    let mut newest = None;
    let libraries = pairs
        .into_iter()
        .find(|libraries| {
            let message = refusal("legal", libraries);
            let compiles = message.is_none();
            newest = newest.take().or(message);
            compiles
        })
        .unwrap_or_else(|| panic!("a legal program does not compile:\n{}", newest.unwrap_or_default()));

    let check = |&(name, parts): &(&str, &[&str])| {
        let message = refusal(name, &libraries).unwrap_or_else(|| panic!("{name} compiles"));
        for part in parts {
            // In a note, a label or the headline, not in the user's own line that the compiler repeats.
            let advice = |line: &str| {
                let ours = |mark| line.contains(mark);
                line.starts_with("error") || ours("= note:") || (ours("^") && !ours(" use "))
            };
            let named = message.lines().any(|line| advice(line) && line.contains(part));
            assert!(named, "{name} does not name {part}:\n{message}");
        }
    };
    std::thread::scope(|scope| {
        for half in CASES.chunks(CASES.len().div_ceil(2)) {
            scope.spawn(move || half.iter().for_each(check));
        }
    });
}

#[test]
fn every_case_is_listed() {
    let cases = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<_> =
        cases.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    names.retain(|name| name != "legal");
    names.sort();
    assert_eq!(names, CASES.map(|(name, _)| name.to_owned()));
}
