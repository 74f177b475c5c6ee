use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use serde_json::{Map, Value, json};
use zip::ZipArchive;

use crate::data::{InputFile, MAX_FILE_BYTES, sha256};

use super::stored_zip::stored_zip;
use super::{SavedError, names};

/// The version of the bundle that this program writes.
pub const BUNDLE_VERSION: u64 = 1;

/// A file in a bundle: its name with `/` between folders, and its bytes. The name is the one that the file had, which may be none that
/// can be used as a path.
pub type BundleFile = InputFile;

const MANIFEST: &str = "manifest.json";

/// Packs files into a zip with a manifest: `{"dosefront_bundle": 1, "files": {NAME: {"sha256", "bytes"}}}`. Nothing is compressed:
/// weights and `.h5ad` hardly get smaller. The same files give the same bytes: no time goes in.
///
/// A name that could not be unpacked everywhere, or that is there already, is stored as another one; the manifest keeps what it was
/// (`"name"`), since the order of names is part of what the SHA-256 of several data files means.
///
/// # Errors
/// [`SavedError::NotABundle`] for more than fits into a zip.
pub fn bundle_write(files: &[BundleFile]) -> Result<Vec<u8>, SavedError> {
    let mut taken = BTreeSet::from([MANIFEST.to_owned()]);
    let mut listed = Map::new();
    let mut stored = Vec::with_capacity(files.len());
    for BundleFile { name, bytes } in files {
        let safe = names::safe_and_new(name, &mut taken);
        let mut entry = json!({"sha256": sha256([bytes.as_slice()]), "bytes": bytes.len()});
        if safe != *name {
            entry["name"] = name.as_str().into();
        }
        listed.insert(safe.clone(), entry);
        stored.push((safe, bytes.as_slice()));
    }
    let manifest = json!({"dosefront_bundle": BUNDLE_VERSION, "files": listed}).to_string();
    let mut members: Vec<(&str, &[u8])> = stored.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    members.push((MANIFEST, manifest.as_bytes()));
    stored_zip(&members)
}

/// Unpacks the files that the manifest lists, in order of the names they are stored under; others are left where they are.
///
/// # Errors
/// [`SavedError::NotABundle`] for bytes that are no zip, were cut off, have no manifest that can be read, or names that lead out of a
/// folder; [`SavedError::NewerVersion`]; [`SavedError::BundleFileMissing`] and [`SavedError::BundleFileChanged`].
pub fn bundle_read(bytes: &[u8]) -> Result<Vec<BundleFile>, SavedError> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).or_else(|error| not_a_bundle(error.to_string()))?;
    let mut left = MAX_FILE_BYTES;
    let manifest = match member(&mut zip, MANIFEST, &mut left)? {
        Some(bytes) => serde_json::from_slice::<Value>(&bytes)
            .or_else(|error| not_a_bundle(format!("its {MANIFEST} cannot be read: {error}")))?,
        None => return not_a_bundle(format!("it has no {MANIFEST}")),
    };
    match manifest["dosefront_bundle"].as_u64() {
        Some(1..=BUNDLE_VERSION) => {}
        Some(found) if found > BUNDLE_VERSION => {
            return Err(SavedError::NewerVersion { what: "bundle", found, known: BUNDLE_VERSION });
        }
        _ => return not_a_bundle(format!("its {MANIFEST} is not one of a bundle")),
    }
    let Some(listed) = manifest["files"].as_object() else {
        return not_a_bundle(format!("its {MANIFEST} lists no files"));
    };
    let mut files = Vec::with_capacity(listed.len());
    for (name, entry) in listed {
        check_name(name)?;
        let Some(bytes) = member(&mut zip, name, &mut left)? else {
            return Err(SavedError::BundleFileMissing { name: name.clone() });
        };
        let (expected, found) = (entry["sha256"].as_str().unwrap_or_default(), sha256([bytes.as_slice()]));
        if found != expected {
            return Err(SavedError::BundleFileChanged { name: name.clone(), expected: expected.to_owned(), found });
        }
        files.push(BundleFile { name: name_before(name, entry)?, bytes });
    }
    Ok(files)
}

/// A file of the archive, if it is there; `left` is how many bytes may still be unpacked.
fn member(zip: &mut ZipArchive<Cursor<&[u8]>>, name: &str, left: &mut u64) -> Result<Option<Vec<u8>>, SavedError> {
    let Some(index) = zip.index_for_name(name) else { return Ok(None) };
    let broken =
        |error: String| SavedError::NotABundle { reason: format!("its file {name} cannot be unpacked: {error}") };
    let file = zip.by_index(index).map_err(|error| broken(error.to_string()))?;
    let mut bytes = Vec::new();
    file.take(*left + 1).read_to_end(&mut bytes).map_err(|error| broken(error.to_string()))?;
    match left.checked_sub(bytes.len() as u64) {
        Some(rest) => *left = rest,
        None => return not_a_bundle(format!("it holds more than {} MB", MAX_FILE_BYTES / 1_000_000)),
    }
    Ok(Some(bytes))
}

/// Names are used as paths by whoever unpacks a bundle, so none may lead out of its folder.
fn check_name(name: &str) -> Result<(), SavedError> {
    if names::is_safe(name) {
        return Ok(());
    }
    not_a_bundle(format!("{name:?} is no name of a file within a folder"))
}

/// What a file was called before it got the name it is stored under.
fn name_before(stored: &str, entry: &Value) -> Result<String, SavedError> {
    match &entry["name"] {
        Value::Null => Ok(stored.to_owned()),
        Value::String(name) if names::is_made_of(stored, name) => Ok(name.clone()),
        other => not_a_bundle(format!("its {MANIFEST} says that {stored} was called {other}")),
    }
}

fn not_a_bundle<T>(reason: String) -> Result<T, SavedError> {
    Err(SavedError::NotABundle { reason })
}
