// A benchmark to draw in tests: plausible rows of models x cell types x doses x seeds, and their figures.

use dosefront::scores::{self, Failure, ResultRow, ScoreFigure};

const BLOOD: [&str; 7] = ["CD14+Mono", "CD4T", "CD8T", "B", "NK", "FCGR3A+Mono", "Dendritic"];

const LIVER: [&str; 11] = [
    "Hepatocytes - portal", "Hepatocytes - central", "Cholangiocytes", "Stellate Cells", "Portal Fibroblasts", "Endothelial Cells",
    "Macrophage", "B Cells", "T Cells", "Neutrophils", "Subtype 1",
];

const TEN: [&str; 10] = ["scgen", "scvidr_single", "mtae", "mtae_adv", "mtae_adv_gaussian", "mtvae", "film_nb", "no_change", "mean_shift", "pca_shift"];

const TWELVE: [&str; 12] = [
    "scgen", "scvidr_single", "scvidr_multi", "mtae", "mtae_adv", "mtvae", "film_nb", "no_change", "mean_shift", "pca_shift", "pca_regressed_shift",
    "count_fold_change",
];

fn deterministic(model: &str) -> bool {
    ["no_change", "mean_shift", "pca_shift", "pca_regressed_shift"].contains(&model)
}

/// Number from the letters of a name, so that a model keeps its quality in every sample.
fn letters(name: &str) -> usize {
    name.bytes().fold(7, |sum, byte| (sum * 31 + usize::from(byte)) % 9973)
}

/// One row; `strength` is how much the treatment does, 0 to 1.
fn score_row(index: usize, model: &str, cell_type: &str, (arm, dose, strength): (&str, Option<f64>, f64), seed: Option<u64>) -> ResultRow {
    let n = letters(model) * 7 + letters(cell_type) * 13 + letters(arm) * 3;
    let jitter = |k: usize| if deterministic(model) { 0.0 } else { noise(n + k * 101 + 17 * seed.unwrap_or(0) as usize) - 0.5 };
    // How much of the response is left unexplained; no change leaves all of it.
    let missed = match model {
        "no_change" => 1.0,
        "mean_shift" => 0.55,
        "pca_shift" => 0.5,
        other => 0.22 + 0.35 * noise(letters(other)),
    };
    let missed = if model == "no_change" { 1.0 } else { (missed + 0.3 * (noise(n) - 0.5) + 0.12 * jitter(1)).clamp(0.06, 1.3) };
    let worst = 0.04 + 0.22 * strength * (0.6 + 0.6 * noise(letters(cell_type)));
    let r2 = 1.0 - worst * missed * missed - 0.01;
    let r2_top = 1.0 - 2.6 * worst * missed - 0.01;
    let degs = (100.0 * strength.sqrt() * (1.0 - missed).max(0.0) + 8.0 * jitter(2)).clamp(0.0, 100.0).round();
    let distance = 6.0 * strength * missed * (1.0 + 0.1 * jitter(3));
    let moved = (1.0 - missed).abs().max(0.02) + 0.25 * missed;
    // A model that changes next to nothing is divided by next to nothing.
    let far = if model == "scvidr_multi" && cell_type.ends_with("portal") { 20.0 } else { 1.0 };
    let to_control = if model == "no_change" { f64::NAN } else { far * missed / moved };
    let metrics = [("r2_all", r2), ("r2_top100", r2_top), ("common_degs", degs), ("edistance", distance)];
    let of = |pairs: &[(&str, f64)]| pairs.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect::<std::collections::BTreeMap<_, _>>();
    let mut row: ResultRow = serde_json::from_value(json!({
        "index": index, "model": model, "cell_type": cell_type, "arm": arm, "condition": null, "dose": dose, "seed": seed,
        "n_control": 200, "n_observed": 180, "n_predicted": 200, "metrics": {}, "ratios": {"to_control": {}, "to_no_change": {}}, "truth": null,
    })).unwrap();
    row.metrics = metrics.iter().map(|(name, value)| ((*name).to_owned(), Some(*value))).collect();
    row.ratios.to_control = of(&[("edistance", to_control), ("edistance_squared", to_control)]);
    row.ratios.to_no_change = of(&[("edistance", missed)]);
    row
}

fn score_rows(models: &[&str], cell_types: &[&str], doses: &[f64], seeds: &[u64]) -> Vec<ResultRow> {
    let arms: Vec<(String, Option<f64>, f64)> = if doses.is_empty() {
        vec![("stimulated".into(), None, 0.9)]
    } else {
        doses.iter().map(|dose| (dose.to_string(), Some(*dose), (dose / (dose + 2.0)).max(0.02))).collect()
    };
    let mut rows = Vec::new();
    for cell_type in cell_types {
        for model in models {
            for (arm, dose, strength) in &arms {
                let own: Vec<Option<u64>> = if deterministic(model) { vec![None] } else { seeds.iter().map(|seed| Some(*seed)).collect() };
                for seed in own {
                    rows.push(score_row(rows.len(), model, cell_type, (arm, *dose, *strength), seed));
                }
            }
        }
    }
    rows
}

