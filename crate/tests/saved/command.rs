use std::path::{Path, PathBuf};
use std::process::Command;

use dosefront::run::saved::{BundleFile, bundle_write};
use serde_json::{Value, json};

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("dosefront-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const SAME: i32 = 0;
const OTHER: i32 = 1;
const TROUBLE: i32 = 2;

/// What the program ends with, and what it says.
fn ended(arguments: &[&Path]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_dosefront")).args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(said).unwrap())
}

/// Whether the program ends with 0, and what it says.
fn dosefront(arguments: &[&Path]) -> (bool, String) {
    let (code, said) = ended(arguments);
    (code == 0, said)
}

/// `verify` with these arguments.
fn verify(arguments: &[&Path]) -> (i32, String) {
    ended(&[&[Path::new("verify")], arguments].concat())
}

fn run(folder: &Folder, run: &Value) -> (PathBuf, String) {
    let file = folder.write("run.json", run.to_string());
    let (ok, said) = dosefront(&[Path::new("run"), &file, Path::new("--out"), &folder.0]);
    assert!(ok, "{said}");
    let report = folder.0.join("report.json");
    let text = std::fs::read_to_string(&report).unwrap();
    (report, text)
}

fn run_file(dataset: &Value) -> Value {
    json!({
        "dosefront": 1, "dataset": dataset, "roles": {"cell_type": "cell_type", "condition": "condition", "control": "control"},
        "preprocess": {"max_cells": 200, "genes": {"hvg_seurat": 40}},
        "task": {"predict": {"models": ["mean_shift", {"scgen": {"n_hidden": 8, "n_latent": 2, "epochs": 2}}], "held_out": ["B"]}},
    })
}

#[test]
fn a_saved_run_comes_out_the_same_and_a_changed_one_does_not() {
    let folder = Folder::new("same");
    let (report, text) = run(&folder, &run_file(&json!({"simulated": {"preset": "pbmc-two-condition", "seed": 1}})));
    let (code, said) = verify(&[&report, Path::new("--out"), &folder.0.join("again")]);
    assert!(code == SAME && said.contains("Identical: all "), "{said}");
    let found: Value = serde_json::from_slice(&std::fs::read(folder.0.join("again/comparison.json")).unwrap()).unwrap();
    assert_eq!(found["verdict"], "identical");
    assert!(folder.0.join("again/report.json").exists());

    let mut changed: Value = serde_json::from_str(&text).unwrap();
    changed["results"][1]["metrics"]["edistance"] = json!(1e3);
    let (code, said) = verify(&[&folder.write("changed.json", changed.to_string())]);
    assert!(code == OTHER && said.contains("Different: 1 of"), "{said}");
    let row = said.lines().find(|line| line.contains("edistance")).unwrap();
    assert!(row.contains("1000.0") && row.contains("beyond") && row.contains("scgen, B"), "{row}");
    assert!(said.contains("before: burn 0.22.1, dosefront"), "{said}");

    // A native program promises the same bits on its own machine alone, and says so where it tolerates a difference.
    let number = changed["results"][0]["metrics"]["edistance"].as_f64().unwrap();
    changed["results"] = serde_json::from_str::<Value>(&text).unwrap()["results"].take();
    changed["results"][0]["metrics"]["edistance"] = json!(number * 1.001);
    let (code, said) = verify(&[&folder.write("near.json", changed.to_string())]);
    assert!(
        code == SAME
            && said.contains("Within tolerance: ")
            && said.contains("both were computed by a program that rounds"),
        "{said}"
    );

    // The report in the place of the run file.
    let (ok, said) = dosefront(&[Path::new("run"), &report, Path::new("--out"), &folder.0.join("third")]);
    assert!(ok && said.contains("is a report"), "{said}");
    let third: Value = serde_json::from_slice(&std::fs::read(folder.0.join("third/report.json")).unwrap()).unwrap();
    assert_eq!(third["results"], serde_json::from_str::<Value>(&text).unwrap()["results"]);
}

#[test]
fn data_files_are_checked_and_found_in_the_bundle() {
    let folder = Folder::new("data");
    let data = folder.0.join("pbmc.h5ad");
    for (seed, name) in [("1", "pbmc.h5ad"), ("2", "other.h5ad")] {
        let out = folder.0.join(name);
        let (ok, said) = dosefront(
            &["simulate", "pbmc-two-condition", "--seed", seed, "--out"]
                .map(Path::new)
                .into_iter()
                .chain([out.as_path()])
                .collect::<Vec<_>>(),
        );
        assert!(ok, "{said}");
    }
    let (report, text) = run(&folder, &run_file(&json!({"file": {"name": "pbmc.h5ad", "sha256": ""}})));
    // Beside the report it is found by its name.
    assert_eq!(verify(&[&report]).0, SAME);
    let bundle = bundle_write(&[
        BundleFile { name: "run.dosefront.json".to_owned(), bytes: text.into_bytes() },
        BundleFile { name: "data/pbmc.h5ad".to_owned(), bytes: std::fs::read(&data).unwrap() },
    ]);
    let elsewhere = Folder::new("elsewhere");
    let (code, said) = verify(&[&elsewhere.write("run.zip", bundle.unwrap())]);
    assert!(code == SAME && said.contains("Identical"), "{said}");
    let (code, said) = verify(&[&report, Path::new("--data"), &folder.0.join("other.h5ad")]);
    assert!(code == TROUBLE && said.matches("SHA-256").count() >= 2, "{said}");
    std::fs::remove_file(data).unwrap();
    let (code, said) = verify(&[&report]);
    assert!(code == TROUBLE && said.contains("--data"), "{said}");
}

#[test]
fn what_cannot_be_verified_is_told_with_a_hint() {
    let folder = Folder::new("bad");
    let run = run_file(&json!({"simulated": {"preset": "pbmc-two-condition", "seed": 1}}));
    for (content, word) in [
        (run.to_string(), "without results"),
        ("{".to_owned(), "JSON"),
        (json!({"run": run}).to_string(), "do not belong"),
        ("PK\u{3}\u{4}".to_owned(), "bundle"),
        (run.to_string().replace("\"seed\":1", "\"seed\":1e30"), "9,007,199,254,740,991"),
    ] {
        let (code, said) = verify(&[&folder.write("file.json", &content)]);
        assert!(code == TROUBLE && said.contains(word), "{content}: {said}");
    }
    assert_eq!(verify(&[&folder.0.join("nothing.json")]).0, TROUBLE);
    assert_eq!(verify(&[]).0, TROUBLE);
    // Other commands have one way to fail.
    assert_eq!(ended(&[Path::new("run"), &folder.0.join("nothing.json")]).0, 1);
}
