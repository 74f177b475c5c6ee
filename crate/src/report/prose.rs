//! Text with numbered references.

use super::citations::{Citation, citation};
use crate::chart::count;

/// Encloses the keys of a reference in the text of [`Prose::say`].
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// A reference to some works, to be written into a sentence that [`Prose::say`] takes.
pub(super) fn cited(keys: &[&'static str]) -> String {
    if keys.is_empty() { String::new() } else { format!(" {OPEN}{}{CLOSE}", keys.join(",")) }
}

/// A piece of a paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Words.
    Words(String),
    /// Numbers of the works that the words before rest on, from 1.
    Marker(Vec<usize>),
}

/// Paragraphs whose references are numbered in the order in which they come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Prose {
    /// Paragraph by paragraph.
    pub paragraphs: Vec<Vec<Piece>>,
    /// The works, number 1 first.
    pub works: Vec<Citation>,
}

impl Prose {
    /// Begins a paragraph.
    pub fn paragraph(&mut self) {
        self.paragraphs.push(Vec::new());
    }

    /// Adds a sentence, with references made by [`cited`]. Keys that are not known are taken for words, so data cannot refer to
    /// anything by accident.
    pub fn say(&mut self, sentence: &str) {
        let mut pieces = Vec::new();
        let mut rest = sentence;
        while let Some((before, after)) = rest.split_once(OPEN) {
            let Some((keys, after)) = after.split_once(CLOSE) else { break };
            let works: Vec<Citation> = keys.split(',').filter_map(citation).copied().collect();
            pieces.push(Piece::Words(before.to_owned()));
            pieces.push(Piece::Marker(works.into_iter().map(|work| self.number(work)).collect()));
            rest = after;
        }
        pieces.push(Piece::Words(rest.to_owned()));
        if self.paragraphs.is_empty() {
            self.paragraph();
        }
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        if !paragraph.is_empty() {
            paragraph.push(Piece::Words(" ".to_owned()));
        }
        paragraph.extend(pieces.into_iter().filter(|piece| match piece {
            Piece::Words(words) => !words.is_empty(),
            Piece::Marker(works) => !works.is_empty(),
        }));
    }

    fn number(&mut self, work: Citation) -> usize {
        let known = self.works.iter().position(|other| other.key == work.key);
        known.unwrap_or_else(|| {
            self.works.push(work);
            self.works.len() - 1
        }) + 1
    }

    /// The text, with references as `[1, 2]` and an empty line between paragraphs.
    pub fn text(&self) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Marker(works) => {
                let mut works = works.clone();
                works.sort_unstable();
                works.dedup();
                let works: Vec<String> = works.iter().map(ToString::to_string).collect();
                format!("[{}]", works.join(", "))
            }
        };
        let paragraph = |pieces: &Vec<Piece>| pieces.iter().map(piece).collect::<String>();
        self.paragraphs.iter().filter(|pieces| !pieces.is_empty()).map(paragraph).collect::<Vec<_>>().join("\n\n")
    }
}

/// `Mean shift` as it stands within a sentence: `mean shift`. Abbreviations stay (`PCA shift`).
pub(super) fn lower(name: &str) -> String {
    let mut letters = name.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(letters).collect(),
        _ => name.to_owned(),
    }
}

/// `a, b and c`.
pub(super) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `1 cell`, `2 cells`, `12,000 cells`.
pub(super) fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_numbered_as_they_come_and_data_makes_none() {
        let mut prose = Prose::default();
        prose.say(&format!("scVI{} and UMAP{}.", cited(&["scvi"]), cited(&["umap", "scvi"])));
        prose.say(&format!("Again{}, of the file {OPEN}evil{CLOSE}.csv [9].", cited(&["umap"])));
        prose.paragraph();
        prose.say("The end.");
        let text = "scVI [1] and UMAP [1, 2]. Again [2], of the file .csv [9].\n\nThe end.";
        assert_eq!(prose.text(), text);
        assert_eq!(prose.works.iter().map(|work| work.key).collect::<Vec<_>>(), ["scvi", "umap"]);
        let links: Vec<_> = prose.paragraphs[0].iter().filter(|piece| matches!(piece, Piece::Marker(_))).collect();
        assert_eq!(links.len(), 3, "the [9] of the file is no reference");
    }

    #[test]
    fn numbers_and_lists_read_as_words() {
        assert_eq!([counted(1, "cell", "cells"), counted(1234, "cell", "cells")], ["1 cell", "1,234 cells"]);
        assert_eq!([lower("Mean shift"), lower("PCA shift"), lower("")], ["mean shift", "PCA shift", ""]);
        let names = ["a", "b", "c"].map(str::to_owned);
        assert_eq!([listed(&names[..1]), listed(&names[..2]), listed(&names)], ["a", "a and b", "a, b and c"]);
    }
}
