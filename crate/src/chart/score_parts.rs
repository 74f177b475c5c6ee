//! What the figures of a benchmark have in common: models, groups and the value of each.

use serde::{Deserialize, Serialize};

use super::bars::Better;
use super::format::{number, tick};
use super::gaps::finite;
use super::table::{Cell, Table};

/// A model of a benchmark.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ScoreModel {
    /// Its name.
    pub name: String,
    /// A stable name of it in every figure; the name when empty.
    #[serde(default)]
    pub key: String,
    /// Whether it is a baseline, which is drawn hatched.
    #[serde(default)]
    pub baseline: bool,
}

/// What is compared within one cell type, dose or other group.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ScoreGroup {
    /// Its name.
    pub name: String,
    /// One value per model.
    pub values: Vec<ScoreValue>,
    /// A value to compare with, such as that of predicting no change.
    #[serde(default)]
    pub reference: Option<f64>,
}

/// The score of one model in one group.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ScoreValue {
    /// The mean over seeds; `None` (null) is written as "not defined".
    pub value: Option<f64>,
    /// Half the length of the whiskers.
    #[serde(default)]
    pub spread: Option<f64>,
    /// What each seed gave.
    #[serde(default)]
    pub seeds: Vec<f64>,
    /// Whether results are missing.
    #[serde(default)]
    pub incomplete: bool,
    /// Whether it is the best of its group.
    #[serde(default)]
    pub best: bool,
}

impl ScoreModel {
    /// See the field of that name.
    #[must_use]
    pub fn key(&self) -> &str {
        if self.key.is_empty() { &self.name } else { &self.key }
    }
}

impl ScoreValue {
    pub(super) fn finite(&self) -> Option<f64> {
        finite(self.value)
    }

    /// Lower and upper end of the whiskers.
    pub(super) fn ends(&self) -> Option<(f64, f64)> {
        let (value, spread) = (self.finite()?, finite(self.spread)?.abs());
        (spread > 0.0).then_some((value - spread, value + spread))
    }

    pub(super) fn drawn_seeds(&self) -> impl Iterator<Item = f64> + '_ {
        // A single seed lies on the mean and says nothing more.
        let several = self.seeds.len() > 1;
        self.seeds.iter().copied().filter(move |value| several && finite(Some(*value)).is_some())
    }

    /// `.931 ± .004 (seeds .93, .935), some results missing, best`.
    pub(super) fn words(&self) -> String {
        let Some(value) = self.finite() else { return "not defined".into() };
        let spread = finite(self.spread).map_or(String::new(), |spread| format!(" \u{b1} {}", number(spread)));
        let seeds: Vec<String> = self.drawn_seeds().map(number).collect();
        let seeds = if seeds.is_empty() { String::new() } else { format!(" (seeds {})", seeds.join(", ")) };
        let missing = if self.incomplete { ", some results missing" } else { "" };
        let best = if self.best { ", best" } else { "" };
        format!("{}{spread}{seeds}{missing}{best}", number(value))
    }
}

/// Whether every group has a value per model.
pub fn check(models: &[ScoreModel], groups: &[ScoreGroup]) -> Result<(), String> {
    match groups.iter().find(|group| group.values.len() != models.len()) {
        Some(group) => Err(format!("{} models but {} values of {}", models.len(), group.values.len(), group.name)),
        None => Ok(()),
    }
}

/// Whether there is nothing to draw.
pub fn empty(models: &[ScoreModel], groups: &[ScoreGroup]) -> bool {
    models.is_empty() || groups.iter().flat_map(|group| &group.values).all(|value| value.finite().is_none())
}

/// Every value in rows: a row per group and model.
pub fn table(models: &[ScoreModel], groups: &[ScoreGroup], unit: &str) -> Table {
    let unit = if unit.is_empty() { "value" } else { unit };
    let mut table = Table::new(["group", "model", "baseline", unit, "spread", "seeds", "incomplete", "reference"]);
    let yes = |yes: bool| Cell::from(if yes { "yes" } else { "no" });
    for group in groups {
        for (model, value) in models.iter().zip(&group.values) {
            table.rows.push(vec![
                (&group.name).into(),
                (&model.name).into(),
                yes(model.baseline),
                value.value.into(),
                value.spread.into(),
                value.seeds.len().into(),
                yes(value.incomplete),
                group.reference.into(),
            ]);
        }
    }
    table
}

