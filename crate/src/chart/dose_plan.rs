//! What the panels of a [`DoseResponse`] have in common: looks of the lines, legend, margins.

use super::colour::Colour;
use super::dose_response::{DoseLine, DosePanel, DoseResponse};
use super::emphasis::Emphasis;
use super::facets;
use super::gaps::finite;
use super::legend::{Sample, legend};
use super::scene::HAlign;
use super::sketch::{Ink, Sketch};

/// More lines than this are grey with names at their ends: colours would repeat.
const FEW: usize = 8;

/// The same for lines that all matter: six colours, solid and dashed, with seven markers.
const DISTINCT: usize = 12;

/// Most names at the ends of many lines.
const NAMED: usize = 6;

/// Narrowest panel, in label sizes.
const LEAST: f64 = 17.0;

/// How a line looks.
#[derive(Clone, Copy)]
pub struct Look {
    pub colour: Colour,
    pub glyph: usize,
    pub dashed: bool,
    pub width: f64,
    pub strong: bool,
}

/// What all panels of a figure have in common.
pub struct Plan<'a> {
    pub figure: &'a DoseResponse,
    /// (key, name) in order of appearance.
    pub keys: Vec<(&'a str, &'a str)>,
    pub emphasis: Emphasis<'a>,
    pub columns: usize,
    /// Lines of headings and of axis names above each plot.
    pub heads: f64,
    pub y_names: f64,
    /// Height of the strip of EC50 values under each plot.
    pub strip: f64,
}

impl<'a> Plan<'a> {
    pub fn new(figure: &'a DoseResponse, sketch: &Sketch) -> Self {
        let mut keys: Vec<(&str, &str)> = Vec::new();
        for line in figure.panels.iter().flat_map(|panel| &panel.lines) {
            if !keys.iter().any(|(key, _)| *key == line.key()) {
                keys.push((line.key(), &line.name));
            }
        }
        let emphasis = Emphasis::new(figure.highlight.as_ref(), keys.iter().map(|(key, _)| *key));
        let width = sketch.area().width();
        let columns = facets::columns(figure.panels.len(), width, sketch.font(), LEAST);
        let ink = sketch.ink(HAlign::Left);
        let room = (width + facets::GAP) / columns as f64 - facets::GAP;
        let lines = |panel: &DosePanel| sketch.wrap(&panel.y_label, room, 2, ink).len();
        let heads = if figure.panels.iter().any(|panel| !panel.title.is_empty()) { 1.0 } else { 0.0 };
        let y_names = figure.panels.iter().map(lines).max().unwrap_or(0) as f64;
        let mut plan = Self { figure, keys, emphasis, columns, heads, y_names, strip: 0.0 };
        let fits = figure.panels.iter().map(|panel| plan.fitted(panel).count()).max().unwrap_or(0);
        plan.strip = if fits == 0 { 0.0 } else { fits as f64 * 9.0 + 8.0 };
        plan
    }

    pub fn many(&self) -> bool {
        self.keys.len() > if self.figure.distinct { DISTINCT } else { FEW }
    }

