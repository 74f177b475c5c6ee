//! Names beside points, placed so that they cover neither each other nor the points that matter.

use super::sketch::Area;

/// Something a label should not cover, and how much it hurts when it does.
pub struct Obstacle {
    pub at: (f64, f64),
    pub radius: f64,
    pub cost: f64,
}

/// A label's place.
#[derive(Debug, Clone, Copy)]
pub struct Placed {
    /// Which of the labels.
    pub label: usize,
    pub area: Area,
}

/// Finds a place in `room` for each label (`point`, width), `height` high, best first; a label that would have to
/// cover another one or a `taken` area is left out.
pub fn place(
    labels: &[((f64, f64), f64)],
    height: f64,
    room: Area,
    taken: &[Area],
    obstacles: &[Obstacle],
) -> Vec<Placed> {
    let mut placed: Vec<Placed> = Vec::new();
    for (label, (point, width)) in labels.iter().enumerate() {
        let best = candidates(*point, *width, height)
            .filter(|(area, _)| {
                area.left >= room.left
                    && area.right <= room.right
                    && area.top >= room.top
                    && area.bottom <= room.bottom
                    && !taken.iter().any(|other| area.overlaps(other))
                    && !placed.iter().any(|other| area.overlaps(&other.area))
            })
            .map(|(area, far)| (far + covered(&area, obstacles), area))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, area)) = best {
            placed.push(Placed { label, area });
        }
    }
    placed
}

/// Boxes round a point, in eight directions and at growing distance, with the price of that distance.
fn candidates((x, y): (f64, f64), width: f64, height: f64) -> impl Iterator<Item = (Area, f64)> {
    const DIRECTIONS: [(f64, f64); 8] =
        [(1.0, 0.0), (-1.0, 0.0), (0.0, -1.0), (0.0, 1.0), (1.0, -0.8), (-1.0, -0.8), (1.0, 0.8), (-1.0, 0.8)];
    [9.0, 20.0, 34.0, 52.0, 76.0].into_iter().flat_map(move |distance| {
        DIRECTIONS.into_iter().map(move |(dx, dy)| {
            let (cx, cy) = (x + dx * (distance + width / 2.0), y + dy * (distance + height / 2.0));
            let (w, h) = (width / 2.0, height / 2.0);
            (Area { left: cx - w, top: cy - h, right: cx + w, bottom: cy + h }, distance * 0.12)
        })
    })
}

fn covered(area: &Area, obstacles: &[Obstacle]) -> f64 {
    obstacles
        .iter()
        .filter(|obstacle| {
            let (x, y) = obstacle.at;
            let nearest = (x.clamp(area.left, area.right), y.clamp(area.top, area.bottom));
            (nearest.0 - x).hypot(nearest.1 - y) < obstacle.radius
        })
        .map(|obstacle| obstacle.cost)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crowded_labels_never_overlap() {
        let labels: Vec<_> = (0..8).map(|k| ((100.0 + f64::from(k), 100.0), 50.0)).collect();
        let room = Area { left: 0.0, top: 0.0, right: 300.0, bottom: 300.0 };
        let taken = [Area { left: 0.0, top: 0.0, right: 300.0, bottom: 60.0 }];
        let placed = place(&labels, 14.0, room, &taken, &[]);
        assert!(placed.len() >= 6, "only {} fit", placed.len());
        for (at, one) in placed.iter().enumerate() {
            assert!(one.area.top >= 60.0);
            assert!(placed[at + 1..].iter().all(|other| !one.area.overlaps(&other.area)));
        }
    }

    #[test]
    fn a_label_moves_away_from_a_point_that_matters() {
        let obstacle = Obstacle { at: (130.0, 100.0), radius: 6.0, cost: 20.0 };
        let room = Area { left: 0.0, top: 0.0, right: 300.0, bottom: 300.0 };
        let placed = place(&[((100.0, 100.0), 40.0)], 14.0, room, &[], &[obstacle]);
        assert!(placed[0].area.right < 100.0, "the free side is on the left");
    }
}
