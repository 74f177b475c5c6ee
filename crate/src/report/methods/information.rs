//! Estimators of mutual information against the truth.

use super::Rest;
use crate::chart::count;
use crate::report::prose::{Prose, cited};
use crate::report::sources::works_of;
use crate::run::MutualInformationTask;
use crate::tradeoff::playground::{Estimator, SimulationCase};

pub(super) fn say(prose: &mut Prose, task: &MutualInformationTask, rest: &mut Rest) {
    prose.paragraph();
    let case = match task.case {
        SimulationCase::Gaussians => "ten categories with one Gaussian each, evenly on a circle",
        SimulationCase::Mixtures => "two categories that are mixtures of three Gaussians each, in turns on a circle",
    };
    let noise = if task.dims > 2 { ", of which the first two carry all information" } else { "" };
    prose.say(&format!(
        "To see how far estimates of mutual information can be trusted, points with a known answer were simulated: {case}, {} standard \
         deviations from the centre, in {} dimensions{noise}, as such estimators were validated before{}.",
        task.separation,
        task.dims,
        cited(&["li_wei"])
    ));
    prose.say(&format!(
        "From {} points (seed {}) the mutual information between a point and its category was estimated, and judged on as many fresh ones; \
         the truth was computed by quadrature.",
        count(task.n_samples),
        task.seed
    ));
    let one = |estimator: &Estimator| {
        let works = cited(&works_of([estimator.name()]));
        match estimator {
            Estimator::Mine => format!("MINE{works}, the Donsker-Varadhan bound of a trained critic"),
            Estimator::Nn => format!("nearest neighbours{works}, with three of them"),
            Estimator::Classifier => format!("the cross-entropy of a trained classifier{works}, a lower bound"),
        }
    };
    let estimators = task.estimators.iter().map(one).collect::<Vec<_>>().join("; ");
    prose.say(&format!("Estimators were {estimators}."));
    if task.estimators.iter().any(|estimator| *estimator != Estimator::Nn) {
        prose.say(&format!(
            "Critics have two hidden layers of 64 units and were trained for {} steps.",
            count(task.steps)
        ));
    }
    // Every field of the task is said above.
    rest.said(&["task.mutual_information", "preprocess"]);
}
