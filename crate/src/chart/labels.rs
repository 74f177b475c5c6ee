//! Names beside points, placed so that they cover neither each other nor the points that matter.

use super::sketch::Area;

type Point = (f64, f64);

/// Something a label should not cover, and how much it hurts when it does.
pub struct Obstacle {
    pub at: Point,
    pub radius: f64,
    pub cost: f64,
}

/// A label's place.
#[derive(Debug, Clone, Copy)]
pub struct Placed {
    /// Which of the labels.
    pub label: usize,
    pub area: Area,
    /// The line from the point to its label, where they are not side by side.
    pub leader: Option<(Point, Point)>,
}

/// A label that costs more than this is better left out; a marked point under it costs more.
const DEAREST: f64 = 24.0;

/// What a label costs that stands on the other side of the diagonal than its point.
const ASTRAY: f64 = 10.0;

/// Where labels may stand.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    pub room: Area,
    /// Areas that must stay free.
    pub taken: &'a [Area],
    pub obstacles: &'a [Obstacle],
    /// Whether a label should stay on its side of the rising diagonal.
    pub diagonal: bool,
    /// Whether a label may stand over its point, as the name of a cloud of points does.
    pub over: bool,
}

/// Finds places for the first `wanted` labels (`point`, width) that have one, `height` high, best first. A label
/// that would have to cover another one, its leader, a `taken` area or much else is left out.
pub fn place(labels: &[(Point, f64)], wanted: usize, height: f64, ground: &Ground) -> Vec<Placed> {
    let Ground { room, taken, obstacles, diagonal, over } = *ground;
    let mut placed: Vec<Placed> = Vec::new();
    for (label, (point, width)) in labels.iter().enumerate() {
        if placed.len() == wanted {
            break;
        }
        let centred = over.then(|| (boxed(*point, *width, height), 0.0));
        let best = centred
            .into_iter()
            .chain(candidates(*point, *width, height))
            .filter(|(area, _)| {
                area.left >= room.left && area.right <= room.right && area.top >= room.top && area.bottom <= room.bottom
            })
            .map(|(area, far)| (far, Placed { label, area, leader: leader(*point, &area) }))
            .filter(|(_, new)| !taken.iter().any(|other| new.area.overlaps(other)))
            .filter(|(_, new)| !placed.iter().any(|other| collide(new, other)))
            .map(|(far, new)| {
                (far + covered(&new, obstacles) + if diagonal { astray(*point, &new.area, &room) } else { 0.0 }, new)
            })
            .min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((cost, new)) = best
            && cost < DEAREST
        {
            placed.push(new);
        }
    }
    placed
}

/// Boxes round a point, in eight directions and at growing distance, with the price of that distance.
fn candidates((x, y): Point, width: f64, height: f64) -> impl Iterator<Item = (Area, f64)> {
    const DIRECTIONS: [Point; 12] = [
        (1.0, 0.0),
        (-1.0, 0.0),
        (0.0, -1.0),
        (0.0, 1.0),
        (1.0, -0.9),
        (-1.0, -0.9),
        (1.0, 0.9),
        (-1.0, 0.9),
        (0.5, 1.0),
        (0.5, -1.0),
        (-0.5, 1.0),
        (-0.5, -1.0),
    ];
    [9.0, 15.0, 24.0, 36.0, 52.0, 72.0].into_iter().flat_map(move |distance: f64| {
        DIRECTIONS.into_iter().map(move |(dx, dy)| {
            let middle = (x + dx * (distance + width / 2.0), y + dy * (distance + height / 2.0));
            (boxed(middle, width, height), distance * 0.15)
        })
    })
}

fn boxed((x, y): Point, width: f64, height: f64) -> Area {
    let (w, h) = (width / 2.0, height / 2.0);
    Area { left: x - w, top: y - h, right: x + w, bottom: y + h }
}

/// Moves places (in rising order) apart until they are `step` away from each other, and up again from `bottom`.
pub fn spread(places: &mut [f64], step: f64, bottom: f64) {
    for at in 1..places.len() {
        places[at] = places[at].max(places[at - 1] + step);
    }
    // What was pushed out at the bottom comes back up, and pushes the others.
    let mut lowest = bottom;
    for place in places.iter_mut().rev() {
        *place = place.min(lowest);
        lowest = *place - step;
    }
}

fn leader(point: Point, area: &Area) -> Option<(Point, Point)> {
    let near = (point.0.clamp(area.left, area.right), point.1.clamp(area.top, area.bottom));
    ((near.0 - point.0).hypot(near.1 - point.1) > 12.0).then_some((point, near))
}

