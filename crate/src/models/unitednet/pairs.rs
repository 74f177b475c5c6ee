//! Which pairs a batch holds.

use crate::models::TrainingSet;
use crate::models::examples::Example;
use crate::nn::Noise;

/// Fewest pairs of an arm: batch norm needs something to go by.
pub(super) const AT_LEAST: usize = 4;

/// The other cell types that were seen under any treatment, ascending: what identification tells apart.
pub(super) fn seen_types(data: &TrainingSet) -> Vec<usize> {
    let mut types: Vec<usize> = (1..data.arms().len()).flat_map(|arm| data.donors(arm)).collect();
    types.sort_unstable();
    types.dedup();
    types
}

/// Pairs of every arm in batches of one arm each, because a batch is for the networks of two modalities.
pub(super) struct Pairs {
    /// Of each arm; none of the control.
    of_arm: Vec<Vec<Example>>,
    size: usize,
    /// For each arm and replica the order of its pairs in this pass.
    order: Vec<Vec<Vec<usize>>>,
    /// For every step of a pass the arm and which of its batches.
    steps: Vec<(usize, usize)>,
    /// For every row of the training cells its place in the list of types.
    class: Vec<usize>,
    /// The weight of each type: pairs / (types * pairs of the type).
    weight: Vec<f32>,
}

impl Pairs {
    /// Sorts the examples that are no control cells by arm.
    pub fn new(examples: &[Example], types: &[usize], data: &TrainingSet, size: usize) -> Self {
        let of = |arm| examples.iter().filter(|example| arm != 0 && example.arm == arm).copied().collect();
        let of_arm: Vec<Vec<Example>> = (0..data.arms().len()).map(of).collect();
        let steps = schedule(&of_arm.iter().map(Vec::len).collect::<Vec<_>>(), size);
        let mut class = vec![0; data.training_cells().len()];
        for (place, &cell_type) in types.iter().enumerate() {
            for cell in data.cells_of(cell_type, 0) {
                if let Ok(row) = data.training_cells().binary_search(&cell) {
                    class[row] = place;
                }
            }
        }
        let mut found = vec![0; types.len()];
        of_arm.iter().flatten().for_each(|pair| found[class[pair.input]] += 1);
        let total: usize = found.iter().sum();
        let weight = found.iter().map(|&n| total as f32 / (types.len() * n.max(1)) as f32).collect();
        Self { of_arm, size, order: Vec::new(), steps, class, weight }
    }

    /// Draws the order of a pass.
    pub fn shuffle(&mut self, noise: &mut Noise) {
        self.order = self.of_arm.iter().map(|pairs| noise.shuffles(pairs.len())).collect();
    }

    /// The arm of a step and its pairs for each replica.
    pub fn batch(&self, step: usize) -> (usize, Vec<Vec<Example>>) {
        let (arm, k) = self.steps[step];
        let pairs = &self.of_arm[arm];
        let size = self.size.min(pairs.len());
        let some = |order: &Vec<usize>| order[k * size..(k + 1) * size].iter().map(|&i| pairs[i]).collect();
        (arm, self.order[arm].iter().map(some).collect())
    }

    /// What identification is to say of pairs, row-major `replicas x pairs x types`: the weight of each pair's type at its type,
    /// over the sum of the replica's weights.
    pub fn targets(&self, pairs: &[Vec<Example>]) -> Vec<f32> {
        let mut targets = Vec::new();
        for replica in pairs {
            let class = |pair: &Example| self.class[pair.input];
            let total: f32 = replica.iter().map(|pair| self.weight[class(pair)]).sum();
            for pair in replica {
                let of = |place| if place == class(pair) { self.weight[place] / total } else { 0.0 };
                targets.extend((0..self.weight.len()).map(of));
            }
        }
        targets
    }
}

/// Every step of a pass, given the pairs of each arm: its arm and which of the arm's batches. Arms take turns; what does not fill
/// a last batch is left out, and so are arms with too few pairs.
pub(super) fn schedule(pairs: &[usize], size: usize) -> Vec<(usize, usize)> {
    let batches = |n: usize| if n < AT_LEAST { 0 } else { n / size.min(n) };
    let most = pairs.iter().map(|&n| batches(n)).max().unwrap_or(0);
    let turn = |k| (0..pairs.len()).filter(move |&arm| k < batches(pairs[arm])).map(move |arm| (arm, k));
    (0..most).flat_map(turn).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arms_take_turns_and_small_ones_are_left_out() {
        assert_eq!(schedule(&[0, 21, 3, 8], 8), [(1, 0), (3, 0), (1, 1)]);
        assert_eq!(schedule(&[0, 5, 4], 512), [(1, 0), (2, 0)]);
        assert!(schedule(&[0, 1], 8).is_empty());
    }

    #[test]
    fn rare_types_weigh_more_and_weights_sum_to_one() {
        let pair = |input| Example { input, target: 0, arm: 1 };
        let pairs = Pairs {
            of_arm: Vec::new(),
            size: 3,
            order: Vec::new(),
            steps: Vec::new(),
            class: vec![0, 1, 0],
            weight: vec![0.5, 2.0],
        };
        let found = pairs.targets(&[vec![pair(0), pair(1), pair(2)], vec![pair(0), pair(2), pair(0)]]);
        let third = 1.0 / 3.0;
        let expected = [third * 0.5, 0.0, 0.0, third * 2.0, third * 0.5, 0.0, third, 0.0, third, 0.0, third, 0.0];
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{found:?}");
    }
}
