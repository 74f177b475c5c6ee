//! What a file is, from its first bytes, and the unpacking of archives.

use std::io::{BufRead, BufReader, Cursor, Read};

use flate2::read::MultiGzDecoder;

use super::{InputFile, ReadError, limits};

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// An HDF5 file, not compressed as a whole.
    Hdf5,
    /// Matrix Market text.
    Mtx,
    /// Other text.
    Text,
}

/// Bytes looked at to tell what a file is.
const HEAD: u64 = 4096;

/// Whether the bytes are compressed with gzip.
fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// The text of a file, unpacked on the way.
pub(super) fn reader(file: &InputFile) -> Box<dyn BufRead + '_> {
    if is_gzip(&file.bytes) {
        // The limit stops a small file that unpacks to something endless.
        Box::new(BufReader::new(MultiGzDecoder::new(file.bytes.as_slice()).take(limits::MAX_FILE_BYTES)))
    } else {
        Box::new(Cursor::new(file.bytes.as_slice()))
    }
}

/// The first bytes of a file, unpacked.
pub(super) fn head(file: &InputFile) -> Result<Vec<u8>, ReadError> {
    let mut head = Vec::new();
    let read = reader(file).take(HEAD).read_to_end(&mut head);
    match read {
        Ok(_) => Ok(head),
        // What came before a damaged place is enough to tell the kind; the reader reports the place.
        Err(_) if head.len() > 64 => Ok(head),
        Err(error) => Err(broken_archive(&file.name, &error)),
    }
}

pub(super) fn broken_archive(name: &str, error: &dyn std::fmt::Display) -> ReadError {
    ReadError::BrokenArchive { name: name.to_owned(), reason: error.to_string() }
}

/// Replaces archives (zip, tar, gzip of HDF5 or tar) by what is in them.
///
/// # Errors
/// When one cannot be unpacked or would be too large, is empty, or holds nothing.
pub(super) fn unpack(files: Vec<InputFile>) -> Result<Vec<InputFile>, ReadError> {
    let mut all = Vec::new();
    for mut file in files {
        if is_gzip(&file.bytes) {
            let head = head(&file)?;
            if hdf5_pure::is_hdf5_bytes(&head) || head.starts_with(b"PK\x03\x04") || is_tar(&head) {
                let bytes = gunzip(&file)?;
                file = InputFile { name: without(&file.name, ".gz").to_owned(), bytes };
            }
        }
        if file.bytes.starts_with(b"PK\x03\x04") {
            all.extend(unzip(file)?);
        } else if is_tar(&file.bytes) {
            all.extend(untar(&file)?);
        } else {
            all.push(file);
        }
    }
    Ok(all)
}

/// The name without an ending, whatever its case.
pub(super) fn without<'a>(name: &'a str, ending: &str) -> &'a str {
    let at = name.len().saturating_sub(ending.len());
    match (name.get(..at), name.get(at..)) {
        (Some(stem), Some(end)) if end.eq_ignore_ascii_case(ending) => stem,
        _ => name,
    }
}

fn gunzip(file: &InputFile) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    let limit = limits::MAX_FILE_BYTES + 1;
    let read = MultiGzDecoder::new(file.bytes.as_slice()).take(limit).read_to_end(&mut bytes);
    read.map_err(|error| broken_archive(&file.name, &error))?;
    limits::check_file(&file.name, bytes.len() as u64)?;
    Ok(bytes)
}

/// Names of files that archives carry along and nobody means.
fn is_clutter(path: &str) -> bool {
    let base = path.rsplit('/').next().unwrap_or(path);
    base.is_empty() || base.starts_with('.') || path.starts_with("__MACOSX/") || base.eq_ignore_ascii_case("readme.txt")
}

