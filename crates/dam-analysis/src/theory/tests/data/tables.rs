//! Rounded values of the thermal phases theory, worked out before the solver and apart from it. With M = e^(αN)
//! patterns, LSE with β = 1 and extensive LSR with b = 3.41 on the sphere unless a table says otherwise.

/// Rows of an exact argument and values with so many decimals.
pub(crate) struct Table<const N: usize> {
    pub(crate) decimals: i32,
    pub(crate) rows: &'static [[f64; N]],
}

/// Temperature; LSE: φ, f, eq. 35, α_c on the exact sphere; LSR: φ, f, α_c with the Gaussian tail (eqs 22 and
/// 30), α_c on the exact sphere with a condensed floor.
///
/// The floor of LSR is condensed up to α_* = 0.857, so the last value at T = 0.05 is not the boundary, which is
/// 0.90102 there.
#[rustfmt::skip]
pub(crate) const TEMPERATURES: Table<9> = Table {
    decimals: 5,
    rows: &[
        [0.05, 0.97531, 0.10021, 0.40481, 0.52237, 0.97721, 0.10122, 0.41807, 0.90435],
        [0.1, 0.95125, 0.16638, 0.34746, 0.45619, 0.95807, 0.17024, 0.37919, 0.71021],
        [0.2, 0.90499, 0.26594, 0.26942, 0.35663, 0.92754, 0.28008, 0.33586, 0.55695],
        [0.3, 0.86119, 0.34182, 0.21660, 0.28075, 0.90412, 0.37121, 0.31161, 0.48805],
        [0.5, 0.78078, 0.45438, 0.14885, 0.17670, 0.87027, 0.52534, 0.28549, 0.42314],
        [0.7, 0.70948, 0.53548, 0.10789, 0.12153, 0.84676, 0.65861, 0.27216, 0.39298],
        [1.0, 0.61803, 0.62257, 0.07123, 0.07684, 0.82226, 0.83689, 0.26183, 0.37081],
        [1.5, 0.50000, 0.71576, 0.04040, 0.04212, 0.79649, 1.10189, 0.25461, 0.35587],
        [2.5, 0.35078, 0.81335, 0.01742, 0.01773, 0.76906, 1.57314, 0.25072, 0.34801],
    ],
};

/// Temperature, eq. 39.
pub(crate) const EQ_39: Table<2> =
    Table { decimals: 5, rows: &[[0.05, 0.40390], [0.1, 0.34425], [0.2, 0.25915]] };

/// The same below the support threshold, where the equation means nothing.
pub(crate) const EQ_39_BELOW_THRESHOLD: Table<2> =
    Table { decimals: 4, rows: &[[0.3, 0.1977], [0.5, 0.1127], [0.7, 0.0583], [1.0, 0.0133]] };

/// β; α_c(0) of LSE with the Gaussian tail, on the sphere and on the hypercube.
pub(crate) const LSE_AT_ZERO: Table<4> = Table {
    decimals: 6,
    rows: &[
        [0.3, 0.255, 0.256816, 0.255659],
        [0.5, 0.375, 0.387006, 0.379885],
        [1.0, 0.5, 0.622572, 0.566219],
        [2.0, 0.5, 0.908754, 0.674997],
        [5.0, 0.5, 1.329698, 0.693102],
    ],
};

/// The second column again.
pub(crate) const LSE_AT_ZERO_SPHERE: Table<2> = Table {
    decimals: 7,
    rows: &[[0.3, 0.2568162], [0.5, 0.3870064], [1.0, 0.6225719], [2.0, 0.9087540], [5.0, 1.3296982]],
};

/// b; α_c(0) of LSR with the Gaussian tail, on the sphere and on the hypercube.
pub(crate) const LSR_AT_ZERO: Table<4> = Table {
    decimals: 6,
    rows: &[[2.0, 0.5, 0.996935, 0.677111], [3.41, 0.5, 1.246175, 0.692083], [5.0, 0.5, 1.429671, 0.693102]],
};

/// b; α_th with the Gaussian tail, on the sphere and on the hypercube.
pub(crate) const THRESHOLDS: Table<4> = Table {
    decimals: 6,
    rows: &[
        [2.0, 0.125, 0.143841, 0.130812],
        [3.41, 0.249744, 0.346062, 0.276333],
        [5.0, 0.32, 0.510826, 0.368064],
    ],
};

