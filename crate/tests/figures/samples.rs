// Figures to draw in tests: ordinary ones and awkward ones.

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
    serde_json::json!({"figure": "r2_scatter", "title": "scGen, CD4T under stimulation, seed 1", "genes": genes, "x": x, "y": y, "control": control, "top": top,
        "r2_all": 0.9312, "r2_top": 0.8147, "x_label": "Observed mean (log1p of counts per 10,000)", "y_label": "Predicted mean (log1p of counts per 10,000)"})
}

fn curve(name: &str, n: usize, from: f64, to: f64, dashed: bool) -> serde_json::Value {
    let points: Vec<(f64, f64)> = (1..=n)
        .map(|e| (e as f64, to + (from - to) * (-(e as f64) * 6.0 / n as f64).exp() * (1.0 + 0.1 * noise(e)) + 0.01 * to * noise(e + 77)))
        .collect();
    serde_json::json!({"name": name, "points": points, "dashed": dashed})
}

fn samples() -> Vec<(&'static str, serde_json::Value)> {
    use serde_json::json;
    let doses = named(&["0", "0.01", "0.03", "0.1", "0.3", "1", "3", "10", "30"]);
    let many: Vec<String> = (0..40).map(|t| format!("T cell, subset number {t} of a very long annotation")).collect();
    let genes = |prefix: &str, n: usize| (0..n).map(|g| format!("{prefix}{g}")).collect::<Vec<_>>();
    vec![
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
    ]
}