/// Rows of the blood benchmark with holes: a model without one type, another without one seed of one type.
fn rows_with_holes() -> (Vec<ResultRow>, Vec<Failure>) {
    let mut rows = score_rows(&TEN, &BLOOD, &[], &[1, 2, 19193]);
    rows.retain(|row| !(row.model == "mtae" && row.cell_type == "NK"));
    rows.retain(|row| !(row.model == "scgen" && row.cell_type == "B" && row.seed == Some(2)));
    let failure = json!({"model": "mtae", "cell_type": "NK", "arm": null, "code": "diverged", "message": "the loss is not finite", "hint": "a smaller learning rate"});
    (rows, vec![serde_json::from_value(failure).unwrap()])
}

fn score_figure(rows: &[ResultRow], query: serde_json::Value) -> serde_json::Value {
    let query: ScoreFigure = serde_json::from_value(query).unwrap();
    serde_json::to_value(scores::figure(rows, &query).unwrap()).unwrap()
}

fn score_samples() -> Vec<(&'static str, serde_json::Value)> {
    let seeds = [1, 2, 19193];
    let blood = score_rows(&TEN, &BLOOD, &[], &seeds);
    let (holes, failures) = rows_with_holes();
    let holes_of = json!({"failures": failures});
    let few = score_rows(&["scgen", "no_change", "mean_shift"], &BLOOD[1..2], &[], &seeds);
    let five = score_rows(&["scgen", "mtae", "film_nb", "no_change", "mean_shift", "pca_shift"], &BLOOD, &[], &seeds);
    let one = score_rows(&["scgen"], &BLOOD[..1], &[], &[1]);
    let liver = score_rows(&TWELVE, &LIVER, &DOSES[1..], &seeds);
    let liver_few = score_rows(&["scgen", "scvidr_multi", "film_nb", "no_change", "mean_shift"], &LIVER[..2], &DOSES[1..], &seeds);
    let bars = |rows: &[ResultRow], metric: &str, by: &str| score_figure(rows, json!({"show": "bars", "metric": metric, "group_by": by}));
    let map = |rows: &[ResultRow], metric: &str, by: &str| score_figure(rows, json!({"show": "heat_map", "metric": metric, "group_by": by}));
    let front = |rows: &[ResultRow], x: &str, y: &str| score_figure(rows, json!({"show": "front", "x": x, "y": y}));
    let doses = |rows: &[ResultRow], metric: &str, panels: &str| score_figure(rows, json!({"show": "along_doses", "metric": metric, "panels": panels}));
    vec![
        ("score_bars", bars(&blood, "r2_top100", "cell_type")),
        ("score_bars_five", bars(&five, "r2_all", "cell_type")),
        ("score_bars_few", bars(&few, "common_degs", "cell_type")),
        ("score_bars_one", bars(&one, "r2_all", "cell_type")),
        ("score_bars_holes", score_figure(&holes, json!({"show": "bars", "metric": "common_degs", "group_by": "cell_type", "of": holes_of, "highlight": "mtae"}))),
        ("score_bars_liver", bars(&liver, "to_no_change_edistance", "cell_type")),
        ("score_bars_doses", bars(&liver_few, "common_degs", "arm")),
        ("score_bars_far", bars(&liver, "to_control_edistance", "cell_type")),
        ("score_bars_means", bars(&blood, "r2_all", "none")),
        ("score_bars_empty", bars(&[], "r2_all", "cell_type")),
        ("score_heat_map", map(&blood, "r2_top100", "cell_type")),
        ("score_heat_map_holes", score_figure(&holes, json!({"show": "heat_map", "metric": "common_degs", "group_by": "cell_type", "of": holes_of}))),
        ("score_heat_map_liver", map(&liver, "to_no_change_edistance", "cell_type")),
        ("score_heat_map_doses", map(&liver, "common_degs", "arm")),
        ("score_heat_map_all", map(&liver, "r2_all", "cell_type_and_arm")),
        ("score_heat_map_few", map(&few, "r2_all", "cell_type")),
        ("score_heat_map_one", map(&one, "r2_all", "none")),
        ("score_heat_map_empty", map(&[], "r2_all", "cell_type")),
        ("model_front", front(&blood, "r2_all", "common_degs")),
        ("model_front_ratio", front(&blood, "r2_all", "to_control_edistance_squared")),
        ("model_front_highlight", score_figure(&holes, json!({"show": "front", "x": "r2_top100", "y": "to_no_change_edistance", "highlight": "film_nb", "of": holes_of}))),
        ("model_front_liver", front(&liver, "r2_all", "common_degs")),
        ("model_front_few", front(&few, "r2_all", "to_no_change_edistance")),
        ("model_front_one", front(&one, "r2_all", "common_degs")),
        ("model_front_empty", front(&[], "r2_all", "common_degs")),
        ("score_dose", doses(&liver, "r2_all", "together")),
        ("score_dose_few", doses(&liver_few, "common_degs", "cell_types")),
        ("score_dose_types", doses(&liver, "to_no_change_edistance", "cell_types")),
    ]
}
