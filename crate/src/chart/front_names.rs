//! The names in a plot of models in two metrics.

use super::labels::{Ground, Obstacle, place};
use super::scene::HAlign;
use super::sketch::{Area, Ink, Sketch};

type Point = (f64, f64);

/// Height of a label, in note sizes.
const LABEL: f64 = 1.15;

/// A name to be placed, with the point that it is for.
pub struct Name {
    pub at: Point,
    pub text: String,
    pub strong: bool,
}

/// The models without a name in the plot, in lines.
pub fn listed(sketch: &Sketch, names: &[String]) -> Vec<String> {
    if names.is_empty() {
        return Vec::new();
    }
    let text = format!("Too close to others to be named: {}.", names.join("; "));
    sketch.wrap(&text, sketch.area().width(), 3, sketch.note(HAlign::Left))
}

/// Names beside their points; of `own` models every one that finds a place, then the published ones in what is left.
/// `soft` are other things that a name should rather not cover, with how much it hurts. Returns the models that found no place.
pub fn draw_names(sketch: &mut Sketch, inner: Area, names: &[Name], own: usize, soft: &[(Point, f64)]) -> Vec<String> {
    let note = Ink { colour: sketch.theme.ink, ..sketch.note(HAlign::Centre) };
    let bold = |name: &Name| Ink { bold: name.strong, ..note };
    let mut obstacles: Vec<Obstacle> =
        names[..own].iter().map(|name| Obstacle { at: name.at, radius: 7.0, cost: 14.0 }).collect();
    obstacles.extend(soft.iter().map(|&(at, cost)| Obstacle { at, radius: 4.0, cost }));
    let labels: Vec<(Point, f64)> =
        names.iter().map(|name| (name.at, sketch.width(&name.text, bold(name)) + 2.0)).collect();
    let ground = Ground { room: inner, taken: &[], obstacles: &obstacles, diagonal: false, over: false };
    let mut placed = vec![false; own];
    for one in place(&labels, labels.len(), note.size * LABEL, &ground) {
        if let Some(placed) = placed.get_mut(one.label) {
            *placed = true;
        }
        let name = &names[one.label];
        let of_paper = one.label >= own;
        let colour = if of_paper { sketch.theme.muted } else { sketch.theme.ink };
        if let Some((from, to)) = one.leader {
            sketch.line(from, to, sketch.theme.muted.with_alpha(0.9), 1.0);
        }
        let (x, y) = one.area.middle();
        sketch.text(x, y, &name.text, Ink { colour, ..bold(name) });
    }
    placed.iter().zip(names).filter(|(placed, _)| !**placed).map(|(_, name)| name.text.clone()).collect()
}
