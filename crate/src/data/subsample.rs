//! A smaller data set with the same composition.

use std::collections::BTreeMap;

use rand::seq::SliceRandom;

use super::design::Design;
use crate::random::stream;

/// Cells that a small group (type x arm x batch) keeps before larger groups get more.
pub const FLOOR: usize = 10;

/// Positions in `design.cells` of at most `max_cells` cells, ascending; all of them where `max_cells` is 0 or large
/// enough, else exactly `max_cells`.
///
/// Cells are drawn within each group of type x arm x batch. A group gets its proportional share, but not less than
/// `FLOOR` cells (or all that it has), as far as `max_cells` allows. The draw of a group depends on the seed and the
/// names of the group only, not on the other groups.
#[must_use]
pub fn subsample(design: &Design, max_cells: usize, seed: u64) -> Vec<usize> {
    let n = design.cells.len();
    if max_cells == 0 || n <= max_cells {
        return (0..n).collect();
    }
    let mut groups: BTreeMap<(u32, u32, u32), Vec<usize>> = BTreeMap::new();
    for i in 0..n {
        groups.entry((design.cell_type[i], design.arm[i], design.batch[i])).or_default().push(i);
    }
    let sizes: Vec<usize> = groups.values().map(Vec::len).collect();
    let mut kept = Vec::with_capacity(max_cells);
    for (((cell_type, arm, batch), mut members), share) in groups.into_iter().zip(shares(&sizes, max_cells)) {
        let purpose = format!(
            "subsample/{}/{}/{}",
            design.cell_types[cell_type as usize], design.arms[arm as usize].label, design.batches[batch as usize]
        );
        members.shuffle(&mut stream(seed, &purpose));
        kept.extend_from_slice(&members[..share]);
    }
    kept.sort_unstable();
    kept
}

/// How many cells each group keeps: in sum `total`, which is below the sum of `sizes`.
fn shares(sizes: &[usize], total: usize) -> Vec<usize> {
    let floors: Vec<usize> = sizes.iter().map(|&size| size.min(FLOOR)).collect();
    if floors.iter().sum::<usize>() >= total {
        return proportional(&floors, total);
    }
    // Groups whose share would fall below the floor get the floor; what they take more lowers the share of the others,
    // which can push further groups to the floor.
    let mut at_floor = vec![false; sizes.len()];
    loop {
        let taken: usize = (0..sizes.len()).filter(|&i| at_floor[i]).map(|i| floors[i]).sum();
        let rest: Vec<usize> = (0..sizes.len()).map(|i| if at_floor[i] { 0 } else { sizes[i] }).collect();
        let share = (total - taken) as f64 / rest.iter().sum::<usize>().max(1) as f64;
        let below: Vec<usize> =
            (0..sizes.len()).filter(|&i| !at_floor[i] && rest[i] as f64 * share < floors[i] as f64).collect();
        if below.is_empty() {
            let mut shares = proportional(&rest, total - taken);
            for i in (0..sizes.len()).filter(|&i| at_floor[i]) {
                shares[i] = floors[i];
            }
            return shares;
        }
        for i in below {
            at_floor[i] = true;
        }
    }
}

/// Splits `total` in proportion to the weights, by largest remainders (the first of equal ones). No share is above its
/// weight as long as `total` is not above their sum.
fn proportional(weights: &[usize], total: usize) -> Vec<usize> {
    let sum = weights.iter().sum::<usize>().max(1);
    let mut shares: Vec<usize> = weights.iter().map(|&weight| weight * total / sum).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(weights[i] * total % sum));
    let left = total.saturating_sub(shares.iter().sum());
    for &i in order.iter().take(left) {
        shares[i] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_and_respect_the_floor() {
        assert_eq!(shares(&[1000, 100, 12, 3], 300), [261, 26, 10, 3]);
        assert_eq!(shares(&[50, 50], 33), [17, 16]);
        // 12 of 30 floors cannot be had: each group gets as much as is left.
        assert_eq!(shares(&[100, 100, 100], 12), [4, 4, 4]);
        for total in 1..200 {
            let sizes = [70, 9, 33, 88, 1];
            let shares = shares(&sizes, total);
            assert_eq!(shares.iter().sum::<usize>(), total);
            assert!(shares.iter().zip(&sizes).all(|(share, size)| share <= size), "{total}: {shares:?}");
        }
    }
}
