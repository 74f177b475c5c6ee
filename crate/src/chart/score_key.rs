//! The legend of [`ScoreBars`], and what its two forms draw alike.

use super::colour::Colour;
use super::emphasis::Emphasis;
use super::legend::{Sample, legend};
use super::score_bars::ScoreBars;
use super::score_parts::ScoreModel;
use super::sketch::{Area, Sketch};

impl ScoreBars {
    pub(super) fn emphasis(&self) -> Emphasis<'_> {
        Emphasis::new(self.highlight.as_ref(), self.models.iter().map(ScoreModel::key))
    }

    /// The colour of a model's bar, paler beside a highlight. The palette repeats: a bar is known by its name or, in columns, there are
    /// no more models than colours.
    pub(super) fn colour(&self, sketch: &Sketch, model: usize) -> Colour {
        let colour = sketch.theme.series(model);
        if self.emphasis().dimmed(self.models[model].key()) { sketch.dim(colour) } else { colour }
    }

    /// Says what colours (where `models` are told by them), whiskers, dots, dashes and arrows are; returns the `y` below.
    pub(super) fn legend(&self, sketch: &mut Sketch, top: f64, models: bool) -> f64 {
        let mut entries: Vec<(Sample, String)> = Vec::new();
        if models && self.models.len() > 1 {
            for (at, model) in self.models.iter().enumerate() {
                let colour = self.colour(sketch, at);
                let sample = if model.baseline { Sample::Hatched(colour) } else { Sample::Bar(colour) };
                entries.push((sample, model.name.clone()));
            }
        } else if self.models.iter().any(|model| model.baseline) && !self.models.iter().all(|model| model.baseline) {
            entries.push((Sample::Hatched(sketch.theme.muted), "baseline".into()));
        }
        let values = || self.groups.iter().flat_map(|group| &group.values);
        if values().any(|value| value.ends().is_some()) {
            entries.push((Sample::Whisker(sketch.theme.ink), "\u{b1} SD over seeds".into()));
        }
        if values().any(|value| value.drawn_seeds().next().is_some()) {
            entries.push((Sample::Seed, "a seed".into()));
        }
        if self.has_reference() {
            entries.push((Sample::Line(sketch.theme.ink, true), self.reference_label.clone()));
        }
        if values().any(|value| value.incomplete && value.finite().is_some()) {
            entries.push((Sample::Frame(sketch.theme.muted), "some results missing".into()));
        }
        let high = self.domain().1;
        if values().filter_map(super::score_parts::ScoreValue::finite).any(|value| value > high) {
            entries.push((Sample::Beyond(sketch.theme.ink), "beyond the axis".into()));
        }
        let whole = sketch.area();
        legend(sketch, whole.left, whole.right, top, &entries) + if entries.is_empty() { 0.0 } else { 6.0 }
    }

    /// The bar of a model in `area`.
    pub(super) fn bar(&self, sketch: &mut Sketch, area: Area, model: usize, incomplete: bool) {
        let colour = self.colour(sketch, model);
        if self.models[model].baseline {
            sketch.hatched_in(area, colour);
        } else if incomplete {
            let pale = sketch.theme.paper.mix(colour, 0.35);
            sketch.rect(area, pale);
        } else {
            sketch.rect(area, colour);
        }
        if incomplete && area.width() > 3.0 && area.height() > 3.0 {
            let inner =
                Area { left: area.left + 1.0, right: area.right - 1.0, top: area.top + 1.0, bottom: area.bottom - 1.0 };
            sketch.outline(inner, colour, 2.0);
        }
    }
}

impl Sketch<'_> {
    /// A dot with a rim of paper, so that it shows on a bar of any colour.
    pub fn seed(&mut self, at: (f64, f64), radius: f64) {
        self.circle(at, radius + 1.0, self.theme.paper);
        self.circle(at, radius, self.theme.ink);
    }
}
