//! `dosefront report` from the outside.

use std::path::Path;
use std::process::{Command, Output};

use dosefront::report::embedded;

use super::checker::tags;
use super::runs;

fn report(arguments: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dosefront")).arg("report").args(arguments).output().unwrap()
}

#[test]
fn a_saved_run_becomes_a_file_beside_it() {
    let folder = std::env::temp_dir().join(format!("dosefront-report-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (saved, made) = (folder.join("my.run.dosefront.json"), folder.join("my.run.html"));
    std::fs::write(&saved, runs::small_information()).unwrap();
    assert!(report(&[&saved]).status.success());
    let html = std::fs::read_to_string(&made).unwrap();
    assert!(tags(&html).iter().any(|tag| tag.name == "svg"), "a figure drawn from the saved numbers");
    // The report itself is a saved run, too.
    let again = folder.join("again.html");
    assert!(report(&[&made, Path::new("--out"), &again]).status.success());
    assert_eq!(std::fs::read_to_string(&again).unwrap(), html);
    // What cannot be a report is said, with what to do, and writes nothing.
    let bad = folder.join("bad.json");
    std::fs::write(&bad, embedded(&html).unwrap().replacen("\"dosefront\":1", "\"dosefront\":7", 1)).unwrap();
    let output = report(&[&bad]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("error: ") && said.contains("hint: "), "{said}");
    assert!(!folder.join("bad.html").exists());
    std::fs::remove_dir_all(&folder).unwrap();
}
