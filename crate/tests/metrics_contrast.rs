//! Contrasts: values against pertpy, OTT-JAX and POT, and what resampling promises.

#![allow(clippy::unwrap_used)]

mod metrics_common;

use std::collections::BTreeMap;

use dosefront::metrics::MetricError;
use dosefront::metrics::contrast::{
    Contrast, Distance, Floor, Measured, NoiseFloor, Part, ResampleSettings, matched, work,
};
use dosefront::metrics::emd::emd;
use dosefront::random::stream;
use metrics_common::{close, cloud, fixture, uniform};
use ndarray::{Array2, Axis, concatenate};
use rand::RngExt;
use serde::Deserialize;

type Spec = (u64, usize, usize, f64, f64);

fn group(spec: Spec, repeat: usize) -> Array2<f64> {
    let once = cloud(spec).mapv(f64::from);
    concatenate(Axis(0), &vec![once.view(); repeat]).unwrap()
}

fn contrast(x: &Array2<f64>, y: &Array2<f64>, settings: &ResampleSettings) -> Contrast {
    Contrast::new(x.view(), y.view(), &Distance::ALL, settings, "test").unwrap()
}

fn all(mut contrast: Contrast) -> Vec<Measured> {
    while contrast.resample_step() {}
    assert!((contrast.progress() - 1.0).abs() < 1e-15);
    contrast.measured().unwrap()
}

#[derive(Deserialize)]
struct Case {
    name: String,
    x: Spec,
    y: Spec,
    repeat: usize,
    values: BTreeMap<String, Option<f64>>,
}

#[test]
fn values_are_those_of_pertpy_ott_and_pot() {
    for case in fixture::<Vec<Case>>("../contrast/values") {
        let (x, y) = (group(case.x, case.repeat), group(case.y, case.repeat));
        let size = 1e-3 * case.values["mean_pairwise"].unwrap();
        for measured in contrast(&x, &y, &ResampleSettings::default()).values().unwrap() {
            let name = measured.distance.name();
            // OTT divides 0 by 0 where all costs are equal.
            let Some(expected) = case.values[name] else {
                assert!(x.nrows() == 1 && y.nrows() == 1 && measured.value > 0.0, "{} {name}", case.name);
                continue;
            };
            let (relative, floor) = match measured.distance {
                Distance::Wasserstein | Distance::WassersteinMean => (1e-5, 0.0),
                Distance::Emd => (1e-9, 1e-3 * size),
                Distance::MmdRbf | Distance::MmdRbfMedian => (1e-6, 1e-6),
                Distance::EdistanceSquared | Distance::MmdLinear => (1e-6, size * size),
                _ => (1e-6, size),
            };
            close(&format!("{} {name}", case.name), measured.value, expected, relative, floor);
        }
    }
}

#[derive(Deserialize)]
struct EmdCase {
    seed: u64,
    n: usize,
    m: usize,
    levels: u32,
    weighted: f64,
    equal: f64,
}

#[test]
fn exact_transport_is_that_of_pot() {
    for case in fixture::<Vec<EmdCase>>("../contrast/emd") {
        let mut cost = Array2::from_shape_vec((case.n, case.m), uniform(case.seed, case.n * case.m)).unwrap();
        if case.levels > 0 {
            cost.mapv_inplace(|cost| (cost * f64::from(case.levels)).floor() - 1.0);
        }
        let weights = |seed, n| {
            let raw: Vec<f64> = uniform(seed, n).into_iter().map(|value| value + 1.0 / 1024.0).collect();
            let sum: f64 = raw.iter().sum();
            raw.into_iter().map(|value| value / sum).collect::<Vec<f64>>()
        };
        let (a, b) = (weights(case.seed + 1, case.n), weights(case.seed + 2, case.m));
        let found = emd(cost.view(), &a, &b).unwrap();
        close(&format!("weighted {}", case.seed), found.cost, case.weighted, 1e-9, 1e-3);
        assert!(found.plan.len() < case.n + case.m + 20);
        let (a, b) = (vec![1.0 / case.n as f64; case.n], vec![1.0 / case.m as f64; case.m]);
        close(&format!("equal {}", case.seed), emd(cost.view(), &a, &b).unwrap().cost, case.equal, 1e-9, 1e-3);
    }
}

#[test]
fn groups_that_differ_are_told_from_groups_that_do_not() {
    let settings = ResampleSettings::default();
    let (x, near, far) =
        (group((1, 60, 10, 0.0, 1.0), 1), group((2, 50, 10, 0.0, 1.0), 1), group((3, 50, 10, 3.0, 1.0), 1));
    for measured in all(contrast(&x, &near, &settings)) {
        assert!(measured.p_value.unwrap() > 0.05, "{measured:?}");
    }
    for measured in all(contrast(&x, &far, &settings)) {
        // With gamma 1 hardly any pair is near enough to count.
        if measured.distance != Distance::MmdRbf {
            let resamples = if measured.distance.is_transport() { 39.0 } else { 100.0 };
            close(measured.distance.name(), measured.p_value.unwrap(), 1.0 / (1.0 + resamples), 1e-12, 0.0);
        }
        let (low, high) = (measured.low.unwrap(), measured.high.unwrap());
        assert!(low <= measured.value && measured.value <= high && high - low < 2.0 * measured.value, "{measured:?}");
    }
}

