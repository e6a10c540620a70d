//! Reference values, derived outside this crate by tests/reference/roc.py, which prints these files.

#[rustfmt::skip]
pub(super) mod auc;
#[rustfmt::skip]
pub(super) mod bca;
#[rustfmt::skip]
pub(super) mod calibration;
#[rustfmt::skip]
pub(super) mod delong;
