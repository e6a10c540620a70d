//! Certificates, and the fields they speak of, from their definitions.

use super::*;

/// Within all of space: fields point to the target exactly where they do by their definition, and somewhere they do not.
#[test]
fn fields_are_right_where_all_aligned_fields_are_positive() {
    let (mut right, mut wrong_somewhere) = (0, 0);
    for (p, seed) in [(2, 1), (4, 2), (9, 3)] {
        let memory = memory(9, p, seed);
        let target = memory.pattern(0).unwrap();
        for bits in 0_u32..1 << 9 {
            let x = wrong(&target, (0..9).filter(|i| bits >> i & 1 == 1));
            let expected = aligned(&memory, &target, &x).into_iter().all(|field| field > 0);
            assert_eq!(fields_are_right(&memory, &target, &x).unwrap(), expected, "p = {p}, {bits:b}");
            *if expected { &mut right } else { &mut wrong_somewhere } += 1;
        }
    }
    assert!(right > 10 && wrong_somewhere > 10, "{right} {wrong_somewhere}");
}

/// T1, T2 and T3 from their formulas: h(S) = 3S² + 1, B the patterns in the gauge of the target.
#[test]
fn certificates_are_their_formulas_and_name_the_largest_term() {
    let (mut limits, mut worst) = (Vec::new(), Vec::new());
    for (n, p, seed) in [
        (60, 2, 1),
        (200, 3, 2),
        (200, 10, 3),
        (200, 40, 4),
        (130, 12, 5),
        (40, 30, 6),
        (200, 140, 7),
        (200, 150, 8),
        (200, 2, 9),
    ] {
        let memory = memory(n, p, seed);
        let target = memory.pattern(0).unwrap();
        let b = dam_core::nalgebra::DMatrix::from_fn(n, p - 1, |i, mu| {
            f64::from(memory.pattern(mu + 1).unwrap().get(i) * target.get(i))
        });
        let top = (&b * b.transpose()).symmetric_eigenvalues().max();
        let norm = (0..p - 1).map(|mu| b.column(mu).sum().powi(2)).sum::<f64>().sqrt();
        let others = (p - 1) as f64;
        let signal = |d: usize| 3.0 * (n as f64 - 2.0 * d as f64 - 1.0).powi(2) + 1.0;
        let noise = |d: usize| 3.0 * (norm + others.sqrt() + 2.0 * (d as f64 * top).sqrt()).powi(2) + others;
        let radius = (0..n / 2).take_while(|&d| signal(d) > noise(d)).last();
        let d = radius.map_or(0, |d| d + 1);
        let terms = [
            (Assumption::Signal, signal(0) - signal(d)),
            (Assumption::Interference, noise(0)),
            (Assumption::Spread, noise(d) - noise(0)),
        ];
        let limit = terms.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap().0;
        let interference = Interference::new(&memory, 0).unwrap();
        let found = interference.norm();
        assert_eq!((found.radius, found.limit), (radius, limit), "N = {n}, p = {p}");
        limits.push(limit);

        let m: Vec<f64> = (0..p - 1).map(|mu| b.column(mu).sum()).collect();
        let beta = m.iter().fold(0.0_f64, |most, m| most.max(m.abs()));
        let noise = |overlap: f64| others * (3.0 * overlap.min(n as f64 - 1.0).powi(2) + 1.0);
        let radius = (0..n / 2).take_while(|&d| signal(d) > noise(beta + 2.0 * d as f64 + 1.0)).last();
        let d = radius.map_or(0, |d| d + 1);
        let terms = [
            (Assumption::Signal, signal(0) - signal(d)),
            (Assumption::Separation, noise(beta)),
            (Assumption::Spread, noise(beta + 2.0 * d as f64 + 1.0) - noise(beta)),
        ];
        let limit = terms.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap().0;
        let found = worst_case(&memory, 0).unwrap();
        assert_eq!((found.radius, found.limit), (radius, limit), "T1, N = {n}, p = {p}");
        worst.push(limit);

        let at_pattern = |i: usize| {
            (0..p - 1).map(|mu| b[(i, mu)] * (3.0 * (m[mu] - b[(i, mu)]).powi(2) + 1.0)).sum::<f64>()
        };
        let coupling = |i: usize, j: usize| {
            (0..p - 1).map(|mu| b[(i, mu)] * b[(j, mu)] * m[mu] - b[(j, mu)]).sum::<f64>()
        };
        let least = |d: usize| {
            let of_site = |i: usize| {
                let mut row: Vec<f64> = (0..n).filter(|&j| j != i).map(|j| coupling(i, j)).collect();
                row.sort_by(|a, b| b.total_cmp(a));
                at_pattern(i) - 12.0 * row[..d].iter().sum::<f64>()
            };
            (0..n).map(of_site).fold(f64::INFINITY, f64::min)
        };
        let holds = |d: usize| signal(d) + least(d) - 12.0 * d as f64 * top > 0.0;
        let radius = (0..n / 2).take_while(|&d| holds(d)).last();
        assert_eq!(interference.signed().radius, radius, "N = {n}, p = {p}");
    }
    for limit in [Assumption::Interference, Assumption::Spread] {
        assert!(limits.contains(&limit), "{limits:?}");
    }
    assert!(worst.contains(&Assumption::Separation) && worst.contains(&Assumption::Signal), "{worst:?}");
}
