//! Files: the data of a run, and what is written.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use dosefront::data::{self, Dataset, InputFile, Source};

/// Reads a data set from a file or the loose parts of one.
pub fn read(paths: &[PathBuf]) -> Result<Dataset> {
    let mut files = Vec::new();
    for path in paths {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.push(InputFile { name, bytes });
    }
    Ok(data::read(files)?)
}

/// The data that a run file asks for: simulated, or from these files, or from the file of its name beside the run file.
pub fn data_of(source: &Source, run_path: &Path, files: &[PathBuf]) -> Result<Dataset> {
    match (source, files) {
        (Source::Simulated { preset, seed }, []) => Ok(data::simulate(preset, *seed)?),
        (Source::Simulated { .. }, _) => bail!("the run file asks for simulated data, so --data has no place here"),
        (Source::File { name, .. }, []) => read(&[run_path.parent().unwrap_or(Path::new("")).join(name)])
            .context("give the data file with --data FILE"),
        (Source::File { .. }, files) => read(files),
    }
}

/// A text as part of a file's name.
pub fn file_name(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

/// Makes a folder, if it is not there.
pub fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))
}

/// Writes a text and says so.
pub fn write(path: &Path, text: &str) -> Result<()> {
    write_bytes(path, text.as_bytes())
}

/// Writes bytes and says so.
pub fn write_bytes(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    println!("wrote {}", path.display());
    Ok(())
}
