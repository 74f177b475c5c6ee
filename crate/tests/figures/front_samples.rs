// Fronts between biology kept and batch effect removed to draw in tests: plausible candidates, and awkward ones.

use dosefront::fronts::{self, CandidateRow, FrontQuery};

/// A candidate of a front of twelve; `fair` is how evenly its method spreads them.
fn candidate(index: usize, (method, measure, fair): (&str, Option<&str>, f64), split: u64, place: usize) -> CandidateRow {
    let jitter = |k: usize| noise(index * 31 + k * 101 + split as usize * 977) - 0.5;
    let share = place as f64 / 11.0;
    // An uneven method lumps its candidates at the ends.
    let lumped = if share < 0.5 { share * share * 2.0 } else { 1.0 - 2.0 * (1.0 - share).powi(2) };
    let along = fair * share + (1.0 - fair) * lumped.powi(3);
    let scale = if measure == Some("mmd") { 0.4 } else { 1.0 };
    let u = 310.0 + 46.0 * (1.0 - along).powf(1.8) + 3.0 * jitter(1);
    let v = scale * (0.02 + 0.55 * along.powf(2.2) + 0.05 * jitter(2));
    let metrics = json!({"u": u, "v": v, "be_exact": (0.66 - 0.6 * along.powf(1.6) + 0.05 * jitter(3)).max(0.0), "asw": 0.06 + 0.18 * along.powf(0.4) - 0.05 * along.powi(6) + 0.03 * jitter(4),
        "nmi": 0.6 + 0.17 * along.powf(0.5) + 0.03 * jitter(5), "ari": 0.33 + 0.2 * along + 0.04 * jitter(6), "nn_mi": 0.02 + 0.4 * along.powi(2)});
    let kind = if measure.is_none() { "peer" } else { ["batch_only", "preference", "scvi_only"][usize::from(place > 0) + usize::from(place == 11)] };
    let angle = (1.0 - share) * std::f64::consts::FRAC_PI_2;
    serde_json::from_value(json!({"index": index, "method": method, "measure": measure, "split": split, "place": place, "kind": kind,
        "preference": [angle.cos(), angle.sin()], "steps": 4000, "u": u, "v": v, "train": metrics, "test": metrics, "remarks": []}))
    .unwrap()
}

fn candidates(methods: &[(&str, Option<&str>, f64)], splits: u64) -> Vec<CandidateRow> {
    let mut rows = Vec::new();
    for method in methods {
        for split in 1..=splits {
            for place in 0..if method.1.is_some() { 12 } else { 1 } {
                rows.push(candidate(rows.len(), *method, split, place));
            }
        }
    }
    rows
}

const PARETO: (&str, Option<&str>, f64) = ("pareto_mtl", Some("mine"), 1.0);
const SCALED: (&str, Option<&str>, f64) = ("scalarisation", Some("mine"), 0.1);

fn front(rows: &[CandidateRow], query: serde_json::Value) -> serde_json::Value {
    let query: FrontQuery = serde_json::from_value(query).unwrap();
    serde_json::to_value(fronts::figure(rows, &query).unwrap()).unwrap()
}

fn live(method: &str, step: usize) -> serde_json::Value {
    let points: Vec<_> = (0..12)
        .map(|place| {
            let share = place as f64 / 11.0;
            json!({"place": place, "losses": [340.0 + 30.0 * (1.0 - share) + 4.0 * noise(place + step), 0.1 + 0.3 * share + 0.1 * noise(place * 3 + step)]})
        })
        .collect();
    json!({"method": method, "measure": "mine", "split": 1, "points": points})
}

/// Cells of a latent space in which two batches overlap by `mixed`.
fn pair(n: usize, types: &[String], mixed: f64, highlight: Option<&str>) -> serde_json::Value {
    let code = |cell: usize| (noise(cell + 5) * types.len() as f64) as usize;
    let batch = |cell: usize| usize::from(noise(cell + 77) > 0.6);
    let bell = |at: usize| noise(at) + noise(at + 11) + noise(at + 29) - 1.5;
    let x: Vec<f64> = (0..n).map(|c| 7.0 * noise(code(c) + 400) + bell(c) + (1.0 - mixed) * 3.0 * batch(c) as f64).collect();
    let y: Vec<f64> = (0..n).map(|c| 6.0 * noise(code(c) + 900) + bell(c + 50_000)).collect();
    json!({"figure": "embedding_pair", "title": "Pareto MTL, MINE, candidate 6 of 12: the latent space", "x": x, "y": y, "x_label": "t-SNE 1", "y_label": "t-SNE 2", "highlight": highlight,
        "first": {"by": "groups", "name": "batch", "labels": ["Smart-seq2", "10x"], "codes": (0..n).map(batch).collect::<Vec<_>>()},
        "second": {"by": "groups", "name": "cell type", "labels": types, "codes": (0..n).map(code).collect::<Vec<_>>()}})
}

