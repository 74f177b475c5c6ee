//! What stays strong beside a highlight.

/// A highlight among the keys of a figure.
#[derive(Debug, Clone, Copy)]
pub struct Emphasis<'a> {
    key: Option<&'a str>,
}

impl<'a> Emphasis<'a> {
    /// A highlight that no key has does not count: the thing is shown in another figure only, and nothing steps back here.
    pub fn new<'k>(highlight: Option<&'a String>, mut keys: impl Iterator<Item = &'k str>) -> Self {
        Self { key: highlight.map(String::as_str).filter(|wanted| keys.any(|key| key == *wanted)) }
    }

    /// Whether the thing is the highlighted one.
    pub fn meant(&self, key: &str) -> bool {
        self.key == Some(key)
    }

    /// Whether the thing steps back.
    pub fn dimmed(&self, key: &str) -> bool {
        self.key.is_some_and(|highlight| highlight != key)
    }

    /// Whether anything is highlighted.
    pub fn any(&self) -> bool {
        self.key.is_some()
    }

    /// The things' numbers back to front: what steps back lies beneath.
    pub fn order<'k>(&self, keys: impl Iterator<Item = &'k str>) -> Vec<usize> {
        let (mut back, mut front) = (Vec::new(), Vec::new());
        for (at, key) in keys.enumerate() {
            if self.meant(key) { front.push(at) } else { back.push(at) }
        }
        back.append(&mut front);
        back
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_highlight_dims_nothing() {
        let (known, unknown) = ("B".to_owned(), "Cyp1a1".to_owned());
        let emphasis = |key| Emphasis::new(Some(key), ["A", "B", "C"].into_iter());
        assert!(emphasis(&known).dimmed("A") && emphasis(&known).meant("B") && !emphasis(&known).dimmed("B"));
        assert!(!emphasis(&unknown).any() && !emphasis(&unknown).dimmed("A"));
        assert_eq!(emphasis(&known).order(["A", "B", "C"].into_iter()), [0, 2, 1]);
    }
}
