//! What others have printed.

/// One row of Table 1 as printed in the paper: one disorder realization.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PaperRow {
    /// Sites N.
    pub n: usize,
    /// Patterns M.
    pub m: usize,
    /// Patterns with p_μ < 1/2 in percent; AUC for failure of I_μ, of the mean absolute and of the largest overlap;
    /// Youden index of I_μ.
    pub columns: [f64; 5],
    /// 95 % bootstrap interval of the AUC of I_μ, over patterns.
    pub interval: [f64; 2],
}

/// Table 1 of the paper.
pub const TABLE_1: [PaperRow; 4] = [
    PaperRow { n: 100, m: 300, columns: [77.3, 0.679, 0.653, 0.556, 0.301], interval: [0.60, 0.75] },
    PaperRow { n: 200, m: 1_200, columns: [43.8, 0.626, 0.587, 0.562, 0.195], interval: [0.59, 0.66] },
    PaperRow { n: 500, m: 11_000, columns: [78.5, 0.559, 0.562, 0.463, 0.091], interval: [0.55, 0.57] },
    PaperRow { n: 1_000, m: 48_000, columns: [44.7, 0.523, 0.535, 0.475, 0.036], interval: [0.52, 0.53] },
];

/// Area under the precision–recall curve of I_μ at N = 200 (section 3.2).
pub const AVERAGE_PRECISION_200: f64 = 0.565;

/// By how much the AUC of I_μ exceeds that of the mean absolute overlap: N and gain (section 3.1).
pub const GAINS: [(usize, f64); 2] = [(100, 0.026), (200, 0.039)];

/// The columns of [`PaperRow`]: title and digits.
pub const COLUMNS: [(&str, usize); 5] =
    [("fail %", 1), ("AUC(I_μ)", 3), ("AUC(mean |O|)", 3), ("AUC(max O)", 3), ("Youden J*", 3)];

/// A row of an independent reproduction in NumPy, over several disorder realizations: (realizations, mean, standard
/// deviation) of each column of Table 1 that it has. Labels from noiseless runs at N = 100 and 500.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IndependentRow {
    /// Sites N.
    pub n: usize,
    /// In the order of Table 1.
    pub columns: [Option<(usize, f64, f64)>; 5],
}

/// Independent reproductions of the first three rows of [`TABLE_1`].
pub const INDEPENDENT: [IndependentRow; 3] = [
    IndependentRow {
        n: 100,
        columns: [
            Some((40, 84.9, 5.0)),
            Some((40, 0.663, 0.047)),
            Some((40, 0.617, 0.048)),
            Some((40, 0.564, 0.051)),
            Some((40, 0.303, 0.075)),
        ],
    },
    IndependentRow {
        n: 200,
        columns: [
            Some((6, 33.4, 5.2)),
            Some((6, 0.598, 0.013)),
            Some((6, 0.576, 0.022)),
            Some((6, 0.564, 0.015)),
            Some((6, 0.161, 0.022)),
        ],
    },
    IndependentRow {
        n: 500,
        columns: [Some((5, 57.7, 6.4)), None, Some((5, 0.539, 0.050)), Some((5, 0.473, 0.011)), None],
    },
];
