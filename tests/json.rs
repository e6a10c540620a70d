//! The `serde` feature: values come back, illegal ones are refused.

use std::fmt::Debug;

use dam_core::dynamics::Order;
use dam_core::nalgebra::DVector;
use dam_core::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn back<T: Serialize + DeserializeOwned + PartialEq + Debug>(x: T) {
    let json = serde_json::to_string(&x).unwrap();
    assert_eq!(serde_json::from_str::<T>(&json).unwrap(), x, "{json}");
}

fn refused<T: DeserializeOwned + Debug>(json: &str, parts: &[&str]) {
    let message = match serde_json::from_str::<T>(json) {
        Ok(x) => panic!("{json} was read as {x:?}"),
        Err(error) => error.to_string(),
    };
    for part in parts {
        assert!(message.contains(part), "{json}: {message:?} does not say {part:?}");
    }
}

#[test]
fn values_come_back() {
    for order in [2, 3, 17] {
        back(Monomial::new(order).unwrap());
        back(RectifiedMonomial::new(order).unwrap());
        back(Hermite::new(order).unwrap());
        back(DistinctIndex::new(order).unwrap());
    }
    for x in [0.1, 1.0, 1.0 / 3.0, 1e-300, 7.3e200] {
        back(Exponential::new(x).unwrap());
        back(Exponential::anchored(x).unwrap());
        back(Epanechnikov::new(x).unwrap());
        back(Epanechnikov::new(x).unwrap().with_floor(x.min(0.7)).unwrap());
        back(Powered(Exponential::new(x).unwrap()));
        back(Runner::default().tolerance(x).max_steps(17));
    }
    back(Powered(Epanechnikov::new(2.0).unwrap()));
    back((Sum, LogSum));
    for n in [1, 63, 64, 65, 200] {
        back(Hypercube::new(n).unwrap());
        back(Sphere::<f32>::new(n).unwrap());
        back(Sphere::<f64>::new(n).unwrap());
        back(Euclidean::<f32>::new(n).unwrap());
        back(Euclidean::<f64>::new(n).unwrap());
        let space = Hypercube::new(n).unwrap();
        back(space.sample(&mut Streams::new(1).rng(Purpose::Cues, 0)));
        let space = Sphere::<f64>::new(n).unwrap();
        back::<DVector<f64>>(space.sample(&mut Streams::new(1).rng(Purpose::Cues, 0)));
    }
    for reason in [StopReason::Converged, StopReason::ZeroField, StopReason::Cycle, StopReason::MaxSteps] {
        back(Run { steps: 7, reason, acceptance: None });
        back(Run { steps: 7, reason, acceptance: Some(0.1 + 0.2) });
    }
    for order in [Order::Sequential, Order::Permutation, Order::WithReplacement] {
        back(order);
    }
    back(Streams::new(u64::MAX).branch(3));
}

#[test]
fn floors_on_the_sum_come_back_to_the_bit() {
    for epsilon in [1e-3, 0.1, 0.3, 1.0 / 3.0, 1e-10, 2.5, 1e-300, 1e300] {
        let floored = FlooredLogSum::new(epsilon).unwrap();
        assert_eq!(floored.epsilon(), epsilon);
        back(floored);
    }
}

#[test]
fn the_shape_of_the_json_is_stable() {
    let json = |x: &dyn Fn() -> serde_json::Value| x().to_string();
    assert_eq!(json(&|| serde_json::to_value(Monomial::new(3).unwrap()).unwrap()), r#"{"order":3}"#);
    assert_eq!(json(&|| serde_json::to_value(Sphere::<f64>::new(5).unwrap()).unwrap()), "5");
    let spins = Spins::from_signs(&[1, -1]).unwrap();
    assert_eq!(json(&|| serde_json::to_value(&spins).unwrap()), "[1,-1]");
}

#[test]
fn illegal_kernels_are_refused() {
    for json in [r#"{"order":1}"#, r#"{"order":0}"#] {
        let found = format!("found {}", &json[9..10]);
        refused::<Monomial>(json, &["order n", "2 <= n", &found]);
        refused::<RectifiedMonomial>(json, &["order n", "2 <= n", &found]);
        refused::<Hermite>(json, &["order n", "2 <= n", &found]);
        refused::<DistinctIndex>(json, &["order n", "2 <= n", &found]);
    }
    refused::<Monomial>(r#"{"order":-3}"#, &["-3"]);
    for anchored in ["true", "false"] {
        refused::<Exponential>(
            &format!(r#"{{"beta":-1.0,"anchored":{anchored}}}"#),
            &["beta", "beta > 0", "found -1"],
        );
        refused::<Exponential>(&format!(r#"{{"beta":0,"anchored":{anchored}}}"#), &["beta > 0", "found 0"]);
    }
    refused::<Epanechnikov>(r#"{"b":0.0,"floor":0.0}"#, &["b > 0", "found 0"]);
    refused::<Epanechnikov>(r#"{"b":1.0,"floor":1.0}"#, &["0 <= epsilon < 1", "found 1"]);
    refused::<Powered<Epanechnikov>>(r#"{"b":-2.0,"floor":0.0}"#, &["b > 0", "found -2"]);
    refused::<FlooredLogSum>("0.0", &["epsilon > 0", "found 0"]);
    refused::<FlooredLogSum>("-0.5", &["epsilon > 0", "found -0.5"]);
    refused::<Exponential>(r#"{"beta":null,"anchored":true}"#, &["null"]);
}

#[test]
fn illegal_states_and_spaces_are_refused() {
    refused::<Spins>("[1,0,-1]", &["site 1", "+1 or -1", "found 0"]);
    refused::<Spins>("[1,1,2]", &["site 2", "+1 or -1", "found 2"]);
    refused::<Spins>("[]", &["N >= 1", "N = 0"]);
    refused::<Hypercube>("0", &["N >= 1", "N = 0"]);
    refused::<Hypercube>("1073741824", &["N < 2^30", "found 1073741824"]);
    refused::<Sphere<f32>>("0", &["N >= 1", "N = 0"]);
    refused::<Sphere<f64>>("0", &["N >= 1", "N = 0"]);
    refused::<Euclidean<f64>>("0", &["N >= 1", "N = 0"]);
    refused::<Hypercube>("-5", &["-5"]);
    refused::<StopReason>(r#""Bored""#, &["Bored"]);
}
