//! Groups of cells by number, as metrics count with them.

use super::MetricError;

/// The group of every cell, numbered from 0 in the order of the labels, and the cells of every group.
#[derive(Clone, Debug)]
pub(super) struct Labels {
    name: &'static str,
    codes: Vec<usize>,
    counts: Vec<usize>,
}

impl Labels {
    /// From one label per cell, `cells` of them. Errors: another number of cells.
    pub(super) fn new(name: &'static str, labels: &[u32], cells: usize) -> Result<Self, MetricError> {
        if labels.len() != cells {
            return Err(MetricError::OtherCells { name, labels: labels.len(), cells });
        }
        let mut values = labels.to_vec();
        values.sort_unstable();
        values.dedup();
        let codes: Vec<usize> = labels.iter().map(|label| values.partition_point(|value| value < label)).collect();
        let mut counts = vec![0; values.len()];
        for &code in &codes {
            counts[code] += 1;
        }
        Ok(Self { name, codes, counts })
    }

    /// Refuses another number of groups than `least` to `most`.
    pub(super) fn check(&self, least: usize, most: usize) -> Result<(), MetricError> {
        if (least..=most).contains(&self.groups()) {
            return Ok(());
        }
        Err(MetricError::Groups { name: self.name, groups: self.groups(), cells: self.len(), least, most })
    }

    /// Number of cells.
    pub(super) fn len(&self) -> usize {
        self.codes.len()
    }

    /// Number of groups.
    pub(super) fn groups(&self) -> usize {
        self.counts.len()
    }

    /// The group of every cell.
    pub(super) fn codes(&self) -> &[usize] {
        &self.codes
    }

    /// The cells of every group, 1 or more.
    pub(super) fn counts(&self) -> &[usize] {
        &self.counts
    }

    /// The cells of every group, rising.
    pub(super) fn members(&self) -> Vec<Vec<usize>> {
        let mut members = vec![Vec::new(); self.groups()];
        for (cell, &code) in self.codes.iter().enumerate() {
            members[code].push(cell);
        }
        members
    }

    /// `H = -sum_b p_b ln p_b` of the shares of the groups, in nats.
    pub(super) fn entropy(&self) -> f64 {
        entropy(&self.counts)
    }
}

/// `-sum_b p_b ln p_b` of `p_b = counts_b / sum(counts)`, in nats; 0 where there is nothing to count.
pub(super) fn entropy(counts: &[usize]) -> f64 {
    let total = counts.iter().sum::<usize>() as f64;
    // Not -sum: a single group has no entropy, rather than -0.
    counts.iter().filter(|&&count| count > 0).map(|&count| count as f64 / total * (total / count as f64).ln()).sum()
}