/// b = 3.41 and 2 + √2; α_th with the Gaussian tail and on the sphere, T at which eq. 39 reaches the former.
pub(crate) const LARGEST_TEMPERATURE: Table<4> = Table {
    decimals: 12,
    rows: &[
        [3.41, 0.249744154247, 0.346062160424, 0.213549934838],
        [3.414213562373095, 0.25, 0.346573590280, 0.213154908393],
    ],
};

/// Temperature, φ of LSR.
pub(crate) const LSR_OVERLAP: Table<2> = Table {
    decimals: 3,
    rows: &[[0.1, 0.958], [0.5, 0.870], [1.0, 0.822], [1.5, 0.796], [2.5, 0.769], [10.0, 0.726]],
};

/// ε; the T at which f of LSR equals the flat level of 148 patterns with N = 50, -(1/b) ln(148 ε), each of whose
/// terms has the floor ε.
pub(crate) const FLOOR_OF_TERMS: Table<2> =
    Table { decimals: 3, rows: &[[1e-4, 1.771], [1e-6, 4.914], [1e-10, 12.002]] };

/// The same with a floor on the sum, -(1/b) ln ε.
pub(crate) const FLOOR_OF_SUM: Table<2> =
    Table { decimals: 2, rows: &[[1e-4, 5.20], [1e-6, 8.69], [1e-10, 16.00]] };

/// α; T_c of LSE with the Gaussian tail and on the exact sphere.
pub(crate) const LSE_T_C: Table<3> = Table { decimals: 12, rows: &[[0.1, 0.751175622522, 0.819832598809]] };

/// α; T_s of LSE with the Gaussian tail and on the exact sphere.
pub(crate) const LSE_T_S: Table<3> = Table { decimals: 12, rows: &[[0.1, 1.788854382000, 1.922998911349]] };

/// β; φ_* and g = s(φ_*) + β φ_* on the sphere.
pub(crate) const FLOOR: Table<3> = Table { decimals: 10, rows: &[[1.0, 0.6180339887, 0.3774280762]] };

/// β; α_* on the sphere.
pub(crate) const CONDENSATION: Table<2> = Table { decimals: 5, rows: &[[1.0, 0.24061]] };

/// Temperature, for LSE on the exact sphere; the load of equal depth with an uncondensed floor (the boundary only
/// down to α_*, not at the last two), α_any, and the load at which the target's minimum vanishes.
pub(crate) const LINES: Table<4> = Table {
    decimals: 5,
    rows: &[
        [0.05, 0.52237, 0.54986, 0.59788],
        [0.1, 0.45619, 0.50688, 0.57382],
        [0.2, 0.35663, 0.44579, 0.52756],
        [0.3, 0.28075, 0.40107, 0.48376],
        [0.5, 0.16819, 0.33639, 0.40335],
        [0.7, 0.08709, 0.29030, 0.33205],
    ],
};

/// Load; the temperatures T_c, that of α_any, and T_s.
pub(crate) const LINES_BY_LOAD: Table<4> = Table {
    decimals: 4,
    rows: &[
        [0.25, 0.3477, 0.9345, 0.9664],
        [0.3, 0.2724, 0.6528, 0.7987],
        [0.4, 0.1525, 0.3027, 0.5089],
        [0.5, 0.0655, 0.1095, 0.2623],
        [0.55, 0.0328, 0.0499, 0.1508],
        [0.6, 0.0077, 0.0103, 0.0457],
    ],
};

/// Load below α_*; T_s, and what an uncondensed floor would give for it.
pub(crate) const CONDENSED_T_S: Table<3> =
    Table { decimals: 3, rows: &[[0.05, 2.933, 1.912], [0.10, 1.923, 1.617], [0.15, 1.455, 1.369]] };

/// The same.
pub(crate) const CONDENSED_T_S_AT_0_2: Table<3> = Table { decimals: 4, rows: &[[0.20, 1.1674, 1.1544]] };

/// N; of LSR with weight to the first power and b = 2 + √2, on the exact sphere: the load at which the sum of
/// all terms at a random state is expected to be 1, and the load with one pattern expected in its cap.
pub(crate) const CAPS: Table<3> = Table {
    decimals: 5,
    rows: &[
        [25.0, 0.51853, 0.42100],
        [50.0, 0.45219, 0.39048],
        [100.0, 0.40945, 0.37193],
        [400.0, 0.36743, 0.35463],
    ],
};
