use std::collections::BTreeSet;
use std::io::{Cursor, Read, Write};

use dosefront::run::saved::{BundleFile, bundle_read, bundle_write};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

fn file(name: &str, bytes: &[u8]) -> BundleFile {
    BundleFile { name: name.to_owned(), bytes: bytes.to_vec() }
}

fn files() -> Vec<BundleFile> {
    let weights: Vec<u8> = (0..5000_u32).flat_map(u32::to_le_bytes).collect();
    vec![
        file("details.json", b"{}"),
        file("predictions.h5ad", b""),
        file("run.dosefront.json", super::report().to_string().as_bytes()),
        file("weights/scgen_B.safetensors", &weights),
    ]
}

/// The members of a zip, each through `change`, which may drop it.
fn rezip(bytes: &[u8], mut change: impl FnMut(String, Vec<u8>) -> Option<(String, Vec<u8>)>) -> Vec<u8> {
    let mut old = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..old.len() {
        let mut member = old.by_index(i).unwrap();
        let (name, mut content) = (member.name().unwrap().into_owned(), Vec::new());
        member.read_to_end(&mut content).unwrap();
        if let Some((name, content)) = change(name, content) {
            new.start_file(name, SimpleFileOptions::default()).unwrap();
            new.write_all(&content).unwrap();
        }
    }
    new.finish().unwrap().into_inner()
}

fn with_manifest(change: impl Fn(&mut Value)) -> Vec<u8> {
    rezip(&bundle_write(&files()).unwrap(), |name, content| {
        if name != "manifest.json" {
            return Some((name, content));
        }
        let mut manifest = serde_json::from_slice(&content).unwrap();
        change(&mut manifest);
        Some((name, manifest.to_string().into_bytes()))
    })
}

fn refused(bytes: &[u8]) -> (&'static str, String) {
    let error = bundle_read(bytes).unwrap_err();
    assert!(error.hint().len() > 20);
    (error.code(), error.to_string())
}

#[test]
fn what_goes_in_comes_out_and_the_same_files_give_the_same_bytes() {
    let bytes = bundle_write(&files()).unwrap();
    assert_eq!(bundle_read(&bytes).unwrap(), files());
    assert_eq!(bundle_write(&files()).unwrap(), bytes);
    assert!(bundle_read(&bundle_write(&[]).unwrap()).unwrap().is_empty());
    // Any program can open it, and a bundle that another program has packed opens.
    assert_eq!(ZipArchive::new(Cursor::new(&bytes)).unwrap().len(), files().len() + 1);
    assert_eq!(bundle_read(&rezip(&bytes, |name, content| Some((name, content)))).unwrap(), files());
}

#[test]
fn a_file_that_is_swapped_or_gone_is_named() {
    let bytes = bundle_write(&files()).unwrap();
    let swapped = rezip(&bytes, |name, mut content| {
        if name.starts_with("weights") {
            content[17] ^= 1;
        }
        Some((name, content))
    });
    let (code, message) = refused(&swapped);
    assert_eq!(code, "bundle_file_changed");
    assert!(message.contains("weights/scgen_B.safetensors"), "{message}");
    let gone = rezip(&bytes, |name, content| (name != "predictions.h5ad").then_some((name, content)));
    let (code, message) = refused(&gone);
    assert_eq!(code, "bundle_file_missing");
    assert!(message.contains("predictions.h5ad"), "{message}");
    // Renamed, so it is there and nobody vouches for it.
    let renamed = rezip(&bytes, |name, content| Some((name.replace("details", "notes"), content)));
    assert_eq!(refused(&renamed).0, "bundle_file_missing");
}

#[test]
fn a_bundle_that_is_cut_or_damaged_anywhere_is_refused() {
    let bytes = bundle_write(&files()).unwrap();
    for end in (0..bytes.len()).step_by(97) {
        assert!(["not_a_bundle", "bundle_file_changed"].contains(&refused(&bytes[..end]).0), "cut at {end}");
    }
    for at in (0..bytes.len()).step_by(41) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        // Some bytes say nothing, such as those of the time; none may give other files.
        if let Ok(read) = bundle_read(&damaged) {
            assert_eq!(read, files(), "byte {at}");
        }
    }
    assert_eq!(refused(b"{\"run\": {}}").0, "not_a_bundle");
}

