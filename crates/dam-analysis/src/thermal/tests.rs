//! Against closed forms, brute force, published tables, and each other.

mod cone;
mod escape;
mod measure;
mod protocol;
