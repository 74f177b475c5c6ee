//! How wide a text is, without a font: the layout must be the same in a test, on the command line and for an export.

/// Width in CSS pixels of a text at a font size, bold or not. A page hands in the browser's own measure.
pub type Measure<'a> = &'a dyn Fn(&str, f64, bool) -> f64;

/// Advance widths of Arial (and Liberation Sans, which is made to match) for U+0020 to U+007E, in thousandths of an em.
const ADVANCES: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

/// The width of `text` in a font with Arial's proportions, with 4 % to spare for fonts that run a little wider.
#[must_use]
pub fn estimate_width(text: &str, size: f64, bold: bool) -> f64 {
    let thousandths: u32 = text
        .chars()
        .map(|c| match u32::from(c) {
            code @ 0x20..=0x7e => u32::from(ADVANCES[(code - 0x20) as usize]),
            // Chinese, Japanese and Korean characters, emoji, the ellipsis and arrows fill their square.
            0x2026
            | 0x2190..=0x2193
            | 0x1100..=0x11ff
            | 0x2e80..=0xd7ff
            | 0xf900..=0xfaff
            | 0xff00..=0xff60
            | 0x1_f000.. => 1000,
            // Superscript two and the minus sign.
            0xb2 => 333,
            0x2212 => 584,
            _ => 600,
        })
        .sum();
    f64::from(thousandths) / 1000.0 * size * if bold { 1.11 } else { 1.04 }
}

/// `text` shortened with an ellipsis until it is at most `room` wide; one character always stays.
#[must_use]
pub fn shorten(text: &str, room: f64, width: impl Fn(&str) -> f64) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    // Widths grow with length, so the longest prefix that fits is found by halving.
    let (mut fits, mut too_long) = (1, chars.len());
    while fits + 1 < too_long {
        let middle = usize::midpoint(fits, too_long);
        if width(&with_ellipsis(&chars[..middle])) <= room { fits = middle } else { too_long = middle }
    }
    with_ellipsis(&chars[..fits.min(chars.len())])
}

/// `text` shortened in its middle, since long names of cell types often begin alike.
#[must_use]
pub fn shorten_middle(text: &str, room: f64, width: impl Fn(&str) -> f64) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let kept = |n: usize| {
        let tail: String = chars[chars.len() - n / 3..].iter().collect();
        format!("{}{}", with_ellipsis(&chars[..n - n / 3]), tail.trim_start())
    };
    let n = (1..chars.len()).rev().find(|n| width(&kept(*n)) <= room).unwrap_or(1);
    kept(n.min(chars.len()))
}

/// How many bytes the names have in common at their start, up to the end of a word: what need not be read to tell them apart.
#[must_use]
pub fn common_start<'a>(mut names: impl Iterator<Item = &'a str>) -> usize {
    let Some(first) = names.next() else { return 0 };
    let (mut common, mut several) = (first, false);
    for name in names {
        several |= name != first;
        let same = common.char_indices().zip(name.chars()).find(|((_, a), b)| a != b).map(|((at, _), _)| at);
        common = &common[..same.unwrap_or(common.len().min(name.len()))];
    }
    let word = common.char_indices().rev().find(|(_, c)| matches!(c, ' ' | ',' | '_' | '-'));
    if several { word.map_or(0, |(at, c)| at + c.len_utf8()) } else { 0 }
}

fn with_ellipsis(chars: &[char]) -> String {
    let mut text: String = chars.iter().collect();
    text.truncate(text.trim_end().len());
    text.push('…');
    text
}

/// `text` broken at spaces into at most `lines` lines of at most `room`; the last one ends in an ellipsis when words are left.
#[must_use]
pub fn wrap(text: &str, room: f64, lines: usize, width: impl Fn(&str) -> f64) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    let mut line = String::new();
    let words: Vec<&str> = text.split_whitespace().collect();
    for (at, word) in words.iter().enumerate() {
        let longer = if line.is_empty() { (*word).to_owned() } else { format!("{line} {word}") };
        if line.is_empty() || width(&longer) <= room {
            line = longer;
        } else if done.len() + 1 >= lines {
            line = format!("{line} {}", words[at..].join(" "));
            break;
        } else {
            done.push(std::mem::replace(&mut line, (*word).to_owned()));
        }
    }
    if !line.is_empty() {
        done.push(line);
    }
    done.iter().map(|line| shorten(line, room, &width)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn width(text: &str) -> f64 {
        estimate_width(text, 10.0, false)
    }

    #[test]
    fn long_names_end_in_an_ellipsis_and_fit() {
        let name = "CD8-positive, alpha-beta cytotoxic T cell";
        let short = shorten(name, 80.0, width);
        assert!(short.ends_with('…') && short.chars().count() > 8, "{short}");
        assert!(width(&short) <= 80.0);
        assert_eq!(shorten("NK", 80.0, width), "NK");
        assert_eq!(shorten("NK", 1.0, width), "N…");
        assert_eq!(shorten("", 1.0, width), "");
        let middle = shorten_middle(name, 80.0, width);
        assert!(middle.starts_with("CD8-") && middle.ends_with("cell") && width(&middle) <= 80.0, "{middle}");
        assert_eq!(shorten_middle("", 1.0, width), "");
        assert_eq!(shorten_middle("N", 1.0, width), "N…");
    }

    #[test]
    fn a_common_start_ends_with_a_word() {
        let start = |names: &[&str]| common_start(names.iter().copied());
        assert_eq!(start(&["T cell, CD4", "T cell, CD8", "T cell, CD4"]), "T cell, ".len());
        assert_eq!(start(&["Hepatocytes - portal", "Cholangiocytes"]), 0);
        assert_eq!(start(&["T cell", "T cell, CD8"]), "T ".len());
        assert_eq!(start(&["T cell, CD4", "T cell, CD4"]), 0);
        assert_eq!(start(&["α β", "α γ"]), "α ".len());
        assert_eq!(start(&[]), 0);
    }

    #[test]
    fn wrapping_keeps_every_word_while_there_are_lines() {
        let lines = wrap("one two three four", 50.0, 9, width);
        assert_eq!(lines.join(" "), "one two three four");
        assert!(lines.len() > 1 && lines.iter().all(|line| width(line) <= 50.0));
        let cut = wrap("one two three four five six", 50.0, 2, width);
        assert_eq!(cut.len(), 2);
        assert!(cut[1].ends_with('…'));
    }
}
