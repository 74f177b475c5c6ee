// Figures to draw in tests: ordinary ones and awkward ones.

include!("score_samples.rs");
include!("front_samples.rs");

use serde_json::json;

fn named(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A repeatable number in 0..1.
fn noise(n: usize) -> f64 {
    ((n as f64 * 12.9898).sin() * 43_758.545_3).rem_euclid(1.0)
}

fn counts(types: usize, arms: usize, largest: f64) -> Vec<Vec<usize>> {
    (0..types)
        .map(|t| (0..arms).map(|a| (noise(t * 131 + a * 7) * noise(t + 1) * largest) as usize).collect())
        .collect()
}

fn liver_types() -> Vec<String> {
    named(&["Hepatocytes - portal", "Hepatocytes - central", "Cholangiocytes", "Stellate Cells", "Portal Fibroblasts", "Endothelial Cells"])
}

fn scatter(n: usize, n_top: usize) -> serde_json::Value {
    let x: Vec<f64> = (0..n).map(|g| noise(g).powi(4) * 4.2).collect();
    let top: Vec<usize> = (0..n_top).map(|k| (k * 17 + 3) % n).collect();
    let y: Vec<f64> = (0..n)
        .map(|g| {
            let off = if top.contains(&g) { noise(g + 9000) * 1.3 - 0.9 } else { (noise(g + 5000) - 0.5) * 0.25 };
            (x[g] + off * x[g].sqrt()).max(0.0)
        })
        .collect();
    let control: Vec<f64> = x.iter().map(|v| v * 0.8).collect();
    let interferon = ["ISG15", "IFI6", "IFIT1", "IFIT3", "CXCL10", "HLA-DRB1", "TNFSF13B", "MT-CO1"];
    let genes: Vec<String> = (0..n).map(|g| if top.contains(&g) { format!("{}{}", interferon[g % 8], g) } else { format!("GENE{g}") }).collect();
    json!({"figure": "r2_scatter", "title": "scGen, CD4T under stimulation, seed 1", "genes": genes, "x": x, "y": y, "control": control, "top": top,
        "r2_all": 0.9312, "r2_top": 0.8147, "x_label": "Observed mean (log1p of counts per 10,000)", "y_label": "Predicted mean (log1p of counts per 10,000)"})
}

fn curve(name: &str, n: usize, from: f64, to: f64, dashed: bool) -> serde_json::Value {
    let points: Vec<(f64, f64)> = (1..=n)
        .map(|e| (e as f64, to + (from - to) * (-(e as f64) * 6.0 / n as f64).exp() * (1.0 + 0.1 * noise(e)) + 0.01 * to * noise(e + 77)))
        .collect();
    json!({"name": name, "points": points, "dashed": dashed})
}

const DOSES: [f64; 9] = [0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0];

fn hill(dose: f64, top: f64, ec50: f64) -> f64 {
    0.04 + top * dose.powf(1.3) / (dose.powf(1.3) + ec50.powf(1.3))
}

/// A line over nine doses, as a distance with its interval; the strength falls and the EC50 grows with its number.
fn dose_line(name: &str, at: usize, scale: f64, fit: bool) -> serde_json::Value {
    let (top, ec50) = (scale * (1.1 - 0.16 * (at % 7) as f64 + 0.1 * noise(at)), 0.2 * 1.8f64.powf((at % 7) as f64));
    let points: Vec<_> = DOSES
        .iter()
        .enumerate()
        .map(|(k, dose)| {
            let value = hill(*dose, top, ec50) + scale * 0.06 * (noise(at * 31 + k) - 0.5);
            let half = scale * (0.03 + 0.06 * noise(at * 17 + k + 5));
            let gap = at == 2 && k == 4;
            json!({"dose": dose, "value": if gap { None } else { Some(value) }, "low": value - half, "high": value + half, "note": format!("{} cells", 80 + 37 * k)})
        })
        .collect();
    let curve: Vec<(f64, f64)> = (0..60).map(|k| 0.01 * 3000f64.powf(k as f64 / 59.0)).map(|dose| (dose, hill(dose, top, ec50))).collect();
    let fit = fit.then(|| json!({"points": curve, "ec50": ec50, "ec50_low": ec50 * 0.6, "ec50_high": ec50 * 1.9}));
    json!({"name": name, "points": points, "fit": fit})
}

fn dose_panel(title: &str, y_label: &str, names: &[String], scale: f64, fit: bool) -> serde_json::Value {
    let lines: Vec<_> = names.iter().enumerate().map(|(at, name)| dose_line(name, at, scale, fit)).collect();
    json!({"title": title, "y_label": y_label, "lines": lines, "floor": {"value": scale * 0.05, "high": scale * 0.13, "label": "noise floor (95 % of control splits)"}})
}

fn dose_response(names: &[String], fit: bool, highlight: Option<&str>) -> serde_json::Value {
    json!({"figure": "dose_response", "title": "Distance to the control along the dose of TCDD", "x_label": "dose (\u{b5}g/kg)", "shared_y": false, "highlight": highlight, "panels": [
        dose_panel("E-distance", "E-distance in 50 PCs", names, 12.0, fit), dose_panel("MMD", "MMD\u{b2}, RBF kernel", names, 0.4, fit), dose_panel("Response genes", "genes with FDR < .05", names, 1400.0, fit)]})
}

fn interval_panel(title: &str, unit: &str, names: &[String], scale: f64, below: bool) -> serde_json::Value {
    let rows: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let value = scale * (noise(at + 3) - if below { 0.4 } else { 0.0 });
            let half = scale * 0.08 * (1.0 + noise(at + 40));
            json!({"label": name, "value": if at == 3 { None } else { Some(value) }, "low": value - half, "high": value + half, "floor": if below { None } else { Some(scale * 0.1 * (0.5 + noise(at + 9))) }, "note": format!("{} cells", 50 + at * 13)})
        })
        .collect();
    json!({"title": title, "unit": unit, "rows": rows, "floor": if below { None } else { Some(json!({"value": null, "high": scale * 0.12, "label": "noise floor (95 % of control splits)"})) }})
}