fn unzip(file: InputFile) -> Result<Vec<InputFile>, ReadError> {
    let InputFile { name, bytes } = file;
    let broken = |error: &dyn std::fmt::Display| broken_archive(&name, error);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes.as_slice())).map_err(|e| broken(&e))?;
    let mut members = Vec::new();
    let mut left = limits::MAX_FILE_BYTES;
    for i in 0..archive.len() {
        let member = archive.by_index(i).map_err(|e| broken(&e))?;
        let path = member.name().map_err(|e| broken(&e))?.into_owned();
        if path == "[Content_Types].xml" {
            return Err(unknown(&name, "an Office document; save the sheet as .csv"));
        }
        if member.is_dir() || is_clutter(&path) {
            continue;
        }
        limits::check_file(&name, (limits::MAX_FILE_BYTES - left).saturating_add(member.size()))?;
        let mut bytes = Vec::new();
        member.take(left + 1).read_to_end(&mut bytes).map_err(|e| broken(&e))?;
        left = left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| ReadError::FileTooLarge { name: name.clone(), bytes: limits::MAX_FILE_BYTES + 1 })?;
        members.push(InputFile { name: path, bytes });
    }
    not_empty(&name, members)
}

fn not_empty(name: &str, members: Vec<InputFile>) -> Result<Vec<InputFile>, ReadError> {
    if members.is_empty() { Err(unknown(name, "an archive without any file")) } else { Ok(members) }
}

fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}

/// Members of a tar archive; 10x Genomics offers its matrices as `.tar.gz`.
fn untar(file: &InputFile) -> Result<Vec<InputFile>, ReadError> {
    const BLOCK: usize = 512;
    let mut members = Vec::new();
    let mut at = 0;
    while let Some(header) = file.bytes.get(at..at + BLOCK) {
        if header.iter().all(|&byte| byte == 0) {
            break;
        }
        let text = |from: usize, to: usize| {
            let field = header[from..to].split(|&byte| byte == 0).next().unwrap_or_default();
            String::from_utf8_lossy(field).trim().to_owned()
        };
        let size = usize::from_str_radix(&text(124, 136), 8)
            .map_err(|_| broken_archive(&file.name, &"a member of the tar archive has no valid size"))?;
        let start = at + BLOCK;
        let content = start.checked_add(size).and_then(|end| file.bytes.get(start..end));
        let content = content.ok_or_else(|| broken_archive(&file.name, &"the tar archive ends within a member"))?;
        let name = text(0, 100);
        // Type 0 (or NUL) is a plain file.
        if matches!(header[156], b'0' | 0) && !is_clutter(&name) {
            members.push(InputFile { name, bytes: content.to_vec() });
        }
        at = start + size.div_ceil(BLOCK) * BLOCK;
    }
    not_empty(&file.name, members)
}

pub(super) fn unknown(name: &str, found: &str) -> ReadError {
    ReadError::UnknownFileType { name: name.to_owned(), found: found.to_owned() }
}

/// Tells what an unpacked file is.
///
/// # Errors
/// When it is empty or nothing that can be read.
pub(super) fn content(file: &InputFile) -> Result<Content, ReadError> {
    if file.bytes.is_empty() {
        return Err(ReadError::EmptyFile { name: file.name.clone() });
    }
    if hdf5_pure::is_hdf5_bytes(&file.bytes) {
        return Ok(Content::Hdf5);
    }
    let stem = without(&file.name, ".gz");
    if [".h5ad", ".h5", ".hdf5"].iter().any(|ending| without(stem, ending).len() < stem.len()) {
        return Err(ReadError::NotHdf5 { name: file.name.clone() });
    }
    let head = head(file)?;
    if head.is_empty() {
        return Err(ReadError::EmptyFile { name: file.name.clone() });
    }
    if head.starts_with(b"%%MatrixMarket") {
        return Ok(Content::Mtx);
    }
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        return Err(unknown(&file.name, "text in UTF-16; save it as UTF-8"));
    }
    let start: Vec<u8> = head.iter().take(64).map(u8::to_ascii_lowercase).collect();
    let start = start.trim_ascii_start();
    if start.starts_with(b"<!doctype") || start.starts_with(b"<html") || start.starts_with(b"<?xml") {
        return Err(unknown(&file.name, "a web page, perhaps saved in the place of a download"));
    }
    if start.starts_with(b"{") || start.starts_with(b"[") {
        return Err(unknown(&file.name, "JSON"));
    }
    if head.starts_with(b"RDX") || head.starts_with(b"X\n\0") {
        return Err(unknown(&file.name, "an R data file; write it as .h5ad from R with zellkonverter::writeH5AD"));
    }
    if head.contains(&0) {
        return Err(unknown(&file.name, "binary data without a signature that is known here"));
    }
    Ok(Content::Text)
}
