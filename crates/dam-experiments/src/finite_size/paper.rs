//! What "finite-size guarantees" prints.

use super::plan::{EASIEST, HARDEST};

/// Success in percent against corruption in percent, by load: 0.005, 0.01, 0.02 (its table of basins).
pub(super) const BASIN: [(usize, [f64; 3]); 13] = [
    (33, [99.0, 98.0, 68.0]),
    (34, [99.0, 92.0, 56.0]),
    (35, [94.0, 86.0, 49.0]),
    (36, [94.0, 81.0, 28.0]),
    (37, [88.0, 68.0, 21.0]),
    (38, [81.0, 48.0, 11.0]),
    (39, [62.0, 29.0, 6.0]),
    (40, [48.0, 20.0, 2.0]),
    (41, [26.0, 10.0, 1.0]),
    (42, [17.0, 6.0, 1.0]),
    (43, [9.0, 1.0, 1.0]),
    (44, [4.0, 2.0, 0.0]),
    (45, [1.0, 0.0, 0.0]),
];

/// Table 6 as far as it survives (1 up to 0.12 and 0 from 0.19 on by its caption): budget in thousandths, success under the
/// strong and under the weak adversary.
pub(super) const BUDGETS: [(usize, [f64; 2]); 6] = [
    (120, [1.00, 1.00]),
    (130, [1.00, 0.96]),
    (140, [0.89, 0.96]),
    (150, [0.84, 0.71]),
    (160, [0.42, 0.45]),
    (190, [0.00, 0.00]),
];

/// Table 9, rows that survive: patterns; β and rate of random patterns; β and rate of correlated ones, of which the last row
/// is cut off.
pub(super) const CORRELATED: [(usize, [f64; 2], Option<[f64; 2]>); 4] = [
    (500, [0.216, 1.00], Some([0.376, 0.98])),
    (1000, [0.220, 1.00], Some([0.352, 0.74])),
    (1500, [0.256, 1.00], Some([0.364, 0.60])),
    (2000, [0.232, 1.00], None),
];

/// The tightest C with T <= C ln N, by setting.
pub(super) const CONVERGENCE: [(usize, f64); 2] = [(EASIEST, 0.19), (HARDEST, 5.79)];
