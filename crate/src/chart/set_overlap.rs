//! What several sets share: bars of exclusive intersections over a matrix of dots (UpSet, Lex et al. 2014).

use serde::{Deserialize, Serialize};

use super::figure::Picture;
use super::format::count;
use super::measure::Measure;
use super::overlap_matrix;
use super::sketch::Sketch;
use super::table::Table;
use super::theme::Theme;

/// Sets and their exclusive intersections.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SetOverlap {
    /// A heading; none when empty.
    #[serde(default)]
    pub title: String,
    /// The sets, top to bottom.
    pub sets: Vec<OverlapSet>,
    /// What is in exactly these sets and no other, in the order in which they are drawn (largest first).
    pub intersections: Vec<Intersection>,
    /// What is counted, e.g. `response genes`.
    #[serde(default)]
    pub unit: String,
    /// The key of the set that stays strong while the others step back.
    #[serde(default)]
    pub highlight: Option<String>,
}

/// One set.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OverlapSet {
    /// Its name, e.g. a cell type.
    pub name: String,
    /// A stable name of the same thing in every figure; the name when empty.
    #[serde(default)]
    pub key: String,
    /// How many things it holds.
    pub size: usize,
}

/// What some sets share and no other has.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Intersection {
    /// Numbers of the sets.
    pub members: Vec<usize>,
    /// How many things are in all of them and in no other set.
    pub size: usize,
    /// Some of them by name, best first.
    #[serde(default)]
    pub examples: Vec<String>,
}

impl OverlapSet {
    /// See the field of that name.
    #[must_use]
    pub fn key(&self) -> &str {
        if self.key.is_empty() { &self.name } else { &self.key }
    }
}

impl SetOverlap {
    fn empty(&self) -> bool {
        self.sets.is_empty() || self.intersections.iter().all(|intersection| intersection.size == 0)
    }

    pub(super) fn unit(&self) -> &str {
        if self.unit.is_empty() { "things" } else { &self.unit }
    }

    /// The names of the sets of an intersection, `A and B`.
    pub(super) fn names(&self, intersection: &Intersection) -> String {
        let names: Vec<&str> = intersection.members.iter().map(|set| self.sets[*set].name.as_str()).collect();
        match &names[..] {
            [] => "no set".into(),
            [only] => (*only).to_owned(),
            [first @ .., last] => format!("{} and {last}", first.join(", ")),
        }
    }
}

impl Picture for SetOverlap {
    fn check(&self) -> Result<(), String> {
        let n = self.sets.len();
        for (at, intersection) in self.intersections.iter().enumerate() {
            if let Some(set) = intersection.members.iter().find(|set| **set >= n) {
                return Err(format!("set number {set} in intersection {at}, but there are {n} sets"));
            }
        }
        Ok(())
    }

    fn height(&self, width: f64, theme: &Theme, measure: Measure) -> f64 {
        if self.empty() {
            return 160.0;
        }
        overlap_matrix::height(self, &mut Sketch::new(width, 1000.0, theme, measure))
    }

    fn lay_out(&self, sketch: &mut Sketch) {
        let top = sketch.title(&self.title);
        if self.empty() {
            sketch.sentence(&format!("No {} to compare.", self.unit()));
            return;
        }
        overlap_matrix::draw(self, sketch, top);
    }

    fn summary(&self) -> String {
        let what = if self.title.is_empty() { "Shared and own" } else { &self.title };
        if self.empty() {
            return format!("{what}: no {} to compare.", self.unit());
        }
        let largest: Vec<String> = self
            .intersections
            .iter()
            .take(3)
            .map(|intersection| {
                let only = if intersection.members.len() == 1 { "only in" } else { "in exactly" };
                format!("{} {only} {}", count(intersection.size), self.names(intersection))
            })
            .collect();
        format!("{what}: {} sets of {}; {}.", self.sets.len(), self.unit(), largest.join("; "))
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["sets", "number of sets", self.unit(), "examples"]);
        for intersection in &self.intersections {
            table.rows.push(vec![
                self.names(intersection).as_str().into(),
                intersection.members.len().into(),
                intersection.size.into(),
                intersection.examples.join(" ").as_str().into(),
            ]);
        }
        table
    }
}