#[test]
fn p_values_are_even_where_nothing_differs() {
    // 40 contrasts of equal populations: p below 0.3 about 12 times.
    let settings = ResampleSettings { permutations: 49, bootstraps: 0, transport_resamples: 19, seed: 3 };
    let mut below = BTreeMap::new();
    for repeat in 0..40 {
        let (x, y) = (group((200 + repeat, 25, 5, 0.0, 1.0), 1), group((300 + repeat, 30, 5, 0.0, 1.0), 1));
        for measured in all(contrast(&x, &y, &settings)) {
            assert!(measured.low.is_none() && measured.high.is_none());
            *below.entry(measured.distance).or_insert(0) += i32::from(measured.p_value.unwrap() <= 0.3);
        }
    }
    for (distance, below) in below {
        assert!((3..=22).contains(&below), "{distance:?}: {below} of 40");
    }
}

#[test]
fn intervals_hold_the_distance_of_the_populations() {
    // Means 2 apart in the first of 5 dimensions: the Euclidean distance of the populations is known.
    let settings = ResampleSettings { permutations: 0, ..ResampleSettings::default() };
    let truth = (0..5).map(|j| (2.0 / (1.0 + f64::from(j))).powi(2)).sum::<f64>().sqrt();
    let held = (0..60)
        .filter(|repeat| {
            let (x, y) = (group((400 + repeat, 40, 5, 0.0, 1.0), 1), group((500 + repeat, 40, 5, 2.0, 1.0), 1));
            let mut contrast = Contrast::new(x.view(), y.view(), &[Distance::Euclidean], &settings, "test").unwrap();
            while contrast.resample_step() {}
            let measured = contrast.measured().unwrap().remove(0);
            assert!(measured.p_value.is_none());
            measured.low.unwrap() <= truth && truth <= measured.high.unwrap()
        })
        .count();
    assert!(held >= 50, "{held} of 60");
}

#[test]
fn equal_groups_and_single_cells_give_numbers() {
    let settings = ResampleSettings::default();
    let x = group((9, 30, 6, 0.0, 1.0), 1);
    for measured in all(contrast(&x, &x, &settings)) {
        assert!(measured.p_value.unwrap() > 0.9, "{measured:?}");
        let (low, high) = (measured.low.unwrap(), measured.high.unwrap());
        assert!(low.is_finite() && high.is_finite() && low <= high, "{measured:?}");
        let zero =
            !matches!(measured.distance, Distance::MeanPairwise | Distance::Wasserstein | Distance::WassersteinMean);
        assert!(!zero || measured.distance == Distance::Edistance || measured.value.abs() < 1e-12, "{measured:?}");
    }
    let one = group((10, 1, 6, 1.0, 1.0), 1);
    for measured in all(contrast(&one, &x, &settings)) {
        assert!(measured.value.is_finite() && measured.p_value.is_some() && measured.low.is_none(), "{measured:?}");
    }
    let other = group((11, 1, 6, 1.0, 1.0), 1);
    for measured in all(contrast(&one, &other, &settings)) {
        assert!(measured.value.is_finite() && measured.p_value.is_none() && measured.low.is_none(), "{measured:?}");
    }
    // All cells are one point.
    let point = Array2::from_elem((7, 3), 2.5);
    for measured in all(contrast(&point, &point, &settings)) {
        assert!(
            measured.value.abs() < 1e-12 && measured.p_value.is_none_or(|p| (p - 1.0).abs() < 1e-12),
            "{measured:?}"
        );
        assert!(measured.low.is_none_or(|low| low.abs() < 1e-12), "{measured:?}");
    }
}

#[test]
fn results_depend_on_seed_and_purpose_only() {
    let (x, y) = (group((12, 30, 6, 0.0, 1.0), 1), group((13, 20, 6, 0.5, 1.0), 1));
    let settings = ResampleSettings::default();
    let first = all(contrast(&x, &y, &settings));
    let mut values_first = contrast(&x, &y, &settings);
    let values = values_first.values().unwrap();
    assert!(values.iter().all(|measured| measured.p_value.is_none() && measured.low.is_none()));
    assert_eq!(all(values_first), first);
    // Alone, a distance is what it is among others.
    for measured in &first {
        let mut alone = Contrast::new(x.view(), y.view(), &[measured.distance], &settings, "test").unwrap();
        while alone.resample_step() {}
        assert_eq!(&alone.measured().unwrap()[0], measured);
    }
    let other = all(Contrast::new(x.view(), y.view(), &Distance::ALL, &settings, "other").unwrap());
    assert!(first.iter().zip(&other).all(|(a, b)| a.value.to_bits() == b.value.to_bits()) && first != other);
}

