//! Estimators of mutual information beside the truth.

use super::sheet::{Entry, Row, Sheet};
use super::text::{fixed, spread};
use super::told::Told;
use crate::report::saved::{EstimateLine, Saved};
use crate::run::MutualInformationTask;
use crate::tradeoff::playground::Estimator;

/// What an estimator is called.
pub fn estimator_name(estimator: Estimator) -> &'static str {
    match estimator {
        Estimator::Mine => "MINE",
        Estimator::Nn => "Nearest neighbours",
        Estimator::Classifier => "Classifier",
    }
}

pub fn told(saved: &Saved, task: &MutualInformationTask) -> Told {
    let mut told = Told {
        title: "Estimates of mutual information beside the truth".to_owned(),
        asked: format!(
            "How near do estimators come to a mutual information that is known? Points were drawn from Gaussians {} standard deviations \
             from the centre, each with a category.",
            task.separation
        ),
        ..Told::default()
    };
    let Some(truth) = saved.mutual_information else { return told };
    told.found.push(format!("The mutual information of a point and its category is {} nats.", fixed(truth, 3)));
    let error = |row: &EstimateLine| row.value.map(|value| value - truth);
    let size = |row: &EstimateLine| error(row).map_or(f64::INFINITY, f64::abs);
    let mut last: Vec<&EstimateLine> = saved.estimates.iter().filter(|row| row.value.is_some()).collect();
    last.sort_by(|a, b| size(a).total_cmp(&size(b)));
    let mut said = |row: &EstimateLine, what: &str| {
        let name = estimator_name(row.estimator);
        told.found.push(format!("{what}: {name}, with {} nats.", spread(row.value, None, 3)));
    };
    if let [nearest, others @ ..] = last.as_slice() {
        said(nearest, "Nearest to it");
        others.last().into_iter().for_each(|row| said(row, "Furthest off"));
    }
    let mut sheet = Sheet::new("Estimates", ["Estimator", "Estimate (nats)", "Less the truth", "Critic steps"]);
    sheet.note = format!("The truth is {} nats, by quadrature.", fixed(truth, 3));
    sheet.rows = saved
        .estimates
        .iter()
        .map(|row| Row {
            head: estimator_name(row.estimator).to_owned(),
            cells: vec![
                spread(row.value, None, 3).into(),
                spread(error(row), None, 3).into(),
                Entry::from(if row.step == 0 { "\u{2013}".to_owned() } else { crate::chart::count(row.step) }),
            ],
            ..Row::default()
        })
        .collect();
    told.sheets.push(sheet);
    told
}
