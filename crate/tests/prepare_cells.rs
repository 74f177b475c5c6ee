//! From a data set to the training matrix: dropped cells, the subsample, normalisation, genes.
#![allow(clippy::unwrap_used, reason = "a failed test says where")]
#![allow(clippy::float_cmp, reason = "exact values are meant")]

use dosefront::data::{
    Csr, DataError, Dataset, Design, GeneChoice, Preprocess, TargetSum, ValueKind, guess_roles, normalise, prepare,
    simulate, subsample,
};

fn simulated() -> (Dataset, Design) {
    let dataset = simulate("pbmc-two-condition", 1).unwrap();
    let design = guess_roles(&dataset).resolve(&dataset).unwrap();
    (dataset, design)
}

fn settings() -> Preprocess {
    Preprocess { genes: GeneChoice::HvgSeurat(200), max_cells: 500, ..Preprocess::default() }
}

fn none(design: &Design) -> Vec<bool> {
    vec![false; design.cells.len()]
}

#[test]
fn a_prepared_data_set_is_the_chosen_part_of_the_normalised_one() {
    let (dataset, design) = simulated();
    let prepared = prepare(&dataset, &design, &settings(), &none(&design)).unwrap();
    assert_eq!(prepared.x.dim(), (500, 200));
    assert_eq!((prepared.counts.n_rows(), prepared.counts.n_cols()), (500, 1000));
    assert_eq!((prepared.kind, prepared.target_sum), (ValueKind::Counts, 1e4));
    assert!(prepared.gene_index.is_sorted());
    let all = normalise(&dataset.matrix, 1e4, true);
    for (row, &cell) in prepared.design.cells.iter().enumerate() {
        let (columns, values) = all.row(cell);
        for (column, gene) in prepared.gene_index.iter().enumerate() {
            let expected = columns.binary_search(&(*gene as u32)).map_or(0.0, |at| values[at]);
            assert_eq!(prepared.x[[row, column]], expected);
        }
    }
    assert_eq!(prepared.genes[0], dataset.genes[prepared.gene_index[0]]);
    assert_eq!(prepare(&dataset, &design, &settings(), &none(&design)).unwrap(), prepared);
}

#[test]
fn a_subsample_keeps_the_composition_and_small_groups() {
    let (_, design) = simulated();
    let sample = subsample(&design, 300, 7);
    assert_eq!(sample.len(), 300);
    assert!(sample.windows(2).all(|pair| pair[0] < pair[1]));
    let counts = design.select(&sample).counts();
    for (count, all) in counts.iter().zip(design.counts()) {
        let share = all as f64 * 300.0 / 2000.0;
        assert!((*count as f64 - share).abs() < 2.5 && *count >= 10, "{count} of {all}");
    }
    assert_eq!(subsample(&design, 300, 7), sample);
    assert_ne!(subsample(&design, 300, 8), sample);
    assert_eq!(subsample(&design, 0, 7).len(), 2000);
    assert_eq!(subsample(&design, 5000, 7).len(), 2000);
}

#[test]
fn cells_without_counts_are_dropped_with_a_note() {
    let (mut dataset, design) = simulated();
    let emptied = design.cells[3];
    let rows = (0..dataset.n_cells()).map(|i| {
        let (columns, values) = dataset.matrix.row(i);
        if i == emptied { Vec::new() } else { columns.iter().copied().zip(values.iter().copied()).collect() }
    });
    dataset.matrix = Csr::from_rows(1000, rows.collect::<Vec<_>>());
    let all_cells = Preprocess { max_cells: 0, ..settings() };
    let prepared = prepare(&dataset, &design, &all_cells, &none(&design)).unwrap();
    assert_eq!(prepared.x.nrows(), 1999);
    assert!(!prepared.design.cells.contains(&emptied));
    assert_eq!(prepared.notes, ["1 cells without any counts are not used."]);

    dataset.matrix = Csr::from_rows(1000, vec![Vec::new(); 2000]);
    let error = prepare(&dataset, &design, &all_cells, &none(&design)).unwrap_err();
    assert_eq!(error.code(), "no_cells");
}

#[test]
fn logged_input_is_not_logged_again_and_normalised_input_is_logged_only() {
    let (mut dataset, design) = simulated();
    let all = Preprocess { genes: GeneChoice::All, max_cells: 0, ..Preprocess::default() };
    let expected = prepare(&dataset, &design, &all, &none(&design)).unwrap();

    let counts = std::mem::take(&mut dataset.matrix);
    dataset.matrix = normalise(&counts, 1e4, true);
    dataset.kind = ValueKind::LogNormalised;
    let logged = prepare(&dataset, &design, &all, &none(&design)).unwrap();
    assert_eq!(logged.x, expected.x);
    assert!((logged.target_sum - 1e4).abs() < 1.0, "{}", logged.target_sum);
    assert!(logged.notes[0].contains("log-normalised already"), "{:?}", logged.notes);
    let chosen = prepare(&dataset, &design, &settings(), &none(&design)).unwrap();
    assert_eq!(chosen.x.ncols(), 200);

    dataset.matrix = normalise(&counts, 1e4, false);
    dataset.kind = ValueKind::Normalised;
    let scaled = prepare(&dataset, &design, &all, &none(&design)).unwrap();
    assert_eq!(scaled.x, expected.x);
    assert!(scaled.notes[0].contains("normalised already"), "{:?}", scaled.notes);

    let v3 = Preprocess { genes: GeneChoice::HvgSeuratV3(100), ..all };
    let error = prepare(&dataset, &design, &v3, &none(&design)).unwrap_err();
    assert_eq!(error.code(), "counts_needed");
    assert!(error.to_string().contains("hvg_seurat_v3"), "{error}");
}