    /// The lines whose EC50 is drawn: all of a few, of many the highlighted one.
    pub fn fitted<'p>(&self, panel: &'p DosePanel) -> impl Iterator<Item = &'p DoseLine> {
        panel
            .lines
            .iter()
            .filter(|line| line.fit.as_ref().is_some_and(|fit| finite(fit.ec50).is_some()))
            .filter(|line| !self.many() || self.emphasis.meant(line.key()))
    }

    pub fn look(&self, sketch: &Sketch, key: &str) -> Look {
        let index = self.keys.iter().position(|(other, _)| *other == key).unwrap_or(0);
        let theme = sketch.theme;
        let (meant, dimmed) = (self.emphasis.meant(key), self.emphasis.dimmed(key));
        let colour = match (self.many(), meant) {
            (true, true) => theme.series(0),
            (true, false) => theme.paper.mix(theme.muted, if dimmed { 0.28 } else { 0.5 }),
            (false, _) if dimmed => sketch.dim(theme.series(index)),
            (false, _) => theme.series(index),
        };
        let dashed = !self.many() && index >= theme.palette.len().max(1);
        let width = match (self.many(), meant) {
            (_, true) => 3.0,
            (true, false) => 1.25,
            (false, false) => 2.25,
        };
        Look {
            colour,
            glyph: if self.many() { 0 } else { index },
            dashed,
            width,
            strong: !dimmed && (!self.many() || meant),
        }
    }

    pub fn legend(&self, sketch: &mut Sketch, top: f64) -> f64 {
        let mut entries: Vec<(Sample, String)> = Vec::new();
        if self.many() {
            let (mut rest, mut sample) = (self.keys.len(), None);
            for (key, name) in &self.keys {
                if self.emphasis.meant(key) {
                    entries.push((Sample::Line(self.look(sketch, key).colour, false), (*name).to_owned()));
                    rest -= 1;
                } else {
                    sample = Some(self.look(sketch, key).colour);
                }
            }
            if let Some(colour) = sample {
                let other = if self.emphasis.any() { "others" } else { "lines, the highest named" };
                entries.push((Sample::Line(colour, false), format!("{rest} {other}")));
            }
        } else if self.keys.len() > 1 || self.keys.iter().any(|(_, name)| !name.is_empty()) {
            for (key, name) in &self.keys {
                let look = self.look(sketch, key);
                entries.push((Sample::Series(look.colour, look.glyph, look.dashed), (*name).to_owned()));
            }
        }
        if self.strip > 0.0 {
            entries.push((Sample::Line(sketch.theme.muted, true), "EC50 and its interval".into()));
        }
        let floors = self.figure.panels.iter().filter_map(|panel| panel.floor.as_ref());
        for floor in floors.filter(|floor| finite(floor.high).is_some()) {
            let label = if floor.label.is_empty() { "noise floor" } else { &floor.label };
            if !entries.iter().any(|(_, other)| other == label) {
                entries.push((Sample::HatchedBar, label.to_owned()));
            }
        }
        let whole = sketch.area();
        legend(sketch, whole.left, whole.right, top, &entries) + if entries.is_empty() { 0.0 } else { 4.0 }
    }

    /// What stands above and below the plot of each panel.
    pub fn margins(&self, sketch: &Sketch) -> (f64, f64) {
        let (font, note) = (sketch.font(), sketch.small());
        (self.heads * font * 1.5 + self.y_names * font * 1.25 + 6.0, self.strip + note * 1.9 + 8.0)
    }

    /// The name of the dose axis, once under all panels.
    pub fn x_name(&self, sketch: &Sketch) -> Vec<String> {
        sketch.wrap(&self.figure.x_label, sketch.area().width(), 2, sketch.ink(HAlign::Left))
    }

    /// Lines named at their ends: of many the highest, and the highlighted one.
    pub fn named<'p>(&self, panel: &'p DosePanel) -> Vec<&'p DoseLine> {
        if !self.many() {
            return Vec::new();
        }
        let mut lines: Vec<(&DoseLine, f64)> =
            panel.lines.iter().filter_map(|line| Some((line, line.drawn().last()?.1))).collect();
        lines.sort_by(|a, b| {
            let meant = |line: &DoseLine| self.emphasis.meant(line.key());
            meant(b.0).cmp(&meant(a.0)).then(b.1.total_cmp(&a.1))
        });
        lines.into_iter().take(NAMED).map(|(line, _)| line).collect()
    }

    /// Room for those names to the right of the plot.
    pub fn end_room(&self, sketch: &Sketch, panel: &DosePanel, width: f64) -> f64 {
        let note = sketch.note(HAlign::Left);
        let bold = Ink { bold: true, ..note };
        let widest = sketch.widest(self.named(panel).iter().map(|line| line.name.as_str()), bold);
        if widest > 0.0 { (widest + 14.0).min(width * 0.4) } else { note.size * 0.8 }
    }

    /// Every value that a panel has to hold.
    pub fn values(panel: &DosePanel) -> impl Iterator<Item = f64> + '_ {
        let points = panel.lines.iter().flat_map(|line| {
            line.drawn().into_iter().flat_map(|(_, value, point)| [Some(value), finite(point.low), finite(point.high)])
        });
        let curves = panel.lines.iter().filter_map(|line| line.fit.as_ref()).flat_map(|fit| &fit.points);
        let curves = curves.filter(|(dose, _)| *dose > 0.0).map(|(_, value)| finite(Some(*value)));
        let floor = panel.floor.iter().filter_map(|floor| finite(floor.high)).flat_map(|high| [Some(0.0), Some(high)]);
        points.chain(curves).chain(floor).flatten()
    }
}
