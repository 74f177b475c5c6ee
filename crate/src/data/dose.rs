//! Doses that are written as text: `0.01 ug/kg`, `10uM`, `vehicle`.

use std::collections::BTreeSet;

use super::roles::is_control_word;

/// What the texts of a dose column mean.
pub(super) struct Doses {
    /// One dose per text, `None` where the text is no dose.
    pub values: Vec<Option<f64>>,
    /// The common unit, if the texts name one.
    pub unit: Option<String>,
    /// Texts that are words for the control and were read as zero.
    pub control_words: Vec<String>,
}

/// Reads a number with an optional unit behind it. `None` when the text is something else.
fn number_and_unit(text: &str) -> Option<(f64, String)> {
    let text = text.trim().replace(['µ', 'μ'], "u");
    // The longest prefix that is a number; `1e-3` is one, the `e` of `1 eq` is not.
    let (value, rest) = (1..=text.len())
        .rev()
        .filter(|&end| text.is_char_boundary(end))
        .find_map(|end| text[..end].parse::<f64>().ok().map(|value| (value, &text[end..])))?;
    let unit = rest.trim_start_matches([' ', '_', '-']).trim_end();
    let looks_like_unit = unit.chars().all(|c| c.is_ascii_alphabetic() || c == '/' || c == '%') && unit.len() <= 12;
    (value.is_finite() && value >= 0.0 && looks_like_unit).then(|| (value, unit.to_owned()))
}

/// The power of ten and the base of a unit, e.g. `uM` is -6 and `M`.
fn prefix_of(unit: &str) -> Option<(i32, &str)> {
    const BASES: [&str; 8] = ["M", "g/kg", "g/ml", "g/mL", "g/l", "g/L", "g", "mol"];
    let power = |prefix| match prefix {
        "" => Some(0),
        "m" => Some(-3),
        "u" => Some(-6),
        "n" => Some(-9),
        "p" => Some(-12),
        _ => None,
    };
    BASES.iter().find_map(|base| unit.strip_suffix(base).and_then(power).map(|power| (power, *base)))
}

/// Reads the texts of a dose column. Words for the control are zero. Where the texts have several units of one kind
/// (nM and uM), all are put into the smallest of them; units of different kinds are not understood.
pub(super) fn read_doses(texts: &[String]) -> Doses {
    let mut control_words = Vec::new();
    let read: Vec<Option<(f64, String)>> = texts
        .iter()
        .map(|text| {
            if let Some(read) = number_and_unit(text) {
                return Some(read);
            }
            is_control_word(text).then(|| {
                control_words.push(text.clone());
                (0.0, String::new())
            })
        })
        .collect();
    // A bare zero goes with any unit.
    let units: BTreeSet<&str> =
        read.iter().flatten().filter(|(v, u)| *v != 0.0 || !u.is_empty()).map(|(_, u)| &**u).collect();
    if units.len() <= 1 {
        let unit = units.first().filter(|unit| !unit.is_empty()).map(|unit| (*unit).to_owned());
        return Doses {
            values: read.iter().map(|read| read.as_ref().map(|(value, _)| *value)).collect(),
            unit,
            control_words,
        };
    }
    let prefixes: Option<Vec<(i32, &str)>> = units.iter().map(|unit| prefix_of(unit)).collect();
    let smallest = prefixes
        .filter(|prefixes| prefixes.iter().all(|(_, base)| *base == prefixes[0].1))
        .and_then(|prefixes| prefixes.iter().map(|(power, _)| *power).min());
    let Some(smallest) = smallest else {
        return Doses { values: vec![None; texts.len()], unit: None, control_words };
    };
    let unit =
        units.iter().find(|unit| prefix_of(unit).is_some_and(|(power, _)| power == smallest)).map(|u| (*u).to_owned());
    let values = read
        .iter()
        .map(|read| {
            let (value, unit) = read.as_ref()?;
            if *value == 0.0 {
                return Some(0.0);
            }
            // Through decimal text, because 0.3 * 1e3 is not 300.
            format!("{value}e{}", prefix_of(unit)?.0 - smallest).parse().ok()
        })
        .collect();
    Doses { values, unit, control_words }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str]) -> Doses {
        read_doses(&texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn numbers_with_one_unit_keep_their_values() {
        let doses = read(&["vehicle", "0.01 ug/kg", "30 µg/kg", "1e-3ug/kg", "0"]);
        assert_eq!(doses.values, [Some(0.0), Some(0.01), Some(30.0), Some(1e-3), Some(0.0)]);
        assert_eq!(doses.unit.as_deref(), Some("ug/kg"));
        assert_eq!(doses.control_words, ["vehicle"]);
    }

    #[test]
    fn units_of_one_kind_are_put_into_the_smallest() {
        let doses = read(&["DMSO", "300nM", "0.3uM", "10_uM"]);
        assert_eq!(doses.values, [Some(0.0), Some(300.0), Some(300.0), Some(10_000.0)]);
        assert_eq!(doses.unit.as_deref(), Some("nM"));
    }

    #[test]
    fn what_is_no_dose_is_not_guessed() {
        assert_eq!(read(&["low", "3T3", "1", "-2"]).values, [None, None, Some(1.0), None]);
        assert_eq!(read(&["10 uM", "3 mg/kg"]).values, [None, None]);
    }
}
