//! Column roles: what is guessed, how they are read into a design, and what is refused.

use dosefront::data::{Csr, DataError, Dataset, Design, ObsColumn, ObsValues, Roles, Source, ValueKind, guess_roles};

fn labels(name: &str, of_cells: &[&str]) -> ObsColumn {
    let texts = of_cells.iter().map(|text| (!text.is_empty()).then_some(*text));
    ObsColumn { name: name.to_owned(), values: ObsValues::from_texts(texts) }
}

fn numbers(name: &str, of_cells: &[f64]) -> ObsColumn {
    ObsColumn { name: name.to_owned(), values: ObsValues::Numbers(of_cells.to_vec()) }
}

/// A data set of one gene with these columns.
fn dataset(obs: Vec<ObsColumn>) -> Dataset {
    let n = obs[0].values.len();
    Dataset {
        source: Source::File { name: "test".to_owned(), sha256: String::new() },
        matrix: Csr::from_rows(1, vec![vec![(0, 1.0)]; n]),
        kind: ValueKind::Counts,
        genes: vec!["gene".to_owned()],
        cells: (0..n).map(|i| i.to_string()).collect(),
        obs,
        skipped: Vec::new(),
        notes: Vec::new(),
        truth: None,
    }
}

fn roles(cell_type: &str, condition: &str, control: &str, dose: &str, batch: &str) -> Roles {
    let role = |name: &str| (!name.is_empty()).then(|| name.to_owned());
    Roles {
        cell_type: role(cell_type),
        condition: role(condition),
        control: role(control),
        dose: role(dose),
        batch: role(batch),
    }
}

fn arm_labels(design: &Design) -> Vec<&str> {
    design.arms.iter().map(|arm| arm.label.as_str()).collect()
}

#[test]
fn roles_are_guessed_from_names_and_values() {
    let guess = |obs| guess_roles(&dataset(obs));
    // As in the interferon data of Kang et al.
    let kang = guess(vec![
        labels("cell_type", &["CD4 Naive T", "CD4 Memory T", "B", "NK", "CD4 Naive T", "B"]),
        labels("cell_type_broad", &["CD4T", "CD4T", "B", "NK", "CD4T", "B"]),
        labels("condition", &["control", "stimulated", "control", "stimulated", "control", "stimulated"]),
        labels("source_subset", &["a", "b", "a", "b", "b", "b"]),
        numbers("n_counts", &[10.0, 11.0, 12.0, 13.0, 14.0, 14.0]),
    ]);
    assert_eq!(kang, roles("cell_type_broad", "condition", "control", "", ""));
    // As in pertpy's version of the same data.
    let pertpy = guess(vec![
        labels("cell_type", &["T", "B", "NK", "T"]),
        labels("label", &["ctrl", "stim", "ctrl", "stim"]),
        labels("replicate", &["p1", "p2", "p2", "p1"]),
    ]);
    assert_eq!(pertpy, roles("cell_type", "label", "ctrl", "", "replicate"));
    // As in the liver data of Nault et al.
    let nault = guess(vec![
        labels("celltype", &["B", "T", "H", "B"]),
        numbers("Dose", &[0.0, 0.01, 30.0, 30.0]),
        numbers("percent_mito", &[0.1, 0.2, 0.3, 0.3]),
    ]);
    assert_eq!(nault, roles("celltype", "", "", "Dose", ""));
    // As in sci-Plex, with doses as text and a cell line in place of a type.
    let sciplex = guess(vec![
        labels("cell_line", &["A549", "K562", "A549", "K562"]),
        labels("product_name", &["Vehicle", "Trametinib", "Trametinib", "Vehicle"]),
        labels("dose", &["Vehicle", "10 nM", "100 nM", "Vehicle"]),
        labels("orig.ident", &["1", "2", "3", "3"]),
    ]);
    assert_eq!(sciplex, roles("cell_line", "product_name", "Vehicle", "dose", "orig.ident"));
    // As in the data of Hagai et al.
    let hagai =
        guess(vec![labels("species", &["mouse", "rat", "rat"]), labels("condition", &["unst", "LPS6", "unst"])]);
    assert_eq!(hagai, roles("species", "condition", "unst", "", ""));
}

