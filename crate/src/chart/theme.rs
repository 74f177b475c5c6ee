//! The look of the figures: colours and font, light and dark.

use serde::{Deserialize, Serialize};

use super::colour::Colour;

/// Colours and font of a figure. Every field but `dark` may be left out of the JSON; what is missing comes from
/// [`Theme::light`] or [`Theme::dark`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Partial")]
pub struct Theme {
    /// Whether the paper is dark, which turns the heat map's ramp round.
    pub dark: bool,
    /// Font size of labels in CSS pixels; titles are a little larger, ticks a little smaller.
    pub font_px: f64,
    /// CSS font family list.
    pub font: String,
    /// Text and outlines.
    pub ink: Colour,
    /// Background.
    pub paper: Colour,
    /// Secondary text, points in the background.
    pub muted: Colour,
    /// Grid lines.
    pub grid: Colour,
    /// What the figure is about: the top genes, the held-out cell.
    pub accent: Colour,
    /// Series colours, in order.
    pub palette: Vec<Colour>,
}

impl Theme {
    /// Dark ink on white; every export uses it.
    #[must_use]
    pub fn light() -> Self {
        Self {
            dark: false,
            font_px: 15.0,
            font: "system-ui, -apple-system, \"Segoe UI\", Roboto, \"Liberation Sans\", Arial, sans-serif".into(),
            ink: Colour::hex(0x17_1b20),
            paper: Colour::hex(0xff_ffff),
            muted: Colour::hex(0x5a_636d),
            grid: Colour::hex(0xe1_e5e9),
            accent: Colour::hex(0xe6_9f00),
            palette: [0x00_72b2, 0xd5_5e00, 0x00_9e73, 0xcc_79a7, 0x56_b4e9, 0xe6_9f00].map(Colour::hex).to_vec(),
        }
    }

    /// Pale ink on near-black, with the brighter Okabe-Ito colours first.
    #[must_use]
    pub fn dark() -> Self {
        Self {
            dark: true,
            ink: Colour::hex(0xee_f1f4),
            paper: Colour::hex(0x14_171b),
            muted: Colour::hex(0xa5_aeb8),
            grid: Colour::hex(0x2f_353c),
            palette: [0x56_b4e9, 0xe6_9f00, 0x00_9e73, 0xcc_79a7, 0xf0_e442, 0xd5_5e00].map(Colour::hex).to_vec(),
            ..Self::light()
        }
    }

    /// The colour of the `index`-th series; the palette repeats.
    #[must_use]
    pub fn series(&self, index: usize) -> Colour {
        if self.palette.is_empty() { self.ink } else { self.palette[index % self.palette.len()] }
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self::light()
    }
}

/// A theme as a page writes it, with gaps.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Partial {
    dark: bool,
    font_px: Option<f64>,
    font: Option<String>,
    ink: Option<Colour>,
    paper: Option<Colour>,
    muted: Option<Colour>,
    grid: Option<Colour>,
    accent: Option<Colour>,
    palette: Option<Vec<Colour>>,
}

impl From<Partial> for Theme {
    fn from(given: Partial) -> Self {
        let base = if given.dark { Self::dark() } else { Self::light() };
        Self {
            dark: given.dark,
            font_px: given.font_px.filter(|px| px.is_finite()).unwrap_or(base.font_px).clamp(9.0, 48.0),
            font: given.font.unwrap_or(base.font),
            ink: given.ink.unwrap_or(base.ink),
            paper: given.paper.unwrap_or(base.paper),
            muted: given.muted.unwrap_or(base.muted),
            grid: given.grid.unwrap_or(base.grid),
            accent: given.accent.unwrap_or(base.accent),
            palette: given.palette.filter(|palette| !palette.is_empty()).unwrap_or(base.palette),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_with_gaps_is_filled_from_its_side() {
        let theme: Theme = serde_json::from_str(r##"{"dark": true, "paper": "#000", "font_px": 20}"##).unwrap();
        assert_eq!(theme, Theme { paper: Colour::hex(0), font_px: 20.0, ..Theme::dark() });
        assert!(serde_json::from_str::<Theme>(r#"{"ink": "inky"}"#).unwrap_err().to_string().contains("#rrggbb"));
    }

    #[test]
    fn text_colours_have_contrast_on_their_paper() {
        for theme in [Theme::light(), Theme::dark()] {
            assert!(theme.ink.contrast(theme.paper) > 12.0);
            assert!(theme.muted.contrast(theme.paper) > 5.0);
        }
    }
}
