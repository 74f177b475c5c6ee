//! Models, what they were asked, and how their predictions were judged.

use super::models::described;
use super::{Rest, in_words};
use crate::chart::count;
use crate::data::Source;
use crate::metrics::sinkhorn::EpsilonScale;
use crate::report::prose::{Prose, cited, listed};
use crate::report::sources::works_of;
use crate::run::{ModelSpec, Names, PredictTask, RunFile};

pub(super) fn say(prose: &mut Prose, run: &RunFile, task: &PredictTask, rest: &mut Rest) {
    prose.paragraph();
    prose.say(&held_out(task));
    let (trained, computed): (Vec<_>, Vec<_>) = task.models.iter().enumerate().partition(|(_, spec)| spec.is_trained());
    let each = |models: &[(usize, &ModelSpec)], rest: &mut Rest| {
        models.iter().map(|(at, spec)| described(spec, *at, rest)).collect::<Vec<_>>().join("; ")
    };
    if !trained.is_empty() {
        let what = if trained.len() == 1 { "This model was" } else { "These models were" };
        prose.say(&format!("{what} trained: {}.", each(&trained, rest)));
    }
    if task.models.iter().any(ModelSpec::is_random) {
        let seeds = listed(&task.seeds.iter().map(ToString::to_string).collect::<Vec<_>>());
        prose.say(&match task.seeds.len() {
            1 => format!("The seed was {seeds}."),
            n => format!(
                "Each model that depends on chance was fitted {n} times, with the seeds {seeds}; means and standard deviations are over the \
                 seeds."
            ),
        });
    }
    if !computed.is_empty() {
        let what = if trained.is_empty() { "These predictions" } else { "Beside them stood predictions that" };
        prose.say(&format!("{what} need no training{}: {}.", cited(&["baselines"]), each(&computed, rest)));
    }
    judged(prose, run, task, rest);
}

fn held_out(task: &PredictTask) -> String {
    let who = match &task.held_out {
        Names::All => "of every cell type that has both control and treated cells, one type at a time,".to_owned(),
        Names::List(names) if names.len() == 1 => format!("of the cell type {}", names[0]),
        Names::List(names) => format!("of the cell types {}, one type at a time,", listed(names)),
    };
    let what = match &task.doses {
        Names::All => "every treatment and dose".to_owned(),
        Names::List(names) => listed(names),
    };
    format!(
        "The treated cells {who} were held out of training, in which the control cells of that type and all cells of the other types took \
         part. The response to {what} was then predicted from the control cells of the type and compared with the cells that had been held \
         out."
    )
}

fn judged(prose: &mut Prose, run: &RunFile, task: &PredictTask, rest: &mut Rest) {
    let settings = &task.evaluation;
    prose.paragraph();
    prose.say(&format!(
        "R\u{b2} is the squared correlation of predicted and observed gene means{}: over all genes, over the variable ones, and over the \
         20 and the 100 genes with the highest Wilcoxon score of observed against control cells (all genes, where there are fewer).",
        cited(&works_of(["r2_all"]))
    ));
    prose.say(&format!(
        "Common DEGs are those of the {} genes with the highest score of observed against control cells that are also among the {} of \
         predicted against control cells (all genes, where there are fewer), by Welch\u{2019}s t and by the Wilcoxon rank sum{}; a gene without \
         variance among the predicted cells scores 0.",
        settings.n_degs,
        settings.n_degs,
        cited(&works_of(["common_degs"]))
    ));
    let cells = match settings.max_cells {
        0 => "all cells".to_owned(),
        most => format!("at most {} cells of each group (seed {})", count(most), settings.seed),
    };
    let fitted =
        if settings.joint_pca { "control, observed and predicted cells" } else { "control and observed cells" };
    let scale = match settings.wasserstein_epsilon {
        EpsilonScale::Std => "standard deviation",
        EpsilonScale::Mean => "mean",
    };
    prose.say(&format!(
        "Distances between predicted and observed cells were measured in the first {} principal components of {fitted}, on {cells}: \
         E-distance, with distances and with their squares{}; the distance of means and the mean pairwise distance{}; maximum mean \
         discrepancy with a linear kernel and with a Gaussian one{}; and the entropic transport cost (Wasserstein, regularised by 0.05 of \
         the {scale} of the squared distances){}.",
        settings.n_pcs,
        cited(&works_of(["edistance", "edistance_squared"])),
        cited(&works_of(["euclidean", "mean_pairwise"])),
        cited(&works_of(["mmd_linear", "mmd_rbf"])),
        cited(&works_of(["wasserstein"])),
    ));
    prose.say(
        "Each distance is also given divided by that of control to predicted cells, and by that of control to observed cells; of the \
         latter, 0 is exact and 1 is what predicting no change reaches.",
    );
    if matches!(run.dataset, Source::Simulated { .. }) {
        prose.say("As the data are simulated, R\u{b2} is also given against the true means.");
    }
    let unusual = rest.take("task.predict.evaluation");
    if !unusual.is_empty() {
        prose.say(&format!("The evaluation differed from the default: {}.", in_words(&unusual)));
    }
}