fn intervals(names: &[String], highlight: Option<&str>) -> serde_json::Value {
    json!({"figure": "intervals", "title": "Distance from control at 10 \u{b5}g/kg", "highlight": highlight, "panels": [
        interval_panel("E-distance", "E-distance in 50 PCs", names, 12.0, false), interval_panel("MMD", "MMD\u{b2}, RBF kernel", names, 0.4, false),
        interval_panel("log EC50", "log10 EC50 (\u{b5}g/kg)", names, 3.0, true)]})
}

/// Cells round the middles of `groups` clouds.
fn cloud(n: usize, groups: usize) -> (Vec<f32>, Vec<f32>, Vec<usize>) {
    let code = |cell: usize| (noise(cell + 11) * noise(cell + 500) * groups as f64) as usize;
    let place = |cell: usize, turn: usize| {
        let middle = |k: usize| 9.0 * (k as f64 * 2.4 + turn as f64 * 1.6).sin() * (0.4 + 0.6 * noise(k + turn));
        let bell: f64 = (0..4).map(|k| noise(cell * 13 + k * 7919 + turn * 104_729)).sum::<f64>() - 2.0;
        (middle(code(cell)) + 2.2 * bell) as f32
    };
    ((0..n).map(|cell| place(cell, 0)).collect(), (0..n).map(|cell| place(cell, 1)).collect(), (0..n).map(code).collect())
}

fn embedding(n: usize, labels: &[String], ordered: bool, highlight: Option<&str>) -> serde_json::Value {
    let (x, y, codes) = cloud(n, if ordered { 6 } else { labels.len() });
    let codes: Vec<Option<usize>> =
        codes.into_iter().enumerate().map(|(cell, code)| (cell % 97 != 5).then_some(if ordered { (noise(cell * 3) * labels.len() as f64) as usize } else { code })).collect();
    json!({"figure": "embedding", "title": "Cells in the embedding", "x": x, "y": y, "x_label": "UMAP 1", "y_label": "UMAP 2", "highlight": highlight,
        "colour": {"by": "groups", "name": if ordered { "dose (\u{b5}g/kg)" } else { "cell type" }, "labels": labels, "codes": codes, "ordered": ordered}})
}

fn embedding_values(n: usize) -> serde_json::Value {
    let (x, y, codes) = cloud(n, 6);
    let values: Vec<Option<f64>> = (0..n).map(|cell| (cell % 50 != 3).then_some((noise(cell * 5) * 3.0 - 1.5 + if codes[cell] == 1 { 1.5 } else { 0.0 }).max(0.0))).collect();
    let only: Vec<bool> = codes.iter().map(|code| *code != 2).collect();
    json!({"figure": "embedding", "title": "Cyp1a1", "x": x, "y": y, "x_label": "PC 1", "y_label": "PC 2", "only": only,
        "colour": {"by": "values", "name": "Cyp1a1 (log1p of counts per 10,000)", "values": values}})
}

