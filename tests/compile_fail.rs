//! Illegal combinations do not compile, and the compiler's message names the way out.

#[test]
fn illegal_combinations_are_refused_with_a_way_out() {
    trybuild::TestCases::new().compile_fail("../../tests/compile_fail/*.rs");
}
