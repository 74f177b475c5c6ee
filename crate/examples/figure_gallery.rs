//! Writes every sample figure as SVG, narrow to wide, light and dark, to be looked at after a change:
//! `cargo run --example figure_gallery -- FOLDER [PART OF A NAME]`.

#![allow(clippy::unwrap_used, reason = "samples are made as in tests")]

use dosefront::chart::{self, Figure, Theme, estimate_width};

include!("../tests/figures/samples.rs");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let folder = std::path::PathBuf::from(words.next().ok_or("say which folder the pictures go to")?);
    let wanted = words.next().unwrap_or_default();
    std::fs::create_dir_all(&folder)?;
    for (name, json) in samples().into_iter().filter(|(name, _)| name.contains(&wanted)) {
        let figure: Figure = serde_json::from_value(json)?;
        for (side, theme) in [("light", Theme::light()), ("dark", Theme::dark())] {
            for width in [390.0, 700.0, 1200.0] {
                let height = chart::height(&figure, width, &theme, &estimate_width);
                let svg = chart::svg(&figure, width, height, &theme)?;
                std::fs::write(folder.join(format!("{name}-{side}-{width}.svg")), svg)?;
            }
        }
    }
    Ok(())
}