#[test]
fn no_role_is_guessed_without_evidence() {
    let nothing = guess_roles(&dataset(vec![
        labels("label", &["B cells", "T cells", "B cells"]),
        labels("group", &["x", "y", "y"]),
        labels("cell_type", &["one", "one", "one"]),
        labels("dose", &["low", "high", "low"]),
        numbers("batch_score", &[0.1, 0.2, 0.1]),
    ]));
    assert_eq!(nothing, Roles::default());
    // A sample column that says the same as the condition is no batch.
    let same = guess_roles(&dataset(vec![
        labels("condition", &["stim", "ctrl", "stim"]),
        labels("sample", &["s2", "s1", "s2"]),
    ]));
    assert_eq!(same, roles("", "condition", "ctrl", "", ""));
}

#[test]
fn a_condition_gives_arms_with_the_control_first() {
    let data = dataset(vec![
        labels("type", &["B", "T", "", "T", "B"]),
        labels("cond", &["drug", "ctrl", "ctrl", "other", ""]),
        labels("lot", &["x", "", "x", "x", "x"]),
    ]);
    let design = roles("type", "cond", "ctrl", "", "lot").resolve(&data).unwrap();
    assert_eq!(arm_labels(&design), ["ctrl", "drug", "other"]);
    assert_eq!((design.cells.as_slice(), design.arm.as_slice()), (&[0, 1, 3][..], &[1, 0, 2][..]));
    assert_eq!(design.cell_types, ["B", "T"]);
    assert_eq!(
        (design.batches.as_slice(), design.batch),
        (&["x".to_owned(), "(missing)".to_owned()][..], vec![0, 1, 0])
    );
    assert!(design.notes[0].starts_with("2 cells have no cell type or no treatment"), "{:?}", design.notes);
    assert_eq!(design.notes[1], "No control cells: `B`.");
}

#[test]
fn doses_give_arms_in_ascending_order() {
    let dose = numbers("dose", &[30.0, 0.0, 0.01, 0.0, f64::NAN]);
    let data = dataset(vec![labels("type", &["a"; 5]), dose]);
    let design = roles("type", "", "", "dose", "").resolve(&data).unwrap();
    assert_eq!(arm_labels(&design), ["0", "0.01", "30"]);
    assert_eq!(design.arm, [2, 0, 1, 0]);
    assert_eq!(design.arms[2].dose, Some(30.0));
    assert_eq!(design.counts().row(0).to_vec(), [2, 1, 1]);
    assert_eq!(design.cells_of(0, 0), [1, 3]);

    let texts = dataset(vec![labels("type", &["a"; 3]), labels("dose", &["10 uM", "vehicle", "300 nM"])]);
    let design = roles("type", "", "", "dose", "").resolve(&texts).unwrap();
    assert_eq!(arm_labels(&design), ["0", "300", "10000"]);
    assert_eq!(design.notes[0], "The texts of `dose` were read as doses in nM; `vehicle` was read as 0.");

    let no_zero = dataset(vec![labels("type", &["a"; 2]), numbers("dose", &[3.0, 1.0])]);
    let design = roles("type", "", "", "dose", "").resolve(&no_zero).unwrap();
    assert_eq!((arm_labels(&design), design.notes.len()), (vec!["1", "3"], 1));
}

#[test]
fn condition_and_dose_give_pairs() {
    let data = dataset(vec![
        labels("type", &["a"; 6]),
        labels("drug", &["DMSO", "X", "X", "Y", "X", "Y"]),
        numbers("dose", &[f64::NAN, 10.0, 1.0, 10.0, 0.0, f64::NAN]),
    ]);
    let design = roles("type", "drug", "DMSO", "dose", "").resolve(&data).unwrap();
    assert_eq!(arm_labels(&design), ["DMSO", "X 1", "X 10", "Y 10"]);
    assert_eq!((design.cells, design.arm), (vec![0, 1, 2, 3, 4], vec![0, 2, 1, 3, 0]));
    // One drug needs no name at its doses.
    let data = dataset(vec![
        labels("type", &["a"; 3]),
        labels("drug", &["DMSO", "X", "X"]),
        numbers("dose", &[0.0, 10.0, 1.0]),
    ]);
    let design = roles("type", "drug", "", "dose", "").resolve(&data).unwrap();
    assert_eq!(arm_labels(&design), ["DMSO", "1", "10"]);
    assert_eq!(design.arms[1].condition.as_deref(), Some("X"));
}

