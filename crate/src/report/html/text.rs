//! Text and numbers in HTML.

use crate::chart::number;

/// Text so that HTML shows it as it is, within elements and within quoted attributes.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Control characters are no part of an HTML document.
            c if c.is_control() && !matches!(c, '\n' | '\t') => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

/// A number with about three digits, as text writes it: `0.93`.
pub fn digits(value: f64) -> String {
    let text = number(value);
    match text.strip_prefix('\u{2212}') {
        Some(rest) if rest.starts_with('.') => format!("\u{2212}0{rest}"),
        None if text.starts_with('.') => format!("0{text}"),
        _ => text,
    }
}

/// Text of a figure, whose numbers have no zero before the point (`.93`), with that zero.
pub fn zeros(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        let begins = c == '.' && letters.peek().is_some_and(char::is_ascii_digit);
        if begins && matches!(before, ' ' | '(' | '\u{2212}' | '\u{2013}') {
            whole.push('0');
        }
        whole.push(c);
        before = c;
    }
    whole
}

/// The same, or a dash where nothing is defined.
pub fn digits_or_dash(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map_or("\u{2013}".to_owned(), digits)
}

/// How many decimals numbers that stand in one column are written with: about three digits of the largest, one more where small ones would be
/// lost.
pub fn decimals(values: impl IntoIterator<Item = f64>) -> usize {
    let sizes: Vec<f64> = values.into_iter().map(f64::abs).filter(|size| size.is_finite() && *size > 0.0).collect();
    let largest = sizes.iter().copied().fold(0.0, f64::max);
    let decimals = match largest {
        1000.0.. => 0,
        100.0.. => 1,
        size if size > 1.0 => 2,
        _ => 3,
    };
    let lost = sizes.iter().any(|size| *size < 0.5 * 0.1_f64.powf(decimals as f64));
    if lost { (decimals + 1).min(4) } else { decimals }
}

/// A number with so many decimals.
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let zero = text.chars().all(|c| matches!(c, '0' | '.'));
    if value < 0.0 && !zero { format!("\u{2212}{text}") } else { text }
}

/// `0.93 ± 0.01` with so many decimals, the mean alone, or a dash. A deviation that they do not show has one digit.
pub fn spread(mean: Option<f64>, sd: Option<f64>, decimals: usize) -> String {
    let Some(mean) = mean.filter(|mean| mean.is_finite()) else { return "\u{2013}".to_owned() };
    let text = fixed(mean, decimals);
    let Some(sd) = sd else { return text };
    let own =
        if sd > 0.0 && sd < 0.5 * 0.1_f64.powf(decimals as f64) { (-sd.log10()).ceil() as usize } else { decimals };
    if own > 6 { format!("{text} \u{b1} 0") } else { format!("{text} \u{b1} {}", fixed(sd, own)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_text_and_numbers_have_their_zero() {
        assert_eq!(escape("<b a=\"1\" c='2'>&\u{7}"), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;\u{fffd}");
        assert_eq!([digits(0.934), digits(-0.5), digits(12.34)], ["0.934", "\u{2212}0.5", "12.3"]);
        assert_eq!(
            zeros(".5 to 7.5, best (.978), \u{2212}.1. CD4.1 v2.0."),
            "0.5 to 7.5, best (0.978), \u{2212}0.1. CD4.1 v2.0."
        );
    }

    #[test]
    fn numbers_of_a_column_have_the_same_decimals() {
        assert_eq!([decimals([0.97, 0.3]), decimals([1.0, 0.03]), decimals([11.5, 0.35])], [3, 3, 2]);
        assert_eq!([decimals([224.3, 230.0]), decimals([4000.0]), decimals([0.2, 0.0001])], [1, 0, 4]);
        assert_eq!([fixed(-0.0001, 3), fixed(-0.5, 2)], ["0.000", "\u{2212}0.50"]);
        assert_eq!([spread(Some(0.5), None, 2), spread(Some(0.5), Some(0.25), 2)], ["0.50", "0.50 \u{b1} 0.25"]);
        assert_eq!(spread(Some(0.971), Some(0.00018), 3), "0.971 \u{b1} 0.0002");
        assert_eq!([spread(None, None, 2), spread(Some(1.0), Some(0.0), 1)], ["\u{2013}", "1.0 \u{b1} 0.0"]);
    }
}