fn playground(steps: usize) -> serde_json::Value {
    let (n, labels) = (1200, named(&["category 1", "category 2", "category 3"]));
    let code = |cell: usize| cell % 3;
    let bell = |at: usize| noise(at) + noise(at + 11) + noise(at + 29) - 1.5;
    let x: Vec<f64> = (0..n).map(|c| 2.2 * code(c) as f64 + 1.4 * bell(c)).collect();
    let y: Vec<f64> = (0..n).map(|c| 1.5 * (code(c) as f64 - 1.0).powi(2) + 1.4 * bell(c + 9000)).collect();
    let line = |name: &str, to: f64, pace: f64, wobble: f64| {
        let points: Vec<_> = (0..=steps).map(|s| (s as f64 * 10.0, Some(to * (1.0 - (-(s as f64) * pace).exp()) + wobble * (noise(s * 7 + name.len()) - 0.5)))).collect();
        json!({"name": name, "points": points})
    };
    json!({"figure": "mutual_information", "title": "Three Gaussians in 2 dimensions",
        "samples": {"x": x, "y": y, "x_label": "z 1", "y_label": "z 2", "colour": {"by": "groups", "name": "category", "labels": labels, "codes": (0..n).map(code).collect::<Vec<_>>()}},
        "estimates": {"title": "", "x_label": "step", "y_label": "mutual information (nats)", "series": [line("MINE", 0.83, 0.05, 0.16), line("classifier bound", 0.79, 0.12, 0.04), line("nearest neighbours", 0.8, 9.0, 0.0)],
            "references": [{"value": 0.812, "label": "truth"}, {"value": 1.0986, "label": "most possible: entropy of the categories"}]}})
}

fn front_samples() -> Vec<(&'static str, serde_json::Value)> {
    let one = candidates(&[PARETO], 1);
    let two = candidates(&[PARETO, SCALED], 1);
    let mut all = candidates(&[PARETO, SCALED, ("one_run", Some("mine"), 0.9), ("pareto_mtl", Some("mmd"), 0.5)], 1);
    all.extend(candidates(&[("scvi_hsic", None, 0.0), ("saucie_mmd", None, 0.0), ("desc", None, 0.0)], 1));
    let splits = candidates(&[PARETO, SCALED], 5);
    let mut bad = two.clone();
    bad[3].remarks = vec!["rolled back after losses that were not numbers at step 120".into()];
    bad[7].remarks = vec!["diverged".into()];
    (bad[7].u, bad[7].v, bad[7].test) = (Some(1e9), Some(0.3), std::collections::BTreeMap::new());
    bad[15].remarks = vec!["diverged at step 40: no metrics".into()];
    (bad[15].u, bad[15].v, bad[15].test) = (None, None, std::collections::BTreeMap::new());
    let many = named(&["Hepatocytes - portal", "Hepatocytes - central", "Cholangiocytes", "Stellate Cells", "Portal Fibroblasts", "Endothelial Cells", "Macrophage", "B Cells", "T Cells", "Neutrophils", "Subtype 1"]);
    vec![
        ("candidate_front", front(&two, json!({}))),
        ("candidate_front_one", front(&one, json!({"highlight": "pareto_mtl/mine/5"}))),
        ("candidate_front_bio", front(&two, json!({"x": "asw", "y": "be_exact"}))),
        ("candidate_front_all", front(&all, json!({"x": "nmi", "y": "be_exact", "highlight": "one_run/mine/4"}))),
        ("candidate_front_splits", front(&splits, json!({}))),
        ("candidate_front_live", front(&one[..4], json!({"live": [live("pareto_mtl", 120), live("scalarisation", 80)]}))),
        ("candidate_front_first", front(&[], json!({"live": [live("pareto_mtl", 10)]}))),
        ("candidate_front_bad", front(&bad, json!({}))),
        ("candidate_front_cursor", front(&one, json!({"cursor": {"x": 322.0, "y": 0.16, "label": "slider"}}))),
        ("candidate_front_empty", json!({"figure": "candidate_front", "title": "V against U", "series": []})),
        ("embedding_pair", pair(2500, &many[..6], 0.9, None)),
        ("embedding_pair_apart", pair(600, &many, 0.0, None)),
        ("embedding_pair_highlight", pair(2500, &many[..6], 0.7, Some("Cholangiocytes"))),
        ("embedding_pair_empty", json!({"figure": "embedding_pair", "x": [null], "y": [1.0], "first": {"by": "groups", "name": "batch", "labels": ["a"], "codes": [0]}, "second": {"by": "groups", "name": "cell type", "labels": ["b"], "codes": [0]}})),
        ("mutual_information", playground(60)),
        ("mutual_information_first", playground(0)),
        ("mutual_information_empty", json!({"figure": "mutual_information", "samples": {"x": [], "y": [], "colour": {"by": "groups", "name": "", "labels": [], "codes": []}}, "estimates": {"series": []}})),
    ]
}