#[test]
fn each_fault_of_the_roles_is_named() {
    let data = dataset(vec![
        labels("type", &["B", "T", "T", ""]),
        labels("cond", &["drug", "high", "drug", "ctrl"]),
        labels("one", &["ctrl"; 4]),
        labels("level", &["low", "high", "1", "0"]),
        numbers("depth", &[-1.0, 2.0, 3.0, 3.0]),
        labels("nothing", &[""; 4]),
    ]);
    let fault = |roles: Roles| roles.resolve(&data).unwrap_err();
    let cases = [
        (roles("", "", "", "", ""), "no_roles", "`type`"),
        (roles("", "cond", "ctrl", "", ""), "no_cell_type_role", "`type`"),
        (roles("type", "", "", "", ""), "no_treatment_role", "`cond`"),
        (roles("typo", "cond", "ctrl", "", ""), "column_not_found", "`typo`"),
        (roles("type", "cond", "ctrl", "", "lane"), "column_not_found", "`batch`"),
        (roles("type", "one", "ctrl", "", ""), "one_condition", "`ctrl`"),
        (roles("type", "cond", "control", "", ""), "control_not_found", "`drug`, `high`"),
        (roles("type", "level", "", "", ""), "no_control_cells", "`0`"),
        (roles("type", "cond", "ctrl", "", ""), "no_control_cells", "`ctrl`"),
        (roles("type", "", "", "level", ""), "dose_not_numeric", "`low`, `high`"),
        (roles("type", "", "", "depth", ""), "dose_not_numeric", "`-1`"),
        (roles("nothing", "cond", "ctrl", "", ""), "no_cells", "cell type"),
    ];
    for (roles, code, named) in cases {
        let error = fault(roles);
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(named), "{error}");
        assert!(error.hint().len() > 20);
    }
    let unknown = dataset(vec![labels("type", &["B"; 2]), labels("cond", &["x", "y"])]);
    let error = roles("type", "cond", "", "", "").resolve(&unknown).unwrap_err();
    assert_eq!(error.code(), "control_not_chosen");
    let ids: Vec<String> = (0..600).map(|i| i.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let many = dataset(vec![labels("barcode", &ids), labels("cond", &["x"; 600])]);
    let error = roles("barcode", "cond", "x", "", "").resolve(&many).unwrap_err();
    assert_eq!(error, DataError::TooManyLevels { role: "cell_type", column: "barcode".to_owned(), n: 600 });
}

#[test]
fn a_held_out_type_needs_ten_cells_of_each_kind_and_another_type() {
    let design = |counts: &[(&str, &str, usize)]| {
        let types: Vec<&str> = counts.iter().flat_map(|&(t, _, n)| std::iter::repeat_n(t, n)).collect();
        let conditions: Vec<&str> = counts.iter().flat_map(|&(_, c, n)| std::iter::repeat_n(c, n)).collect();
        let data = dataset(vec![labels("type", &types), labels("cond", &conditions)]);
        roles("type", "cond", "ctrl", "", "").resolve(&data).unwrap()
    };
    let both = design(&[("B", "ctrl", 10), ("B", "drug", 12), ("T", "ctrl", 9), ("T", "drug", 50), ("N", "drug", 50)]);
    assert_eq!(both.check_held_out("B"), Ok(()));
    assert_eq!(both.suggest_held_out(), Some("B"));
    let code = |design: &Design, cell_type: &str| design.check_held_out(cell_type).unwrap_err();
    let small = code(&both, "T");
    assert_eq!(small.code(), "held_out_too_small");
    assert!(small.to_string().contains("`T` has 9 control cells"), "{small}");
    assert_eq!(code(&both, "N").code(), "held_out_too_small");
    assert_eq!(code(&both, "X").code(), "held_out_not_found");
    let alone = design(&[("B", "ctrl", 10), ("B", "drug", 12), ("N", "drug", 50)]);
    assert_eq!(code(&alone, "B").code(), "nothing_to_learn_from");
    assert_eq!(alone.suggest_held_out(), None);
}

#[test]
fn a_run_file_with_unknown_roles_is_refused() {
    let roles: Roles = serde_json::from_str(r#"{"cell_type": "a", "dose": null}"#).unwrap();
    assert_eq!(roles.cell_type.as_deref(), Some("a"));
    assert!(serde_json::from_str::<Roles>(r#"{"celltype": "a"}"#).is_err());
}