fn collide(one: &Placed, other: &Placed) -> bool {
    let through = |placed: &Placed, area: &Area| placed.leader.is_some_and(|line| passes(line, area));
    one.area.overlaps(&other.area)
        || through(one, &other.area)
        || through(other, &one.area)
        || matches!((one.leader, other.leader), (Some(a), Some(b)) if cross(a, b))
}

/// Whether a line passes through an area, sampled every few pixels.
fn passes((from, to): (Point, Point), area: &Area) -> bool {
    let steps = ((to.0 - from.0).hypot(to.1 - from.1) / 3.0).ceil().max(1.0);
    (0..=steps as usize).any(|step| {
        let share = step as f64 / steps;
        area.holds(from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
    })
}

fn cross(a: (Point, Point), b: (Point, Point)) -> bool {
    let side = |line: (Point, Point), p: Point| {
        (line.1.0 - line.0.0) * (p.1 - line.0.1) - (line.1.1 - line.0.1) * (p.0 - line.0.0)
    };
    side(a, b.0) * side(a, b.1) < 0.0 && side(b, a.0) * side(b, a.1) < 0.0
}

/// [`ASTRAY`] when the rising diagonal of `room` lies between a point and the middle of its label.
fn astray((x, y): Point, area: &Area, room: &Area) -> f64 {
    let above = |x: f64, y: f64| (room.bottom - y) * room.width() > (x - room.left) * room.height();
    let (middle_x, middle_y) = area.middle();
    let label = above(middle_x, middle_y);
    if label == above(x, y) { 0.0 } else { ASTRAY }
}

fn covered(placed: &Placed, obstacles: &[Obstacle]) -> f64 {
    let area = &placed.area;
    let inside = obstacles.iter().filter(|obstacle| {
        let (x, y) = obstacle.at;
        let nearest = (x.clamp(area.left, area.right), y.clamp(area.top, area.bottom));
        (nearest.0 - x).hypot(nearest.1 - y) < obstacle.radius
    });
    inside.map(|obstacle| obstacle.cost).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Area = Area { left: 0.0, top: 0.0, right: 300.0, bottom: 300.0 };
    const GROUND: Ground = Ground { room: ROOM, taken: &[], obstacles: &[], diagonal: true, over: false };

    #[test]
    fn a_name_may_stand_on_its_cloud_and_makes_room_for_the_next() {
        let labels = [((150.0, 150.0), 40.0), ((150.0, 152.0), 40.0)];
        let placed = place(&labels, 2, 14.0, &Ground { diagonal: false, over: true, ..GROUND });
        assert_eq!(placed[0].area.middle(), (150.0, 150.0));
        assert!(!placed[0].area.overlaps(&placed[1].area));
    }

    #[test]
    fn places_are_spread_and_stay_above_the_bottom() {
        let mut places = [10.0, 11.0, 97.0, 98.0];
        spread(&mut places, 10.0, 100.0);
        assert_eq!(places.map(|place| place as i64), [10, 20, 90, 100]);
    }

    #[test]
    fn crowded_labels_never_overlap() {
        let labels: Vec<_> = (0..12).map(|k| ((100.0 + f64::from(k), 100.0), 50.0)).collect();
        let taken = [Area { left: 0.0, top: 0.0, right: 300.0, bottom: 60.0 }];
        let placed = place(&labels, 8, 14.0, &Ground { taken: &taken, ..GROUND });
        assert!((4..=8).contains(&placed.len()), "{} fit", placed.len());
        for (at, one) in placed.iter().enumerate() {
            assert!(one.area.top >= 60.0);
            assert!(placed[at + 1..].iter().all(|other| !collide(one, other)));
        }
    }

    #[test]
    fn a_label_moves_away_from_a_point_that_matters() {
        let obstacle = Obstacle { at: (130.0, 100.0), radius: 6.0, cost: 20.0 };
        let placed = place(&[((100.0, 100.0), 40.0)], 1, 14.0, &Ground { obstacles: &[obstacle], ..GROUND });
        assert!(placed[0].area.right < 100.0, "the free side is on the left");
    }

    #[test]
    fn lines_that_cross_are_seen() {
        let (a, b) = (((0.0, 0.0), (10.0, 10.0)), ((0.0, 10.0), (10.0, 0.0)));
        assert!(cross(a, b));
        assert!(!cross(a, ((20.0, 0.0), (20.0, 30.0))));
    }
}