#[test]
fn a_wrong_manifest_is_refused() {
    let none =
        rezip(&bundle_write(&files()).unwrap(), |name, content| (name != "manifest.json").then_some((name, content)));
    let cases = [
        (none, "not_a_bundle", "manifest.json"),
        (with_manifest(|manifest| *manifest = json!([1])), "not_a_bundle", "manifest.json"),
        (with_manifest(|manifest| manifest["dosefront_bundle"] = json!(2)), "newer_version", "version 2"),
        (with_manifest(|manifest| manifest["dosefront_bundle"] = json!("1")), "not_a_bundle", "manifest.json"),
        (with_manifest(|manifest| manifest["files"] = json!(null)), "not_a_bundle", "no files"),
        (
            with_manifest(|manifest| manifest["files"]["details.json"] = json!(null)),
            "bundle_file_changed",
            "details.json",
        ),
        (with_manifest(|manifest| manifest["files"]["../evil"] = json!({})), "not_a_bundle", "../evil"),
    ];
    for (bytes, code, word) in cases {
        let (found, message) = refused(&bytes);
        assert_eq!(found, code, "{message}");
        assert!(message.contains(word), "{message} should name {word}");
    }
}

const ODD: [&str; 11] = ["", "/a", "../a", "a/../../b", "a//b", "a\\b", "C:a", "./a", "a/", "a\nb", "data/ab:cd.csv"];

#[test]
fn a_bundle_whose_names_lead_elsewhere_is_refused() {
    for name in ODD {
        let bytes = with_manifest(|manifest| manifest["files"][name] = json!({}));
        let (code, message) = refused(&bytes);
        assert!(code == "not_a_bundle" && message.contains("no name of a file"), "{name:?}: {message}");
    }
}

#[test]
fn any_name_and_any_name_twice_is_stored_safely_and_comes_back() {
    // Files of one name, of one name but for what cannot be in one, and one that is called as the manifest is.
    let twice = ["manifest.json", "data/x.csv", "data/x.csv", "data/X.csv", "data/x:y.csv", "data/x\\y.csv"];
    let names: Vec<&str> = twice.into_iter().chain(ODD).collect();
    let files: Vec<_> = names.iter().enumerate().map(|(i, name)| file(name, &[i as u8])).collect();
    let bytes = bundle_write(&files).unwrap();
    assert_eq!(bundle_write(&files).unwrap(), bytes);
    let mut read = bundle_read(&bytes).unwrap();
    read.sort_by(|a, b| a.bytes.cmp(&b.bytes));
    assert_eq!(read, files);
    let zip = ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let stored: BTreeSet<String> = zip.file_names().map(|name| name.unwrap().to_lowercase()).collect();
    assert_eq!(stored.len(), files.len() + 1);
    for name in &stored {
        assert!(name.split('/').all(|part| !["", ".", ".."].contains(&part)), "{name}");
        assert!(!name.contains(['\\', ':', '\n']), "{name}");
    }
}

#[test]
fn data_in_parts_keep_the_order_that_their_sum_is_of() {
    // Between these two, ':' sorts after '.', and what stands for it need not.
    let parts = [file("data/b.mtx", b"1"), file("data/b:a.mtx", b"2")];
    let mut read = bundle_read(&bundle_write(&parts).unwrap()).unwrap();
    read.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(read, parts);
}

#[test]
fn a_manifest_cannot_give_a_file_the_name_of_another() {
    for name in [json!("run.dosefront.json"), json!("data/../details.json"), json!(7), json!({})] {
        let bytes = with_manifest(|manifest| manifest["files"]["details.json"]["name"] = name.clone());
        let (code, message) = refused(&bytes);
        assert!(code == "not_a_bundle" && message.contains("details.json was called"), "{message}");
    }
}
