//! Names of files in a bundle. Whoever unpacks one uses them as paths, on whatever system.

use std::collections::BTreeSet;

/// What cannot be in a name here or on another system.
const ODD: [char; 8] = ['\\', ':', '*', '?', '"', '<', '>', '|'];

/// Whether a name can be unpacked without leading out of its folder: `/` between folders, each with a name of its own.
pub(super) fn is_safe(name: &str) -> bool {
    let odd = |c: char| c.is_control() || c == '\\' || c == ':';
    name.split('/').all(is_part) && !name.contains(odd)
}

fn is_part(part: &str) -> bool {
    !part.is_empty() && part != "." && part != ".."
}

/// The same name without what cannot be in one: `data/a:b.csv` is `data/a_b.csv`.
pub(super) fn safe(name: &str) -> String {
    let part = |part: &str| {
        let part: String = part.chars().map(|c| if c.is_control() || ODD.contains(&c) { '_' } else { c }).collect();
        if is_part(&part) { part } else { "_".to_owned() }
    };
    name.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// A safe name that is not among those that are taken, which it joins; systems that do not tell `A` from `a` are thought of.
pub(super) fn safe_and_new(name: &str, taken: &mut BTreeSet<String>) -> String {
    let safe = safe(name);
    let mut new = safe.clone();
    let mut number = 1;
    while !taken.insert(new.to_lowercase()) {
        number += 1;
        let (stem, ending) = split(&safe);
        new = format!("{stem}_{number}{ending}");
    }
    new
}

/// Whether [`safe_and_new`] could have made the first name of the second.
pub(super) fn is_made_of(stored: &str, name: &str) -> bool {
    let safe = safe(name);
    let (stem, ending) = split(&safe);
    let number = |rest: &str| Some(rest.strip_suffix(ending)?.strip_prefix('_')?.to_owned());
    let numbered = stored.strip_prefix(stem).and_then(number);
    stored == safe || numbered.is_some_and(|number| !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit()))
}

/// A name before and from the last dot of its last part.
fn split(name: &str) -> (&str, &str) {
    let last = name.rfind('/').map_or(0, |at| at + 1);
    // A dot in front begins a name, and no ending.
    let dot = name[last..].rfind('.').filter(|at| *at > 0);
    name.split_at(dot.map_or(name.len(), |at| last + at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_get_safe_stay_apart_and_are_known_again() {
        let names = [
            "a.csv",
            "A.csv",
            "data/x:y.csv",
            "data/x\\y.csv",
            "..",
            "/a//b",
            "",
            ".hidden",
            ".hidden",
            "a",
            "a",
            "a\tb",
        ];
        let expected = [
            "a.csv",
            "A_2.csv",
            "data/x_y.csv",
            "data/x_y_2.csv",
            "_",
            "_/a/_/b",
            "__2",
            ".hidden",
            ".hidden_2",
            "a",
            "a_2",
            "a_b",
        ];
        let mut taken = BTreeSet::new();
        for (name, expected) in names.into_iter().zip(expected) {
            let stored = safe_and_new(name, &mut taken);
            assert_eq!(stored, expected);
            assert!(is_safe(&stored) && is_made_of(&stored, name), "{name}");
        }
        for (stored, name) in
            [("data/x.csv", "run.dosefront.json"), ("a_.csv", "a.csv"), ("a_2.csv", "b.csv"), ("a_2", "a.csv")]
        {
            assert!(!is_made_of(stored, name), "{stored} of {name}");
        }
    }
}
