//! Response genes against scanpy, Hill curves against scipy's `curve_fit`, tails against `scipy.stats`.

#![allow(clippy::unwrap_used)]

mod metrics_common;

use std::collections::BTreeMap;

use dosefront::metrics::deg::{Control, Test};
use dosefront::metrics::{hill, tails};
use metrics_common::{cells, close, fixture};
use serde::Deserialize;

#[derive(Deserialize)]
struct Tails {
    normal: Vec<[f64; 2]>,
    t: Vec<[f64; 3]>,
    f: Vec<[f64; 4]>,
    f_quantile: Vec<[f64; 4]>,
}

#[test]
fn tails_are_those_of_scipy() {
    let expected: Tails = fixture("../contrast/tails");
    assert!(expected.normal.iter().any(|row| row[1] < 1e-290));
    for [z, p] in expected.normal {
        close(&format!("normal {z}"), tails::normal_two_sided(-z), p, 1e-12, 0.0);
    }
    for [t, df, p] in expected.t {
        close(&format!("t {t} {df}"), tails::t_two_sided(t, df), p, 1e-10, 0.0);
    }
    for [f, d1, d2, p] in expected.f {
        close(&format!("F {f} {d1} {d2}"), tails::f_upper(f, d1, d2), p, 1e-10, 0.0);
    }
    for [p, d1, d2, f] in expected.f_quantile {
        close(&format!("F quantile {p} {d1} {d2}"), tails::f_upper_quantile(p, d1, d2), f, 1e-9, 0.0);
    }
}

#[derive(Deserialize)]
struct ResponseCase {
    control: (u64, usize),
    treated: (u64, usize),
    effect: f64,
    #[serde(flatten)]
    tests: BTreeMap<String, BTreeMap<String, Vec<f64>>>,
}

#[test]
fn response_genes_are_those_of_scanpy() {
    for case in fixture::<Vec<ResponseCase>>("../contrast/response") {
        let control = cells(case.control.0, case.control.1, 90, 0.0);
        let treated = cells(case.treated.0, case.treated.1, 90, case.effect);
        let control = Control::new(control.view()).unwrap();
        for (key, test) in [("t-test", Test::TTest), ("wilcoxon", Test::Wilcoxon)] {
            let expected = &case.tests[key];
            let found = control.response_genes(treated.view(), test, true).unwrap();
            for gene in 0..90 {
                // scanpy stores scores and fold changes in single precision.
                for (name, column, relative, floor) in [
                    ("scores", &found.scores, 1e-6, 1e-3),
                    ("logfoldchanges", &found.log2_fold_changes, 1e-6, 1e-3),
                    ("pvals", &found.p_values, 1e-8, 0.0),
                    ("pvals_adj", &found.adjusted_p_values, 1e-8, 0.0),
                    ("fraction_treated", &found.fraction_treated, 1e-11, 0.0),
                    ("fraction_control", &found.fraction_control, 1e-11, 1e-3),
                ] {
                    let what = format!("{key} gene {gene} of {:?}: {name}", case.treated);
                    close(&what, column[gene], expected[name][gene], relative, floor);
                }
            }
        }
    }
}

#[derive(Deserialize)]
struct HillCase {
    doses: Vec<f64>,
    values: Vec<f64>,
    weights: Vec<f64>,
    bottom: f64,
    top: f64,
    ec50: f64,
    slope: f64,
    r2: f64,
    p_value: f64,
}

#[test]
fn curves_are_those_of_scipy() {
    for case in fixture::<Vec<HillCase>>("../contrast/hill") {
        let found = hill::fit(&case.doses, &case.values, Some(&case.weights)).unwrap();
        let size = (case.top - case.bottom).abs();
        for (name, got, expected, floor) in [
            ("bottom", found.bottom, case.bottom, size),
            ("top", found.top, case.top, size),
            ("ec50", found.ec50, case.ec50, 0.0),
            ("slope", found.slope, case.slope, 0.0),
            ("r2", found.r2, case.r2, 0.0),
            ("p_value", found.p_value, case.p_value, 0.0),
        ] {
            close(&format!("{name} of {found:?}"), got, expected, 1e-4, floor);
        }
        assert!(found.ec50_low.unwrap() < case.ec50 && case.ec50 < found.ec50_high.unwrap() && !found.at_edge);
    }
}
