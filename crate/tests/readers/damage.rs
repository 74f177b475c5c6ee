//! Damaged files end in an error, never in a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dosefront::data::{InputFile, read};

use crate::{fixture, input, unpacked};

/// Reads, and reports a panic with what caused it.
fn survives(what: &str, file: InputFile) {
    let result = catch_unwind(AssertUnwindSafe(|| read(vec![file]).map(|dataset| dataset.n_cells())));
    assert!(result.is_ok(), "panicked on {what}");
}

/// Numbers that look random and are the same in every run (Marsaglia's xorshift).
fn scramble(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

fn files() -> Vec<(&'static str, Vec<u8>)> {
    let mut files: Vec<(&str, Vec<u8>)> =
        ["csr.h5ad", "csc_lzf.h5ad", "dense_gzip.h5ad", "anndata_0_7.h5ad", "anndata_0_6.h5ad", "scaled_and_raw.h5ad"]
            .map(|name| (name, unpacked(name)))
            .to_vec();
    files.extend(["tenx_v3.h5", "tenx_v2.h5", "tenx_mtx.zip"].map(|name| (name, fixture(name).bytes)));
    files
}

#[test]
fn cut_at_many_lengths() {
    for (name, bytes) in files() {
        let step = (bytes.len() / 97).max(1);
        for length in (0..bytes.len()).step_by(step) {
            survives(&format!("{name} cut at {length}"), input(name, &bytes[..length]));
        }
        // With the promised size corrected, the readers get to the parts that are missing.
        if bytes.starts_with(b"\x89HDF") && bytes[8] == 0 {
            for length in (2000..bytes.len()).step_by(step) {
                let mut cut = bytes[..length].to_vec();
                cut[40..48].copy_from_slice(&(length as u64).to_le_bytes());
                survives(&format!("{name} cut at {length}, header corrected"), input(name, cut));
            }
        }
    }
}

#[test]
fn with_bytes_flipped() {
    let rounds: u64 = std::env::var("DOSEFRONT_FUZZ").ok().and_then(|n| n.parse().ok()).unwrap_or(150);
    for (name, bytes) in files() {
        // The zeros between the parts are of no interest: most changes go where something is.
        let places: Vec<usize> = (0..bytes.len()).filter(|&i| bytes[i] != 0).collect();
        for round in 0..rounds {
            let mut state = (round + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let mut damaged = bytes.clone();
            for _ in 0..=(round % 4) {
                let place = places[scramble(&mut state) as usize % places.len()];
                damaged[place] = match scramble(&mut state) % 4 {
                    0 => 0xff,
                    1 => 0,
                    _ => scramble(&mut state) as u8,
                };
            }
            survives(&format!("{name}, round {round}"), input(name, damaged));
        }
    }
}

#[test]
fn text_with_bytes_flipped() {
    let table = b"cell,cell_type,dose,A,B\nc1,\"T, naive\",0.01,1,0\nc2,B,0,0,2\n".repeat(3);
    for round in 0..400_u64 {
        let mut state = (round + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut damaged = table.clone();
        for _ in 0..=(round % 5) {
            let place = scramble(&mut state) as usize % damaged.len();
            damaged[place] = scramble(&mut state) as u8;
        }
        survives(&format!("table, round {round}"), input("x.csv", damaged));
    }
}