#[test]
fn the_median_target_is_that_of_the_used_cells() {
    let (dataset, design) = simulated();
    let settings = Preprocess { target_sum: TargetSum::Median, ..settings() };
    let prepared = prepare(&dataset, &design, &settings, &none(&design)).unwrap();
    let mut sums = prepared.counts.row_sums();
    sums.sort_by(f64::total_cmp);
    assert_eq!(prepared.target_sum, f64::midpoint(sums[249], sums[250]));
}

#[test]
fn genes_can_be_chosen_without_the_held_out_cells() {
    let (dataset, design) = simulated();
    let held_out: Vec<bool> = (0..design.cells.len()).map(|i| design.cell_type[i] == 1 && design.arm[i] == 1).collect();
    let seen: Vec<usize> = (0..held_out.len()).filter(|&i| !held_out[i]).collect();
    for genes in [GeneChoice::HvgSeurat(100), GeneChoice::HvgSeuratV3(100)] {
        let with = Preprocess { max_cells: 0, genes, ..Preprocess::default() };
        let without = Preprocess { genes_without_held_out: true, ..with.clone() };
        let all = prepare(&dataset, &design, &with, &held_out).unwrap();
        let blind = prepare(&dataset, &design, &without, &held_out).unwrap();
        assert_ne!(all.gene_index, blind.gene_index);
        assert_eq!(blind.x.nrows(), 2000, "the held-out cells are still there to be compared with");
        let removed = prepare(&dataset, &design.select(&seen), &with, &vec![false; seen.len()]).unwrap();
        assert_eq!(blind.gene_index, removed.gene_index);
    }
}

#[test]
fn each_fault_is_named() {
    let (mut dataset, design) = simulated();
    let fault = |dataset: &Dataset, settings: &Preprocess, held_out: &[bool]| {
        prepare(dataset, &design, settings, held_out).unwrap_err()
    };
    let flags = none(&design);
    for target in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let settings = Preprocess { target_sum: TargetSum::Fixed(target), ..settings() };
        assert_eq!(fault(&dataset, &settings, &flags).code(), "bad_setting");
    }
    for genes in [GeneChoice::HvgSeurat(0), GeneChoice::HvgSeuratV3(0)] {
        assert_eq!(fault(&dataset, &Preprocess { genes, ..settings() }, &flags).code(), "bad_setting");
    }
    assert_eq!(fault(&dataset, &settings(), &[]), DataError::HeldOutLength { expected: 2000, found: 0 });
    dataset.matrix.values_mut()[0] = f32::NAN;
    let all_cells = Preprocess { max_cells: 0, ..settings() };
    let error = fault(&dataset, &all_cells, &flags);
    assert_eq!(error.code(), "bad_value");
    assert!(error.to_string().contains("cell00001"), "{error}");
    dataset.matrix = Csr::from_rows(1000, vec![vec![(4, 2.0)]; 2000]);
    assert_eq!(fault(&dataset, &all_cells, &flags), DataError::NoVariableGenes { n_cells: 2000 });
}

#[test]
fn more_genes_than_vary_are_all_that_vary() {
    let (dataset, design) = simulated();
    let settings = Preprocess { genes: GeneChoice::HvgSeurat(2000), ..settings() };
    let prepared = prepare(&dataset, &design, &settings, &none(&design)).unwrap();
    assert!(prepared.gene_index.len() <= 1000 && prepared.gene_index.len() > 950, "{}", prepared.gene_index.len());
}

#[test]
fn settings_are_written_as_run_files_write_them() {
    let text = r#"{"max_cells":3000,"target_sum":10000.0,"log1p":true,"genes":{"hvg_seurat":2000},"genes_without_held_out":false,"seed":1}"#;
    assert_eq!(serde_json::to_string(&Preprocess::default()).unwrap(), text);
    let read = |text: &str| serde_json::from_str::<Preprocess>(text);
    assert_eq!(read("{}").unwrap(), Preprocess::default());
    assert_eq!(read(r#"{"target_sum": "median"}"#).unwrap().target_sum, TargetSum::Median);
    assert_eq!(read(r#"{"genes": "all"}"#).unwrap().genes, GeneChoice::All);
    assert_eq!(read(r#"{"genes": {"hvg_seurat_v3": 50}}"#).unwrap().genes, GeneChoice::HvgSeuratV3(50));
    assert!(read(r#"{"target": 1}"#).is_err());
    let error = read(r#"{"target_sum": "mean"}"#).unwrap_err().to_string();
    assert!(error.contains("a positive number or \"median\""), "{error}");
}
