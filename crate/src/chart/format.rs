//! Numbers as a figure writes them.

/// A number with about three significant digits: `.93`, `-1.25`, `12.5`, `310`, `1.2k`, `3.1e-5`; the minus sign is U+2212.
#[must_use]
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return "not defined".into();
    }
    let size = value.abs();
    let text = match size {
        0.0 => "0".into(),
        0.0..0.0001 => exponential(size),
        0.0001..0.1 => plain(size, if size < 0.001 { 5 } else { 4 }),
        0.1..1.0 => plain(size, 3),
        1.0..10.0 => plain(size, 2),
        10.0..100.0 => plain(size, 1),
        100.0..1000.0 => plain(size, 0),
        1e3..1e6 => format!("{}k", plain(size / 1e3, if size < 1e4 { 1 } else { 0 })),
        1e6..1e9 => format!("{}M", plain(size / 1e6, if size < 1e7 { 1 } else { 0 })),
        _ => exponential(size),
    };
    signed(value < 0.0 && text != "0", &text)
}

/// A whole number with thousands separators: `1,234`.
#[must_use]
pub fn count(value: usize) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A tick label: as many decimals as `step` needs, so that the labels of an axis match.
#[must_use]
pub fn tick(value: f64, step: f64) -> String {
    let size = value.abs();
    if size < step * 1e-6 {
        return "0".into();
    }
    let text = if size >= 1e9 || size < 1e-4 {
        exponential(size)
    } else if step >= 1e6 {
        format!("{}M", plain(size / 1e6, decimals(step / 1e6)))
    } else if size >= 1e4 && step >= 100.0 {
        format!("{}k", plain(size / 1e3, decimals(step / 1e3)))
    } else {
        let decimals = decimals(step);
        let text = format!("{size:.decimals$}");
        text.strip_prefix("0.").map_or(text.clone(), |rest| format!(".{rest}"))
    };
    signed(value < 0.0, &text)
}

fn decimals(step: f64) -> usize {
    (0..7)
        .find(|&d| (step * 10f64.powi(d)).fract().abs() < 1e-6 || 1.0 - (step * 10f64.powi(d)).fract() < 1e-6)
        .map_or(7, |d| d as usize)
}

fn signed(negative: bool, text: &str) -> String {
    if negative { format!("\u{2212}{text}") } else { text.to_owned() }
}

/// At most `decimals` decimals, without trailing zeros and without the zero before the point.
fn plain(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    match text.strip_prefix("0.") {
        Some(rest) => format!(".{rest}"),
        None => text.to_owned(),
    }
}

fn exponential(value: f64) -> String {
    let text = format!("{value:.1e}").replace(".0e", "e");
    text.replace("e-", "e\u{2212}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let cases = [
            (0.0, "0"),
            (0.93, ".93"),
            (0.9254, ".925"),
            (-0.9254, "−.925"),
            (1.0, "1"),
            (-1.254, "−1.25"),
            (12.54, "12.5"),
            (310.2, "310"),
            (1234.0, "1.2k"),
            (54_321.0, "54k"),
            (2_500_000.0, "2.5M"),
            (0.0312, ".0312"),
            (0.000_031, "3.1e−5"),
            (f64::NAN, "not defined"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(999), "999");
    }

    #[test]
    fn tick_labels_of_an_axis_match() {
        let labels: Vec<_> = [0.0, 0.25, 0.5, 1.0].iter().map(|v| tick(*v, 0.25)).collect();
        assert_eq!(labels, ["0", ".25", ".50", "1.00"]);
        assert_eq!(tick(-20_000.0, 10_000.0), "−20k");
        assert_eq!(tick(0.1 + 0.2, 0.1), ".3");
        assert_eq!(tick(3.0, 1.0), "3");
    }
}
