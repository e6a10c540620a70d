//! The one error type of the crate.

/// Why an analysis could not be carried out.
///
/// Every message says what was expected, what was found, and what to do about it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Scores and labels do not pair up.
    #[error(
        "expected one label for each of the {expected} scores, found {found} labels; \
         pass slices of equal length, the k-th label belonging to the k-th score"
    )]
    LabelCount {
        /// The number of scores.
        expected: usize,
        /// The number of labels.
        found: usize,
    },

    /// A score is NaN or infinite, so the scores have no usable order.
    #[error(
        "expected finite scores, found {value} at index {index}; \
         drop the sample, or replace the value by a finite one that ranks where it should"
    )]
    NonFiniteScore {
        /// The position of the first such score.
        index: usize,
        /// The score found there.
        value: f64,
    },

    /// All labels are equal, or there are none, so nothing is there to be told apart.
    #[error(
        "expected at least one positive and one negative label, found {positives} positive and {negatives} \
         negative; collect samples until both classes occur"
    )]
    SingleClass {
        /// The number of positive labels.
        positives: usize,
        /// The number of negative labels.
        negatives: usize,
    },

    /// A confidence level does not lie strictly between 0 and 1.
    #[error(
        "expected a confidence level strictly between 0 and 1, found {found}; \
         pass for example 0.95 for a 95 % interval"
    )]
    ConfidenceLevel {
        /// The level asked for.
        found: f64,
    },

    /// A bootstrap was asked for with too few or too many resamples.
    #[error(
        "expected between 1 and {max} bootstrap resamples, found {found}; 1000 is the customary number",
        max = u32::MAX
    )]
    Resamples {
        /// The number of resamples asked for.
        found: usize,
    },

    /// No bootstrap resample contained both classes.
    #[error(
        "expected at least one of {resamples} bootstrap resamples to contain both classes, found none; \
         resample within the classes, or collect more samples of the rarer class"
    )]
    NoReplicates {
        /// The number of resamples drawn.
        resamples: usize,
    },

    /// A parameter outside its legal range.
    #[error("{name}: expected {expected}, found {found}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// Its legal range.
        expected: &'static str,
        /// The value given.
        found: f64,
    },

    /// What the core found wrong with a state, a pattern or a parameter.
    #[error(transparent)]
    Core(#[from] dam_core::Error),
}
