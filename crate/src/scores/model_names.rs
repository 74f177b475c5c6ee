//! Names of models in figures and tables; the page says what each does in `www/js/words_models.js`, under the same names.

use std::collections::BTreeMap;

const NAMES: [(&str, &str); 23] = [
    ("scgen", "scGen"),
    ("scvidr_single", "scVIDR, each dose"),
    ("scvidr_multi", "scVIDR, scaled doses"),
    ("mtae", "MTAE"),
    ("mtvae", "MTVAE"),
    ("mtae_adv", "MTAE, adversarial"),
    ("mtae_adv_gaussian", "MTAE, adversarial to a normal"),
    ("mtae_ot", "MTAE on pairs"),
    ("mtae_plus_ot", "MTAE, then pairs"),
    ("mtvae_ot", "MTVAE on pairs"),
    ("mtvae_plus_ot", "MTVAE, then pairs"),
    ("film_nb", "FiLM count model"),
    ("multi_head", "Multi-head autoencoder"),
    ("unitednet", "UnitedNet"),
    ("scpregan", "scPreGAN"),
    ("scbutterfly", "scButterfly"),
    ("cvae", "CVAE"),
    ("style_transfer_gan", "Style transfer GAN"),
    ("no_change", "No change"),
    ("mean_shift", "Mean shift"),
    ("pca_shift", "PCA shift"),
    ("pca_regressed_shift", "PCA regressed shift"),
    ("count_fold_change", "Count fold change"),
];

const BASELINES: [&str; 5] = ["no_change", "mean_shift", "pca_shift", "pca_regressed_shift", "count_fold_change"];

/// Ends the name of a model whose prediction is drawn as counts.
const COUNTS: &str = "_counts";

/// Whether a model is one of the closed-form baselines, also with its prediction drawn as counts.
#[must_use]
pub fn is_baseline(model: &str) -> bool {
    BASELINES.contains(&model.strip_suffix(COUNTS).unwrap_or(model))
}

/// The name of a model: the given one, else the known one, else its key without underscores.
#[must_use]
pub fn model_name(model: &str, given: &BTreeMap<String, String>) -> String {
    let of = |key: &str| NAMES.iter().find(|(known, _)| *known == key).map(|(_, name)| (*name).to_owned());
    let known = || of(model).or_else(|| Some(format!("{}, as counts", of(model.strip_suffix(COUNTS)?)?)));
    given.get(model).cloned().or_else(known).unwrap_or_else(|| model.replace('_', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_the_same_names() {
        let words = include_str!("../../../www/js/words_models.js");
        for (key, name) in NAMES {
            // Models of papers that the page does not train are named here only.
            let own = words.contains(&format!("\n  {key}: {{"));
            assert!(!own || words.contains(&format!("\n  {key}: {{ name: '{name}',")), "{key}: {name}");
        }
        let (_, closed_form) = words.split_once("const CLOSED_FORM = {").unwrap();
        let (closed_form, _) = closed_form.split_once("\n};").unwrap();
        let keys = closed_form.lines().filter_map(|line| line.trim().split_once(": {").map(|(key, _)| key));
        assert_eq!(keys.collect::<Vec<_>>(), BASELINES);
        assert!(is_baseline("mean_shift_counts") && !is_baseline("scgen_counts"));
        let none = BTreeMap::new();
        assert_eq!(model_name("mean_shift_counts", &none), "Mean shift, as counts");
        assert_eq!(model_name("deep_thought", &none), "deep thought");
        let given = BTreeMap::from([("scgen".to_owned(), "scGen, paper".to_owned())]);
        assert_eq!((model_name("scgen", &given), model_name("scgen", &none)), ("scGen, paper".into(), "scGen".into()));
    }
}