fn expression(names: &[String], arms: &[String], style: &str, highlight: Option<&str>) -> serde_json::Value {
    let panels: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let groups: Vec<_> = arms
                .iter()
                .enumerate()
                .map(|(k, arm)| {
                    let mean = 0.2 + 3.0 * (k as f64 / arms.len() as f64).powi(2) * noise(at + 2);
                    let fraction = (mean / 3.0).min(0.95);
                    let bump = |v: f64, m: f64, s: f64| (-(v - m).powi(2) / (2.0 * s * s)).exp() / s;
                    let density: Vec<(f64, f64)> = (0..48).map(|step| f64::from(step) * 0.1).map(|v| (v, (1.0 - fraction) * bump(v, 0.0, 0.15) + fraction * bump(v, mean + 0.6, 0.5))).collect();
                    let few = at == 1 && k == 1;
                    json!({"label": arm, "dose": if k == 0 { Some(0.0) } else { None }, "n": 40 + 31 * k, "mean": if few { None } else { Some(mean) }, "low": mean - 0.15, "high": mean + 0.15, "fraction": fraction,
                        "density": if few { Vec::new() } else { density }, "quartiles": [mean * 0.4, mean * 0.9, mean * 1.4]})
                })
                .collect();
            json!({"title": name, "groups": groups})
        })
        .collect();
    json!({"figure": "expression", "title": "Cyp1a1", "unit": "log1p of counts per 10,000", "style": style, "panels": panels, "highlight": highlight})
}

fn volcano(n: usize, highlight: Option<&str>) -> serde_json::Value {
    let fold = |g: usize| (noise(g) + noise(g + 4000) + noise(g + 8000) - 1.5) * if g.is_multiple_of(9) { 4.0 } else { 0.9 };
    let x: Vec<f64> = (0..n).map(|g| if g % 301 == 7 { -22.0 + noise(g) } else { fold(g) }).collect();
    let y: Vec<Option<f64>> = (0..n).map(|g| (g != 5).then_some(fold(g).powi(2) * (2.0 + 9.0 * noise(g + 77)) + noise(g + 3))).collect();
    let known = ["Cyp1a1", "Cyp1a2", "Tiparp", "Nqo1", "Ahrr", "Cyp1b1", "Fam107b", "Htatip2", "Serpinb6a", "Gm26917"];
    let genes: Vec<String> = (0..n).map(|g| if g.is_multiple_of(9) { format!("{}{}", known[(g / 9) % 10], if g < 90 { String::new() } else { format!("-{g}") }) } else { format!("Gene{g}") }).collect();
    json!({"figure": "volcano", "title": "Hepatocytes - portal, 30 \u{b5}g/kg against control", "genes": genes, "x": x, "y": y, "threshold_x": 1.0, "threshold_y": 1.301, "label_top": 15, "highlight": highlight})
}

fn set_overlap(names: &[String], n: usize, highlight: Option<&str>) -> serde_json::Value {
    let sets: Vec<_> = names.iter().enumerate().map(|(at, name)| json!({"name": name, "size": 900 / (at + 1) + 40})).collect();
    let intersections: Vec<_> = (0..n)
        .map(|at| {
            let bits = at * 7 + 1;
            let mut members: Vec<usize> = (0..names.len()).filter(|set| (bits >> (set % 6)) & 1 == 1).collect();
            if members.is_empty() {
                members.push(at % names.len());
            }
            json!({"members": members, "size": 420 / (at + 1) + 1, "examples": ["Cyp1a1", "Tiparp", "Nqo1"]})
        })
        .collect();
    json!({"figure": "set_overlap", "title": "Response genes shared by cell types at 30 \u{b5}g/kg", "sets": sets, "intersections": intersections, "unit": "response genes", "highlight": highlight})
}

