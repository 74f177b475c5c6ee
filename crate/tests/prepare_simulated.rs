//! The built-in data sets: sizes, determinism, and whether the counts are those of the stated truth.
#![allow(clippy::unwrap_used, reason = "a failed test says where")]

use dosefront::data::{
    Dataset, GeneChoice, ObsValues, Prepared, Preprocess, Source, guess_roles, prepare, presets, simulate,
};
use sha2::{Digest, Sha256};

/// The start of the SHA-256 of the counts.
fn fingerprint(dataset: &Dataset) -> String {
    let (indptr, indices, values) = dataset.matrix.parts();
    let mut bytes: Vec<u8> = indptr.iter().flat_map(|v| (*v as u64).to_le_bytes()).collect();
    bytes.extend(indices.iter().flat_map(|v| v.to_le_bytes()));
    bytes.extend(values.iter().flat_map(|v| v.to_le_bytes()));
    let digest = Sha256::digest(&bytes);
    digest[..4].iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

fn prepared(preset: &str) -> (Dataset, Prepared) {
    let dataset = simulate(preset, 1).unwrap();
    let design = guess_roles(&dataset).resolve(&dataset).unwrap();
    let settings = Preprocess { genes: GeneChoice::All, max_cells: 0, ..Preprocess::default() };
    let prepared = prepare(&dataset, &design, &settings, &vec![false; design.cells.len()]).unwrap();
    (dataset, prepared)
}

/// Squared correlation of the mean log-normalised expression of two groups of cells, over all genes.
fn r2(prepared: &Prepared, a: &[usize], b: &[usize]) -> f64 {
    let mean = |cells: &[usize]| -> Vec<f64> {
        let column = |gene| cells.iter().map(|&cell| f64::from(prepared.x[[cell, gene]])).sum::<f64>();
        (0..prepared.x.ncols()).map(|gene| column(gene) / cells.len() as f64).collect()
    };
    let centred = |values: Vec<f64>| -> Vec<f64> {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.into_iter().map(|value| value - mean).collect()
    };
    let (a, b) = (centred(mean(a)), centred(mean(b)));
    let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    dot(&a, &b).powi(2) / (dot(&a, &a) * dot(&b, &b))
}

/// R2 of the control cells and the cells of the given arm, for every type.
fn no_change(prepared: &Prepared, arm: usize) -> Vec<f64> {
    let design = &prepared.design;
    let of_type = |cell_type| r2(prepared, &design.cells_of(cell_type, 0), &design.cells_of(cell_type, arm));
    (0..design.cell_types.len()).map(of_type).collect()
}

#[test]
fn presets_are_what_they_say() {
    let names: Vec<String> = presets().into_iter().map(|info| info.name).collect();
    assert_eq!(names, ["liver-dose-response", "liver-dose-response-11", "pbmc-two-condition", "marrow-two-batches"]);
    for info in presets() {
        let dataset = simulate(&info.name, 3).unwrap();
        assert_eq!((dataset.n_cells(), dataset.n_genes()), (info.n_cells, info.n_genes), "{}", info.name);
        assert_eq!(dataset.source, Source::Simulated { preset: info.name.clone(), seed: 3 });
        assert!(dataset.notes[0].starts_with("Simulated"));
        let truth = dataset.truth.unwrap();
        assert_eq!((truth.cell_types.len(), truth.arms.len()), (info.cell_types, info.arms));
        assert!(truth.means.iter().all(|means| means.dim() == (info.arms, info.n_genes)));
        for row in truth.means.iter().flat_map(|means| means.rows()) {
            assert!((row.sum() - 1.0).abs() < 1e-12);
        }
        let mut genes = dataset.genes.clone();
        genes.sort();
        genes.dedup();
        assert_eq!(genes.len(), info.n_genes);
        assert!(dataset.matrix.values().iter().all(|v| *v >= 1.0 && v.fract() == 0.0));
        assert!(dataset.matrix.row_sums().iter().all(|sum| *sum > 300.0));
    }
    assert_eq!(simulate("nothing", 1).unwrap_err().code(), "unknown_preset");
}

#[test]
fn a_preset_and_a_seed_name_the_counts() {
    let of = |preset: &str, seed| fingerprint(&simulate(preset, seed).unwrap());
    let found: Vec<(String, String)> = presets().into_iter().map(|info| (of(&info.name, 1), info.name)).collect();
    let pinned = [
        ("77cf7f50", "liver-dose-response"),
        ("eca0fb80", "liver-dose-response-11"),
        ("a4422e45", "pbmc-two-condition"),
        ("45c3e7a9", "marrow-two-batches"),
    ];
    assert_eq!(found, pinned.map(|(hash, name)| (hash.to_owned(), name.to_owned())));
    assert_ne!(of("pbmc-two-condition", 2), found[2].0);
}

#[test]
fn the_roles_of_the_presets_are_guessed() {
    let guess = |preset| guess_roles(&simulate(preset, 1).unwrap());
    let liver = guess("liver-dose-response");
    assert_eq!((liver.cell_type.as_deref(), liver.dose.as_deref()), (Some("cell_type"), Some("dose")));
    let pbmc = guess("pbmc-two-condition");
    assert_eq!((pbmc.condition.as_deref(), pbmc.control.as_deref()), (Some("condition"), Some("control")));
    let marrow = guess("marrow-two-batches");
    assert_eq!((marrow.batch.as_deref(), marrow.condition), (Some("batch"), None));
}

#[test]
fn counts_have_the_means_of_the_truth() {
    for preset in ["liver-dose-response", "pbmc-two-condition"] {
        let (dataset, prepared) = prepared(preset);
        let truth = dataset.truth.unwrap();
        let labels: Vec<&str> = prepared.design.arms.iter().map(|arm| arm.label.as_str()).collect();
        assert_eq!(labels, truth.arms);
        assert_eq!(prepared.design.cell_types, truth.cell_types);
        for (cell_type, means) in truth.means.iter().enumerate() {
            for (arm, mean) in means.rows().into_iter().enumerate() {
                let cells = prepared.design.cells_of(cell_type, arm);
                let mut sums = vec![0.0; mean.len()];
                for &cell in &cells {
                    let (genes, counts) = prepared.counts.row(cell);
                    genes.iter().zip(counts).for_each(|(&gene, &count)| sums[gene as usize] += f64::from(count));
                }
                let total: f64 = sums.iter().sum();
                let logs = sums.iter().zip(mean).filter(|(sum, _)| **sum > 100.0);
                let errors: Vec<f64> = logs.map(|(sum, mean)| (sum / total / mean).ln()).collect();
                let bias = errors.iter().sum::<f64>() / errors.len() as f64;
                assert!(bias.abs() < 0.03, "{preset} {cell_type} {arm}: {bias}");
                let worst = errors.iter().fold(0.0_f64, |worst, error| worst.max(error.abs()));
                assert!(worst < 0.7, "{preset} {cell_type} {arm}: {worst}");
            }
        }
    }
}

#[test]
fn the_truth_rises_and_falls_with_the_dose() {
    let dataset = simulate("liver-dose-response", 1).unwrap();
    let truth = dataset.truth.unwrap();
    let column = dataset.genes.iter().position(|gene| gene == "Cyp1a1").unwrap();
    assert!(truth.responding_genes.contains(&column));
    for means in &truth.means {
        let doses = means.column(column).to_vec();
        assert!(doses.windows(2).all(|pair| pair[0] < pair[1]), "{doses:?}");
    }
    // Most genes do not respond; of those that do, most go up.
    assert!((200..450).contains(&truth.responding_genes.len()), "{}", truth.responding_genes.len());
    let portal = &truth.means[0];
    let up = truth.responding_genes.iter().filter(|&&gene| portal[[8, gene]] > 1.1 * portal[[0, gene]]).count();
    let down = truth.responding_genes.iter().filter(|&&gene| portal[[8, gene]] < 0.7 * portal[[0, gene]]).count();
    assert!(up > down && down > 10, "{up} up, {down} down");
}

#[test]
fn responses_are_of_the_size_of_real_ones() {
    let (_, liver) = prepared("liver-dose-response");
    assert_eq!(liver.design.suggest_held_out(), Some("Hepatocytes - portal"));
    assert!(no_change(&liver, 1).iter().all(|r2| *r2 > 0.98), "{:?}", no_change(&liver, 1));
    let strongest = no_change(&liver, 8);
    assert!(strongest[..2].iter().all(|r2| (0.6..0.85).contains(r2)), "{strongest:?}");
    assert!(strongest[2..].iter().all(|r2| (0.87..0.97).contains(r2)), "{strongest:?}");
    let (_, pbmc) = prepared("pbmc-two-condition");
    let stimulated = no_change(&pbmc, 1);
    assert!(stimulated.iter().all(|r2| (0.78..0.92).contains(r2)), "{stimulated:?}");
}

#[test]
fn every_liver_type_has_forty_cells_at_every_dose_and_marrow_misses_a_type_in_a_batch() {
    let (_, liver) = prepared("liver-dose-response");
    assert!(liver.design.counts().iter().all(|count| *count >= 40));
    let marrow = simulate("marrow-two-batches", 1).unwrap();
    let codes = |name: &str| match &marrow.column(name).unwrap().values {
        ObsValues::Labels { codes, .. } => codes.clone(),
        ObsValues::Numbers(_) => Vec::new(),
    };
    let (types, batches) = (codes("cell_type"), codes("batch"));
    let count = |t, b| types.iter().zip(&batches).filter(|pair| *pair == (&Some(t), &Some(b))).count();
    for cell_type in 0..7 {
        assert!(count(cell_type, 0) > 100);
        assert_eq!(count(cell_type, 1) > 100, cell_type != 2, "only megakaryocytes are missing");
    }
    let sums = marrow.matrix.row_sums();
    let depth = |batch| {
        let of_batch: Vec<f64> = (0..sums.len()).filter(|&i| batches[i] == Some(batch)).map(|i| sums[i]).collect();
        of_batch.iter().sum::<f64>() / of_batch.len() as f64
    };
    assert!(depth(1) < 0.8 * depth(0));
}