/// `2 cell types and 5 models: best in X is A (.9)`, for up to four groups.
pub fn summary(models: &[ScoreModel], groups: &[ScoreGroup], better: Option<Better>) -> String {
    let plural = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let sign = if better == Some(Better::Lower) { -1.0 } else { 1.0 };
    let best = |group: &ScoreGroup| -> Option<String> {
        better?;
        let values = models.iter().zip(&group.values).filter(|(_, value)| !value.incomplete);
        let values = values.filter_map(|(model, value)| Some((model, value.finite()?)));
        let (model, value) = values.max_by(|a, b| (a.1 * sign).total_cmp(&(b.1 * sign)))?;
        let place = if group.name.is_empty() { String::new() } else { format!(" in {}", group.name) };
        Some(format!("best{place}: {} ({})", model.name, number(value)))
    };
    let shown: Vec<String> = groups.iter().take(4).filter_map(best).collect();
    let more = if groups.len() > 4 { ", ..." } else { "" };
    let words = if shown.is_empty() { String::new() } else { format!("; {}{more}", shown.join(", ")) };
    format!("{} and {}{words}.", plural(models.len(), "model"), plural(groups.len(), "group"))
}

/// How far beyond most values one may lie and still set the length of the axis.
const FAR: f64 = 4.0;

/// The largest value that an axis from 0 should reach. A few values that are many times as large as most others,
/// such as ratios whose divisor is nearly 0, would leave no room for these: then the axis ends above the largest of the others, and
/// what goes beyond is drawn as an arrow.
pub fn reach(values: impl Iterator<Item = f64>) -> f64 {
    let mut sizes: Vec<f64> = values.filter(|value| *value > 0.0).collect();
    sizes.sort_by(f64::total_cmp);
    let Some(largest) = sizes.last().copied() else { return 0.0 };
    let usual = sizes[(sizes.len() - 1) * 3 / 4];
    if largest <= usual * FAR {
        return largest;
    }
    let within = sizes.iter().rev().find(|value| **value <= usual * FAR);
    within.copied().unwrap_or(largest) * 1.25
}

/// One notation for all values of a figure: as many decimals as tell them apart, at most three.
pub fn notation(values: impl Iterator<Item = f64>) -> impl Fn(f64) -> String {
    let largest = values.map(f64::abs).filter(|size| size.is_finite()).fold(0.0, f64::max);
    let step = match largest {
        0.0..1.9995 => 0.001,
        1.9995..19.995 => 0.01,
        19.995..199.95 => 0.1,
        _ => 0.0,
    };
    move |value: f64| if step > 0.0 && value.abs() < 1e4 { tick(value, step) } else { number(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_far_out_do_not_set_the_axis() {
        assert!((reach([0.2, 0.5, 0.9, 1.1].into_iter()) - 1.1).abs() < 1e-9);
        assert!((reach([0.2, 0.5, 0.9, 1.1, 9.3].into_iter()) - 1.375).abs() < 1e-9);
        assert!((reach([0.2].into_iter()) - 0.2).abs() < 1e-9);
        assert!(reach([f64::NAN, -1.0].into_iter()).abs() < 1e-9);
    }

    #[test]
    fn all_values_have_the_same_decimals() {
        let text = notation([0.95, 0.5].into_iter());
        assert_eq!((text(0.95), text(0.5), text(-0.5)), (".950".into(), ".500".into(), "\u{2212}.500".into()));
        assert_eq!(notation([75.714].into_iter())(9.0), "9.0");
        assert_eq!(notation([3000.0].into_iter())(12.5), "12.5");
    }

    #[test]
    fn a_value_says_its_seeds() {
        let value = ScoreValue {
            value: Some(0.93),
            spread: Some(0.01),
            seeds: vec![0.92, 0.94],
            incomplete: true,
            best: false,
        };
        assert_eq!(value.words(), ".93 \u{b1} .01 (seeds .92, .94), some results missing");
        assert_eq!(ScoreValue::default().words(), "not defined");
    }
}
