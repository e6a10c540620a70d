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

    /// No time series was given.
    #[error("expected at least one time series, found none; pass one slice for each chain or observable")]
    NoSeries,

    /// A time series is too short for the question.
    #[error(
        "series {series}: expected at least {expected} values, found {found}; \
         record more steps, and mind how many are cut off as a transient"
    )]
    SeriesLength {
        /// Which series, counted from 0.
        series: usize,
        /// The least number of values.
        expected: usize,
        /// The number of values.
        found: usize,
    },

    /// Time series that belong together differ in length.
    #[error(
        "series {series}: expected {expected} values, as in series 0, found {found}; \
         cut all series to the same steps"
    )]
    UnequalSeries {
        /// Which series, counted from 0.
        series: usize,
        /// The length of the first series.
        expected: usize,
        /// The length of this one.
        found: usize,
    },

    /// A value of a time series is NaN or infinite.
    #[error(
        "series {series}: expected finite values, found {value} at index {index}; \
         find out where the run left the finite numbers"
    )]
    NonFiniteValue {
        /// Which series, counted from 0.
        series: usize,
        /// The position of the first such value.
        index: usize,
        /// The value found there.
        value: f64,
    },

    /// All values of a time series are equal.
    #[error(
        "expected a series that fluctuates, found {value} throughout; a frozen chain has no error of its own: \
         run several chains from different starts, or at a higher temperature"
    )]
    ConstantSeries {
        /// The value.
        value: f64,
    },

    /// The autocorrelations of a series do not die out.
    #[error(
        "expected correlations that die out within {window} steps, half a chain, found none such in {found} \
         values; record more steps, cut off more of a transient, or average over a period if the series is periodic"
    )]
    NoWindow {
        /// The longest window that was tried.
        window: usize,
        /// The number of values.
        found: usize,
    },

    /// A series is too short for its own autocorrelation time.
    #[error(
        "expected at least 100 autocorrelation times, found {found} values with tau_int = {tau_int}; \
         record more steps, or choose a block length yourself"
    )]
    SeriesTooShort {
        /// The number of values.
        found: usize,
        /// The estimated integrated autocorrelation time, rather too low.
        tau_int: f64,
    },

    /// A block length leaves fewer than two blocks, or is zero.
    #[error("expected a block length between 1 and {max}, half the series, found {found}")]
    BlockLength {
        /// The longest legal length.
        max: usize,
        /// The length asked for.
        found: usize,
    },

    /// A function of means has no finite value.
    #[error(
        "expected a finite value of the function at the means of the blocks, found {value}; \
         a ratio wants a denominator away from 0 in every resample: take longer blocks"
    )]
    NonFiniteFunction {
        /// What the function returned.
        value: f64,
    },

    /// A class of a single sample, whose spread is unknown.
    #[error(
        "expected at least two samples of each class, found {positives} positive and {negatives} negative; \
         collect more samples of the rarer class"
    )]
    LoneSample {
        /// The number of positive labels.
        positives: usize,
        /// The number of negative labels.
        negatives: usize,
    },

    /// An AUC of 0 or 1, which has no logit.
    #[error(
        "expected an AUC strictly between 0 and 1, found {found}; \
         the samples do not tell how near to it the true AUC is: collect more"
    )]
    ExtremeAuc {
        /// The AUC, 0 or 1.
        found: f64,
    },

    /// Two AUCs differ without any variance, so their difference has no scale.
    #[error(
        "expected a difference of AUCs with a positive variance, found the difference {found} with the \
         variance 0; collect samples until the classes overlap"
    )]
    CertainDifference {
        /// The difference of the AUCs.
        found: f64,
    },

    /// All bootstrap replicates lie on one side of the statistic, so its bias is beyond correction.
    #[error(
        "expected bootstrap replicates on both sides of the observed {observed}, found all {replicates} on \
         one side; draw more resamples"
    )]
    OneSidedReplicates {
        /// The statistic of the data.
        observed: f64,
        /// The number of replicates.
        replicates: usize,
    },

    /// A probability is NaN or lies outside [0, 1].
    #[error(
        "expected probabilities in [0, 1], found {value} at index {index}; \
         map scores to probabilities first, for instance by a logistic fit"
    )]
    Probability {
        /// The position of the first such value.
        index: usize,
        /// The value found there.
        value: f64,
    },

    /// The scores of the classes do not overlap, so the likelihood of a logistic map has no maximum.
    #[error(
        "expected scores of the two classes that overlap, found the classes separated at {threshold}; \
         fit an isotonic map, or collect samples until they overlap"
    )]
    Separated {
        /// The lowest score of the class with the higher scores.
        threshold: f64,
    },

    /// Newton's method found no maximum of the likelihood.
    #[error(
        "expected the likelihood to reach its maximum within {steps} Newton steps, found it still rising; \
         the classes overlap too narrowly for the range of the scores: drop outliers, or fit an isotonic map"
    )]
    NotConverged {
        /// The number of steps allowed.
        steps: usize,
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

    /// A certificate was asked for of another order than it was proven for.
    #[error(
        "expected a memory of order n = {expected}, found n = {found}; `worst_case` holds for every order"
    )]
    Order {
        /// The order that the certificate is for.
        expected: u32,
        /// The order of the memory.
        found: u32,
    },

    /// The energies of the memory do not fit 128-bit integers.
    #[error(
        "expected a memory whose energies are exact integers (`Dam::is_exact`), found one beyond 128 bits; \
         take fewer patterns, fewer sites or a lower order"
    )]
    NotExact,
}
