//! Colours, their text form and their contrast, and the ramp of the heat map.

use serde::{Deserialize, Serialize};

/// An opaque or translucent sRGB colour; its text form is `#rrggbb` (`#rgb`, `rgb(r, g, b)` and `rgba(..)` are read too).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour {
    /// Red, 0 to 255.
    pub r: u8,
    /// Green, 0 to 255.
    pub g: u8,
    /// Blue, 0 to 255.
    pub b: u8,
    /// Opacity, 0 to 1.
    pub alpha: f64,
}

impl Colour {
    /// The opaque colour `0xrrggbb`.
    #[must_use]
    pub const fn hex(rgb: u32) -> Self {
        Self { r: (rgb >> 16) as u8, g: (rgb >> 8) as u8, b: rgb as u8, alpha: 1.0 }
    }

    /// The same colour with another opacity.
    #[must_use]
    pub const fn with_alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }

    /// The opaque colour `share` of the way to `other`, in sRGB.
    #[must_use]
    pub fn mix(self, other: Self, share: f64) -> Self {
        let blend = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
        Self { r: blend(self.r, other.r), g: blend(self.g, other.g), b: blend(self.b, other.b), alpha: 1.0 }
    }

    /// Relative luminance, 0 to 1 (WCAG 2.2).
    #[must_use]
    pub fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let v = f64::from(channel) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.r) + 0.7152 * linear(self.g) + 0.0722 * linear(self.b)
    }

    /// Contrast ratio with another opaque colour, 1 to 21 (WCAG 2.2).
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Near-black or white, whichever reads better on this colour.
    #[must_use]
    pub fn readable_text(self) -> Self {
        let (dark, light) = (Self::hex(0x10_1418), Self::hex(0xff_ffff));
        if self.contrast(dark) >= self.contrast(light) { dark } else { light }
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(digits) = text.strip_prefix('#') {
            let value = u32::from_str_radix(digits, 16).ok()?;
            return match digits.len() {
                3 => Some(Self::hex(
                    ((value >> 8) & 0xf) * 0x11_0000 + ((value >> 4) & 0xf) * 0x1100 + (value & 0xf) * 0x11,
                )),
                6 => Some(Self::hex(value)),
                8 => Some(Self::hex(value >> 8).with_alpha(f64::from(value & 0xff) / 255.0)),
                _ => None,
            };
        }
        let inside = text.strip_prefix("rgba(").or_else(|| text.strip_prefix("rgb("))?.strip_suffix(')')?;
        let parts: Vec<f64> = inside
            .split(|c: char| c == ',' || c == '/' || c.is_whitespace())
            .filter(|part| !part.is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()
            .ok()?;
        let channel = |v: f64| v.clamp(0.0, 255.0).round() as u8;
        match parts[..] {
            [r, g, b] => Some(Self { r: channel(r), g: channel(g), b: channel(b), alpha: 1.0 }),
            [r, g, b, a] => Some(Self { r: channel(r), g: channel(g), b: channel(b), alpha: a.clamp(0.0, 1.0) }),
            _ => None,
        }
    }
}

impl TryFrom<String> for Colour {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("\"{text}\" is not a colour: write it as #rrggbb"))
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        format!("#{:02x}{:02x}{:02x}", colour.r, colour.g, colour.b)
    }
}

/// Ten samples of matplotlib's `viridis` (Smith and van der Walt, 2015): even in lightness, readable with every
/// common colour blindness and in grey.
const VIRIDIS: [u32; 10] =
    [0x44_0154, 0x48_2878, 0x3e_4989, 0x31_688e, 0x26_828e, 0x1f_9e89, 0x35_b779, 0x6d_cd59, 0xb4_de2c, 0xfd_e725];

/// The colour of `share` (0 to 1) on the heat map's ramp. Small values lie near the background: pale on a light
/// page, dark on a dark one.
#[must_use]
pub fn ramp(share: f64, dark: bool) -> Colour {
    let share = if dark { share } else { 1.0 - share }.clamp(0.0, 1.0);
    let at = share * (VIRIDIS.len() - 1) as f64;
    let below = (at.floor() as usize).min(VIRIDIS.len() - 2);
    Colour::hex(VIRIDIS[below]).mix(Colour::hex(VIRIDIS[below + 1]), at - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_css_forms_a_page_hands_over_are_read() {
        assert_eq!(Colour::parse("#0af"), Some(Colour::hex(0x00_aaff)));
        assert_eq!(Colour::parse(" #0072B2 "), Some(Colour::hex(0x00_72b2)));
        assert_eq!(Colour::parse("rgb(0, 114, 178)"), Some(Colour::hex(0x00_72b2)));
        assert_eq!(Colour::parse("rgb(0 114 178 / .5)"), Some(Colour::hex(0x00_72b2).with_alpha(0.5)));
        assert_eq!(Colour::parse("tomato"), None);
        assert_eq!(Colour::parse("#12"), None);
    }

    #[test]
    fn text_on_every_step_of_the_ramp_has_contrast() {
        for step in 0..=100 {
            let cell = ramp(f64::from(step) / 100.0, false);
            assert!(cell.contrast(cell.readable_text()) >= 4.4, "step {step}");
        }
    }
}