fn samples() -> Vec<(&'static str, serde_json::Value)> {

    let doses = named(&["0", "0.01", "0.03", "0.1", "0.3", "1", "3", "10", "30"]);
    let many: Vec<String> = (0..40).map(|t| format!("T cell, subset number {t} of a very long annotation")).collect();
    let genes = |prefix: &str, n: usize| (0..n).map(|g| format!("{prefix}{g}")).collect::<Vec<_>>();
    let mut all = vec![
        ("cell_counts", json!({"figure": "cell_counts", "cell_types": liver_types(), "arms": doses, "counts": counts(6, 9, 900.0), "highlight": [0, 7]})),
        ("cell_counts_two_arms", json!({"figure": "cell_counts", "title": "Cells per type and condition", "cell_types": ["CD4T", "CD14+Mono", "B", "NK", "CD8T", "Dendritic", "FCGR3A+Mono"],
            "arms": ["control", "stimulated"], "counts": counts(7, 2, 12_000.0), "highlight": ["CD4T", "stimulated"]})),
        ("cell_counts_40", json!({"figure": "cell_counts", "cell_types": many, "arms": doses, "counts": counts(40, 9, 3000.0), "highlight": null})),
        ("cell_counts_1", json!({"figure": "cell_counts", "cell_types": ["hepatocytes"], "arms": ["control", "TCDD 30 ug/kg"], "counts": [[0, 12]], "highlight": ["hepatocytes", null]})),
        ("cell_counts_empty", json!({"figure": "cell_counts", "cell_types": [], "arms": [], "counts": []})),
        ("loss", json!({"figure": "loss", "title": "scGen without CD4T", "x_label": "epoch", "y_label": "loss per cell",
            "series": [curve("training", 60, 900.0, 210.0, false), curve("validation", 60, 920.0, 230.0, true)]})),
        ("loss_log", json!({"figure": "loss", "title": "scGen without Hepatocytes - portal, three seeds", "x_label": "epoch", "y_label": "loss per cell",
            "series": [curve("seed 1", 100, 90_000.0, 210.0, false), curve("seed 2", 100, 70_000.0, 225.0, false), curve("seed 19193", 100, 80_000.0, 205.0, false),
                       curve("seed 1, val.", 100, 95_000.0, 240.0, true), curve("seed 2, val.", 100, 99_000.0, 245.0, true), curve("seed 19193, val.", 100, 80_000.0, 238.0, true)]})),
        ("loss_first", json!({"figure": "loss", "title": "scGen", "x_label": "epoch", "y_label": "loss",
            "series": [{"name": "training", "points": [[1, 812.5]]}, {"name": "validation", "points": [[1, null]], "dashed": true}]})),
        ("loss_empty", json!({"figure": "loss", "title": "scGen", "series": []})),
        ("r2_scatter", scatter(2000, 100)),
        ("r2_scatter_small", scatter(60, 20)),
        ("r2_scatter_empty", json!({"figure": "r2_scatter", "title": "scGen", "genes": ["A"], "x": [null], "y": [1.0], "top": [], "r2_all": null, "r2_top": null})),
        ("bars", json!({"figure": "bars", "title": "R\u{b2} of the mean expression of all genes", "unit": "R\u{b2}", "better": "higher",
            "items": [{"label": "scGen", "value": 0.931, "baseline": false}, {"label": "count fold change", "value": 0.928, "baseline": true}, {"label": "mean shift", "value": 0.905, "baseline": true},
                      {"label": "PCA shift", "value": 0.897, "baseline": true}, {"label": "no change", "value": 0.712, "baseline": true}],
            "reference": {"value": 1.0, "label": "perfect"}})),
        ("bars_negative", json!({"figure": "bars", "title": "R\u{b2} of the top 100 genes of a rather long held-out cell type name", "unit": "R\u{b2}", "better": "higher",
            "items": [{"label": "scGen (demo preset, 30 epochs, early stopping)", "value": 0.62}, {"label": "count fold change", "value": null, "baseline": true}, {"label": "no change", "value": -1.84, "baseline": true}]})),
        ("bars_ratio", json!({"figure": "bars", "title": "E-distance to the observed cells", "unit": "E-distance relative to the control", "better": "lower",
            "items": [{"label": "scGen", "value": 0.31}, {"label": "mean shift", "value": 0.44, "baseline": true}, {"label": "no change", "value": 1.0, "baseline": true}],
            "reference": {"value": 1.0, "label": "control"}})),
        ("bars_empty", json!({"figure": "bars", "title": "R\u{b2}", "items": []})),
        ("deg_overlap", json!({"figure": "deg_overlap", "title": "Top 100 differentially expressed genes (t-test)", "observed_only": 31, "common": 69, "predicted_only": 31,
            "genes": {"common": genes("ISG", 69), "observed_only": genes("HLA-DRB", 31), "predicted_only": genes("CXCL", 31)}})),
        ("deg_overlap_none", json!({"figure": "deg_overlap", "title": "Top 100 differentially expressed genes (Wilcoxon)", "observed_only": 97, "common": 3, "predicted_only": 97,
            "genes": {"common": ["ISG15", "IFI6", "IFIT1"], "observed_only": genes("Cyp", 97), "predicted_only": genes("Mup", 97)}})),
        ("deg_overlap_all", json!({"figure": "deg_overlap", "title": "All shared", "observed_only": 0, "common": 100, "predicted_only": 0})),
        ("deg_overlap_empty", json!({"figure": "deg_overlap", "title": "None", "observed_only": 0, "common": 0, "predicted_only": 0})),
        ("dose_response", dose_response(&liver_types(), false, None)),
        ("dose_response_fit", dose_response(&liver_types(), true, None)),
        ("dose_response_highlight", dose_response(&liver_types(), true, Some("Cholangiocytes"))),
        ("dose_response_bands", dose_response(&liver_types()[..2], false, None)),
        ("dose_response_40", dose_response(&many, false, None)),
        ("dose_response_40_highlight", dose_response(&many, true, Some(&many[3]))),
        ("dose_response_one", json!({"figure": "dose_response", "x_label": "dose (ng/ml)", "panels": [{"y_label": "E-distance", "lines": [{"name": "CD4T", "points": [{"dose": 0.0, "value": 0.1}, {"dose": 10.0, "value": 4.2, "low": 3.9, "high": 4.6}]}]}]})),
        ("dose_response_empty", json!({"figure": "dose_response", "panels": [{"title": "E-distance", "lines": [{"name": "A", "points": [{"dose": 1.0, "value": null}]}]}]})),
        ("intervals", intervals(&liver_types(), None)),
        ("intervals_highlight", intervals(&liver_types(), Some("Cholangiocytes"))),
        ("intervals_40", intervals(&many, Some(&many[7]))),
        ("intervals_apart", json!({"figure": "intervals", "panels": [interval_panel("Stimulated", "E-distance", &named(&["CD4T", "B", "NK"]), 3.0, false), interval_panel("Fold changes", "log2 fold change", &named(&["Cyp1a1", "Nqo1", "Tiparp", "Ahrr"]), 3.0, true)]})),
        ("intervals_empty", json!({"figure": "intervals", "title": "Distances", "panels": []})),
        ("embedding", embedding(3000, &liver_types(), false, None)),
        ("embedding_highlight", embedding(3000, &liver_types(), false, Some("Cholangiocytes"))),
        ("embedding_20", embedding(9000, &many[..20], false, None)),
        ("embedding_doses", embedding(3000, &doses, true, None)),
        ("embedding_values", embedding_values(4000)),
        ("embedding_two", embedding(400, &named(&["control", "stimulated"]), false, None)),
        ("embedding_empty", json!({"figure": "embedding", "x": [null], "y": [1.0], "colour": {"by": "values", "name": "Cyp1a1", "values": [2.0]}})),
        ("expression", expression(&liver_types(), &doses, "violins", None)),
        ("expression_highlight", expression(&liver_types(), &doses, "violins", Some("Cholangiocytes"))),
        ("expression_means", expression(&liver_types(), &doses, "means", None)),
        ("expression_two_arms", expression(&liver_types()[..2], &named(&["control", "stimulated"]), "violins", None)),
        ("expression_40", expression(&many, &doses, "means", None)),
        ("expression_empty", json!({"figure": "expression", "title": "Cyp1a1", "panels": []})),
        ("volcano", volcano(4000, None)),
        ("volcano_highlight", volcano(4000, Some("Gene200"))),
        ("volcano_few", volcano(40, Some("Cyp1a1"))),
        ("volcano_empty", json!({"figure": "volcano", "title": "B", "genes": [], "x": [], "y": []})),
        ("set_overlap", set_overlap(&liver_types(), 24, None)),
        ("set_overlap_highlight", set_overlap(&liver_types(), 24, Some("Cholangiocytes"))),
        ("set_overlap_20", set_overlap(&many[..20], 60, None)),
        ("set_overlap_two", set_overlap(&named(&["CD4T", "B"]), 3, None)),
        ("set_overlap_empty", json!({"figure": "set_overlap", "title": "Shared genes", "sets": [], "intersections": []})),
    ];
    all.extend(score_samples());
    all.extend(front_samples());
    all
}
