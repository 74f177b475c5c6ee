//! Models in words.

use serde_json::Value;

use super::Rest;
use crate::models::mtae::Variant;
use crate::report::prose::{cited, listed, lower};
use crate::report::settings::{Difference, setting_words, value_words};
use crate::report::sources::works_of;
use crate::run::ModelSpec;
use crate::scores::{is_baseline, model_name};

/// `scGen [1], a variational autoencoder ... (preset demo: 60 epochs, 32 latent dimensions; dropout 0.1 instead of 0.2)`.
pub(super) fn described(spec: &ModelSpec, at: usize, rest: &mut Rest) -> String {
    let name = spec.name();
    let title = model_name(&name, &std::collections::BTreeMap::new());
    let unusual = rest.take(&format!("task.predict.models.{at}"));
    let settings = settings(spec, &unusual);
    let settings = if settings.is_empty() { String::new() } else { format!(" ({settings})") };
    let title = if is_baseline(&name) { lower(&title) } else { title };
    format!("{title}{}, {}{settings}", cited(&works_of([name.as_ref()])), meaning(spec))
}

/// What it does, in half a sentence.
fn meaning(spec: &ModelSpec) -> String {
    match spec {
        ModelSpec::NoChange => "the control cells themselves",
        ModelSpec::MeanShift => "control cells plus the mean response of the other cell types, gene by gene",
        ModelSpec::PcaShift => "the mean shift within principal components",
        ModelSpec::PcaRegressedShift => {
            "a shift within principal components that is regressed on where each type\u{2019}s control cells lie"
        }
        ModelSpec::CountFoldChange => "counts of control cells scaled by the mean fold changes of the other types",
        ModelSpec::Scgen(_) => {
            "a variational autoencoder whose latent space is shifted by the mean response of the other cell types"
        }
        ModelSpec::ScvidrSingle(_) => {
            "a variational autoencoder whose latent shift is regressed on where each type\u{2019}s control cells lie, for each dose by \
             itself"
        }
        ModelSpec::ScvidrMulti(_) => {
            "a variational autoencoder whose latent shift at the highest dose is regressed on where each type\u{2019}s control cells lie, \
             lower doses taking a part of it by the logarithm of the dose"
        }
        ModelSpec::Mtae(settings) => variant(settings.variant),
        ModelSpec::Scpregan(_) => {
            "an encoder with one generator for control and one for treated cells, trained against two discriminators"
        }
        ModelSpec::Scbutterfly(_) => {
            "two autoencoders, for control and for treated cells, and a translator between them, trained on pairs of optimal transport"
        }
        ModelSpec::MultiHead(_) => "an autoencoder with a decoder for every treatment and dose",
        ModelSpec::UnitedNet(_) => {
            "which translates between control cells and the treated cells that optimal transport pairs them with, in turn with telling \
             the cell type of each pair"
        }
        ModelSpec::FilmNb(_) => {
            "one network for all types and doses that learns how a type responds that was never treated, modulated by treatment and dose \
             (FiLM), with a negative binomial likelihood"
        }
        ModelSpec::AsCounts(inner) => {
            return format!("{}, its predicted gene means drawn as counts", meaning(inner));
        }
    }
    .to_owned()
}

fn variant(variant: Variant) -> &'static str {
    match variant {
        Variant::Mtae => {
            "an autoencoder for all treatments at once, whose decoder is modulated by the treatment (FiLM)"
        }
        Variant::Mtvae => "the multi-task autoencoder with a variational latent space",
        Variant::MtaeAdv => {
            "the multi-task autoencoder whose encoder also hides from a discriminator which cells were treated"
        }
        Variant::MtaeAdvGaussian => {
            "the multi-task autoencoder whose latent space is made to look normal to a discriminator"
        }
        Variant::MtaeOt => {
            "the multi-task autoencoder trained on pairs of control and treated cells from optimal transport"
        }
        Variant::MtaePlusOt => {
            "the multi-task autoencoder trained on the cells themselves and then on pairs of optimal transport"
        }
        Variant::MtvaeOt => "the variational multi-task autoencoder trained on pairs of optimal transport",
        Variant::MtvaePlusOt => {
            "the variational multi-task autoencoder trained on the cells themselves and then on pairs of optimal transport"
        }
    }
}

/// The settings that say how long it was trained, and how large its latent space is.
fn headline(spec: &ModelSpec) -> &'static [&'static str] {
    match spec {
        ModelSpec::NoChange
        | ModelSpec::MeanShift
        | ModelSpec::PcaShift
        | ModelSpec::PcaRegressedShift
        | ModelSpec::CountFoldChange => &[],
        ModelSpec::Scgen(_) | ModelSpec::ScvidrSingle(_) | ModelSpec::ScvidrMulti(_) => &["epochs", "n_latent"],
        ModelSpec::Mtae(settings) => match settings.variant {
            Variant::Mtae | Variant::Mtvae => &["epochs", "layers"],
            Variant::MtaeAdv | Variant::MtaeAdvGaussian => {
                &["epochs", "discriminator_epochs", "joint_epochs", "layers"]
            }
            Variant::MtaeOt | Variant::MtvaeOt => &["ot_epochs", "layers"],
            Variant::MtaePlusOt | Variant::MtvaePlusOt => &["epochs", "ot_epochs", "layers"],
        },
        ModelSpec::Scpregan(_) => &["iterations", "layers"],
        ModelSpec::Scbutterfly(_) => &["control_epochs", "treated_epochs", "joint_epochs", "n_latent"],
        ModelSpec::MultiHead(_) | ModelSpec::UnitedNet(_) => &["epochs", "layers"],
        ModelSpec::FilmNb(_) => &["epochs", "n_hidden"],
        ModelSpec::AsCounts(inner) => headline(inner),
    }
}

/// `preset demo: epochs 60, latent dimensions 32; dropout 0.1 instead of 0.2`.
fn settings(spec: &ModelSpec, unusual: &[Difference]) -> String {
    let fields = serde_json::to_value(spec).ok().map(innermost).unwrap_or_default();
    let names: Vec<String> = headline(spec).iter().map(|name| (*name).to_owned()).collect();
    brief(&fields, &names, unusual)
}

/// The preset of some settings, the named ones, and those that are unusual.
pub(super) fn brief(fields: &Value, names: &[String], unusual: &[Difference]) -> String {
    let mut parts = Vec::new();
    if let Some(preset) = fields.get("preset").and_then(Value::as_str) {
        parts.push(format!("preset {preset}"));
    }
    // Not said twice: an unusual value says what it is.
    let named =
        names.iter().filter(|name| !unusual.iter().any(|one| one.path.rsplit('.').next() == Some(name.as_str())));
    let named = named.filter_map(|name| Some((name, fields.get(name).filter(|value| !value.is_null())?)));
    let named: Vec<String> =
        named.map(|(name, value)| format!("{} {}", setting_words(name), value_words(value))).collect();
    let unusual: Vec<String> = unusual.iter().map(Difference::words).collect();
    let all: Vec<String> = named.into_iter().chain(unusual).collect();
    if !all.is_empty() {
        parts.push(listed(&all));
    }
    parts.join(": ")
}

/// The settings themselves of `{"as_counts": {"scgen": {..}}}`.
fn innermost(spec: Value) -> Value {
    match spec {
        Value::Object(fields) if !fields.contains_key("preset") => {
            fields.into_iter().next().map(|(_, inner)| innermost(inner)).unwrap_or_default()
        }
        settings => settings,
    }
}
