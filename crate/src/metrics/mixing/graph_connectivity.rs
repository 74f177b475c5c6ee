//! Graph connectivity: whether the cells of a label hang together.

use super::super::MetricError;
use super::super::labels::Labels;
use super::nearest::Nearest;

/// The neighbourhood, the cell itself counted.
const NEIGHBOURS: usize = 15;

/// The mean over labels of the share of cells in the label's largest strongly connected part, above 0 to 1, higher is better.
///
/// In the graph that leads from each cell to the 14 nearest others, cut down to the cells of the label. `None` with fewer than 2 cells.
/// Source: Luecken et al. 2022; scib-metrics 0.6.0 `graph_connectivity` on 15 neighbours. Errors: another number of labels than of cells.
pub fn graph_connectivity(nearest: &Nearest, labels: &[u32]) -> Result<Option<f64>, MetricError> {
    let labels = Labels::new("labels", labels, nearest.cells())?;
    if nearest.cells() < 2 {
        return Ok(None);
    }
    let mut onward: Vec<Vec<usize>> = vec![Vec::new(); nearest.cells()];
    let mut back = onward.clone();
    for (cell, onward) in onward.iter_mut().enumerate() {
        for (other, _) in nearest.of(cell, nearest.others(NEIGHBOURS)) {
            if labels.codes()[cell] == labels.codes()[other] {
                onward.push(other);
                back[other].push(cell);
            }
        }
    }
    let mut largest = vec![0; labels.groups()];
    for part in strong_components(&onward, &back) {
        let label = labels.codes()[part[0]];
        largest[label] = part.len().max(largest[label]);
    }
    let shares = largest.iter().zip(labels.counts()).map(|(&part, &all)| part as f64 / all as f64);
    Ok(Some(shares.sum::<f64>() / labels.groups() as f64))
}

/// Parts in which every node is reached from every other one; `back` is `onward` with its edges turned round.
///
/// Kosaraju's algorithm: what is reached backwards from the node that was left last is its part.
fn strong_components(onward: &[Vec<usize>], back: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut seen = vec![false; onward.len()];
    let mut left = Vec::with_capacity(onward.len());
    for first in 0..onward.len() {
        if !seen[first] {
            walk(first, onward, &mut seen, &mut left);
        }
    }
    seen.fill(false);
    let mut parts = Vec::new();
    for &first in left.iter().rev() {
        if !seen[first] {
            let mut part = Vec::new();
            walk(first, back, &mut seen, &mut part);
            parts.push(part);
        }
    }
    parts
}

/// Walks depth first from a node over those not seen, and lists them in the order in which they are left.
fn walk(first: usize, edges: &[Vec<usize>], seen: &mut [bool], left: &mut Vec<usize>) {
    seen[first] = true;
    let mut path = vec![(first, 0)];
    while let Some((node, at)) = path.last_mut() {
        if let Some(&next) = edges[*node].get(*at) {
            *at += 1;
            if !seen[next] {
                seen[next] = true;
                path.push((next, 0));
            }
        } else {
            left.push(*node);
            path.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_way_streets_do_not_join() {
        // 0 -> 1 -> 2 -> 0, 2 -> 3, 3 <-> 4, 5 alone.
        let onward = [vec![1], vec![2], vec![0, 3], vec![4], vec![3], vec![]];
        let back = [vec![2], vec![0], vec![1], vec![2, 4], vec![3], vec![]];
        let mut parts = strong_components(&onward, &back);
        for part in &mut parts {
            part.sort_unstable();
        }
        parts.sort();
        assert_eq!(parts, [vec![0, 1, 2], vec![3, 4], vec![5]]);
    }
}
