//! One program for what can share one: each test program compiles the generic code of the library anew.

#[path = "bad_input.rs"]
mod bad_input;
#[path = "exactness.rs"]
mod exactness;
#[cfg(feature = "serde")]
#[path = "json.rs"]
mod json;
#[path = "references.rs"]
mod references;
#[path = "value_stability.rs"]
mod value_stability;
