use super::SavedError;

/// Sizes and places in a zip are counted in 32 bits.
const MOST_BYTES: u64 = u32::MAX as u64;
/// The number of files in one is counted in 16 bits.
const MOST_FILES: usize = u16::MAX as usize;
/// The first day a zip can tell; so the same files give the same bytes.
const DATE: u16 = (1 << 5) | 1;
/// What a file takes beside its bytes and twice its name: a header before it, and an entry in the directory.
const HEADERS: usize = 30 + 46;
/// The end of the directory.
const END: usize = 22;
/// Version 2.0 of the format, which has folders.
const VERSION: u16 = 20;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;

/// Files without compression as a zip (PKWARE's APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16).
///
/// Written here, because the writer of the zip crate knows every method and would make the engine a tenth of a megabyte larger.
///
/// # Errors
/// [`SavedError::NotABundle`] for more than a zip can hold: 4 GB, 65,535 files.
pub fn stored_zip(files: &[(&str, &[u8])]) -> Result<Vec<u8>, SavedError> {
    let sizes = files.iter().map(|(name, bytes)| bytes.len() + 2 * name.len() + HEADERS);
    let size = sizes.sum::<usize>() + END;
    if size as u64 > MOST_BYTES || files.len() > MOST_FILES || files.iter().any(|(name, _)| name.len() > MOST_FILES) {
        return Err(SavedError::NotABundle { reason: "it would be too large for a zip".to_owned() });
    }
    // All at once: growing would need its size several times over.
    let mut zip = Vec::with_capacity(size);
    let mut directory = Vec::new();
    for &(name, bytes) in files {
        let at = zip.len();
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let mut about = Vec::new();
        for field in [VERSION, FLAGS, 0, 0, DATE] {
            about.extend(field.to_le_bytes());
        }
        for field in [crc.sum(), bytes.len() as u32, bytes.len() as u32] {
            about.extend(field.to_le_bytes());
        }
        about.extend((name.len() as u16).to_le_bytes());
        // No extra field.
        about.extend([0; 2]);

        zip.extend(b"PK\x03\x04");
        zip.extend(&about);
        zip.extend(name.as_bytes());
        zip.extend(bytes);

        directory.extend(b"PK\x01\x02");
        directory.extend(VERSION.to_le_bytes());
        directory.extend(&about);
        // No comment, the first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend((at as u32).to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let at = zip.len() as u32;
    zip.extend(&directory);
    zip.extend(b"PK\x05\x06\0\0\0\0");
    zip.extend([(files.len() as u16).to_le_bytes(); 2].concat());
    zip.extend((directory.len() as u32).to_le_bytes());
    zip.extend(at.to_le_bytes());
    zip.extend([0; 2]);
    Ok(zip)
}