fn floors(control: &Array2<f64>, parts: &[Part]) -> Result<Vec<Floor>, MetricError> {
    let mut floor = NoiseFloor::new(control.view(), parts, &Distance::ALL, 20, 1, "test")?;
    while floor.step()? {}
    Ok(floor.floors())
}

#[test]
fn the_noise_floor_is_what_no_effect_looks_like() {
    let control = group((14, 80, 6, 0.0, 1.0), 1);
    let halves = [Part { cells: (0..80).collect(), taken: 40 }];
    let found = floors(&control, &halves).unwrap();
    let far = group((15, 40, 6, 2.0, 1.0), 1);
    let half = control.select(Axis(0), &(0..40).collect::<Vec<_>>());
    for (floor, measured) in found.iter().zip(contrast(&half, &far, &ResampleSettings::default()).values().unwrap()) {
        assert_eq!(floor.distance, measured.distance);
        assert!(floor.median <= floor.high, "{floor:?}");
        assert!(measured.distance == Distance::MmdRbf || floor.high < measured.value, "{floor:?} {measured:?}");
    }
    assert_eq!(found, floors(&control, &halves).unwrap());
    // A few cells against many are farther apart by chance than halves are.
    let few = floors(&control, &[Part { cells: (0..80).collect(), taken: 5 }]).unwrap();
    let at = |floors: &[Floor], wanted| floors.iter().find(|floor| floor.distance == wanted).unwrap().median;
    assert!(at(&few, Distance::MmdLinear) > 2.0 * at(&found, Distance::MmdLinear));
    let error = floors(&group((14, 1, 6, 0.0, 1.0), 1), &[Part { cells: vec![0], taken: 0 }]).unwrap_err();
    assert_eq!(error.code(), "metric_too_few_cells");
}

/// Two types far apart, each with as many cells among the control as among the treated: free permutations would unbalance them.
#[test]
fn strata_keep_the_shares_of_types() {
    let two = |seed: u64, shift: f64| {
        let mut rng = stream(seed, "test/strata");
        // About normal: the sum of twelve uniforms has a variance of one.
        Array2::from_shape_fn((40, 5), |(i, _)| {
            let noise = (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
            noise + shift + if i >= 20 { 30.0 } else { 0.0 }
        })
    };
    let types: Vec<u32> = (0..40).map(|i| u32::from(i >= 20)).collect();
    let p = |shift: f64, stratified: bool| -> f64 {
        let seeds = 20..30;
        let n = seeds.clone().count() as f64;
        let one = |seed: u64| {
            let (x, y) = (two(seed, 0.0), two(seed + 200, shift));
            let settings = ResampleSettings { permutations: 60, bootstraps: 0, ..ResampleSettings::default() };
            let contrast = Contrast::new(x.view(), y.view(), &[Distance::Edistance], &settings, "strata").unwrap();
            let mut contrast = if stratified { contrast.stratified(&types, &types) } else { contrast };
            while contrast.resample_step() {}
            contrast.measured().unwrap()[0].p_value.unwrap()
        };
        seeds.map(one).sum::<f64>() / n
    };
    let (none, effect, unseen) = (p(0.0, true), p(0.6, true), p(0.6, false));
    assert!((0.2..0.8).contains(&none), "no effect: mean p {none}");
    assert!(effect < 0.1 && unseen > 3.0 * effect, "an effect: mean p {effect} within strata, {unseen} across");
}

#[test]
fn matched_groups_have_the_size_asked_for() {
    let cells: Vec<usize> = (0..100).map(|cell| cell * 3).collect();
    let some = matched(10, &cells, 1, "test");
    assert_eq!(some.len(), 10);
    assert!(some.windows(2).all(|pair| pair[0] < pair[1]) && some.iter().all(|cell| cells.contains(cell)));
    assert_eq!(some, matched(10, &cells, 1, "test"));
    assert_ne!(some, matched(10, &cells, 1, "other"));
    assert_eq!(matched(100, &cells, 1, "test"), cells);
}

#[test]
fn too_much_is_refused_and_more_cells_are_more_work() {
    let large = Array2::zeros((1001, 2));
    let settings = ResampleSettings::default();
    let refused = |distances: &[Distance]| {
        Contrast::new(large.view(), large.view(), distances, &settings, "test").err().map(|error| error.code())
    };
    assert_eq!(refused(&[Distance::Emd]), Some("metric_too_many_cells"));
    assert_eq!(refused(&[Distance::Euclidean]), None);
    assert!(work(200, 200, 50, &Distance::ALL, &settings) > 3.0 * work(100, 100, 50, &Distance::ALL, &settings));
}
