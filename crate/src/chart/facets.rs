//! Small multiples: how panels share the room of a figure.

use super::sketch::Area;

/// Space between panels.
pub const GAP: f64 = 22.0;

/// Most panels side by side, of a few and of many: more would be too narrow to read on a projector.
const MOST: (usize, usize) = (4, 6);

/// More panels than this are many, and may be narrower.
const FEW: usize = 8;

/// How many of `n` panels stand side by side in `width` when each needs `least` label sizes of `font`; rows are as even as
/// possible.
pub fn columns(n: usize, width: f64, font: f64, least: f64) -> usize {
    let n = n.max(1);
    let (most, least) = if n > FEW { (MOST.1, least * font * 0.7) } else { (MOST.0, least * font) };
    let fit = (((width + GAP) / (least + GAP)).floor().max(1.0) as usize).min(most).min(n);
    n.div_ceil(n.div_ceil(fit))
}

/// The areas of `n` panels in reading order.
pub fn areas(n: usize, columns: usize, room: Area) -> Vec<Area> {
    let rows = n.div_ceil(columns).max(1);
    let width = ((room.width() + GAP) / columns as f64 - GAP).max(20.0);
    let height = room.height().max(20.0) / rows as f64;
    (0..n)
        .map(|at| {
            let left = room.left + (at % columns) as f64 * (width + GAP);
            let top = room.top + (at / columns) as f64 * height;
            Area { left, top, right: left + width, bottom: top + height }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_even_and_panels_stay_apart() {
        assert_eq!(columns(6, 1180.0, 10.0, 25.0), 3);
        assert_eq!(columns(3, 1180.0, 10.0, 25.0), 3);
        assert_eq!(columns(3, 374.0, 10.0, 25.0), 1);
        assert_eq!(columns(40, 1180.0, 10.0, 25.0), 6);
        assert_eq!(columns(0, 10.0, 10.0, 25.0), 1);
        let areas = areas(5, 2, Area { left: 0.0, top: 0.0, right: 222.0, bottom: 300.0 });
        assert_eq!((areas[1].left, areas[1].right, areas[4].top), (122.0, 222.0, 200.0));
    }
}
