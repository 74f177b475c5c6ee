use serde::{Deserialize, Serialize};

use crate::tradeoff::playground::{Estimate, Estimator};

/// The results of a mutual-information task; part of a report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EstimatedInformation {
    /// The mutual information in nats, by quadrature; none before it is computed.
    pub mutual_information: Option<f64>,
    /// The last word of every estimator, in the order of the task.
    pub estimates: Vec<EstimateRow>,
    /// Every estimate on the way.
    pub estimate_curves: Vec<Estimate>,
}

/// The last word of an estimator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EstimateRow {
    /// Which one.
    pub estimator: Estimator,
    /// Its estimate in nats.
    pub value: f64,
    /// The same less the truth.
    pub error: f64,
    /// Steps of its critic; 0 for one without a critic.
    pub steps: usize,
}

impl EstimatedInformation {
    /// Takes note of an estimate, and of the last one of each estimator in the given order.
    pub(super) fn note(&mut self, estimate: Estimate, order: &[Estimator]) {
        self.estimate_curves.push(estimate);
        let truth = self.mutual_information.unwrap_or(f64::NAN);
        let latest = |estimator: &Estimator| {
            let of = self.estimate_curves.iter().rev().find(|point| point.estimator == *estimator)?;
            Some(EstimateRow { estimator: *estimator, value: of.value, error: of.value - truth, steps: of.step })
        };
        self.estimates = order.iter().filter_map(latest).collect();
    }
}
