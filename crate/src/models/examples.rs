//! What an epoch trains: cells to themselves, and control cells to the partners that optimal transport finds.

use std::collections::VecDeque;

use crate::models::pairing::{Problem, Reuse, drawn};
use crate::models::{ModelError, TrainingSet};

/// One thing to learn: what goes in, what should come out, and under which arm. Cells are rows of the training cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    pub input: usize,
    pub target: usize,
    pub arm: usize,
}

/// Every training cell to itself under its own arm.
pub fn self_reconstruction(data: &TrainingSet) -> Vec<Example> {
    let mut arms = vec![0; data.training_cells().len()];
    for cell_type in 0..data.n_types() {
        for arm in 1..data.arms().len() {
            for row in data.rows(&data.cells_of(cell_type, arm)) {
                arms[row] = arm;
            }
        }
    }
    arms.into_iter().enumerate().map(|(row, arm)| Example { input: row, target: row, arm }).collect()
}

/// Pairs that are found one type and arm at a time, because transport takes its time.
pub struct Pairing {
    /// What is still to be solved.
    problems: VecDeque<Problem>,
    examples: Vec<Example>,
    n_examples: usize,
}

impl Pairing {
    /// Plans the pairs of all types but the held-out one, with at most `limit` cells of a type and arm.
    pub fn new(data: &TrainingSet, limit: usize) -> Result<Self, ModelError> {
        let mut pairing = Self { problems: VecDeque::new(), examples: Vec::new(), n_examples: 0 };
        for cell_type in (0..data.n_types()).filter(|&t| t != data.held_out_type()) {
            let control = data.rows(&drawn(data, cell_type, 0, limit));
            pairing.examples.extend(control.into_iter().map(|row| Example { input: row, target: row, arm: 0 }));
            let problems = (1..data.arms().len()).filter_map(|arm| Problem::new(data, cell_type, arm, limit));
            pairing.problems.extend(problems);
        }
        pairing.n_examples = pairing.problems.iter().map(|problem| problem.n_pairs(Reuse::Allowed)).sum();
        pairing.n_examples += pairing.examples.len();
        if pairing.problems.is_empty() {
            let arm = data.arms().get(1).map_or_else(String::new, |arm| arm.label.clone());
            return Err(ModelError::NoDonor { arm });
        }
        Ok(pairing)
    }

    /// Types and arms that are still to be paired.
    pub fn left(&self) -> usize {
        self.problems.len()
    }

    /// Examples there will be.
    pub fn n_examples(&self) -> usize {
        self.n_examples
    }

    /// Examples under one arm there will be.
    pub fn n_examples_of(&self, arm: usize) -> usize {
        let found = self.examples.iter().filter(|example| example.arm == arm).count();
        let ahead = self.problems.iter().filter(|problem| problem.arm == arm);
        found + ahead.map(|problem| problem.n_pairs(Reuse::Allowed)).sum::<usize>()
    }

    /// Control cells to themselves and to their partners, as far as found.
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// Pairs the cells of the next type and arm.
    pub fn advance(&mut self, data: &TrainingSet) -> Result<(), ModelError> {
        let Some(problem) = self.problems.pop_front() else { return Ok(()) };
        let (control, treated): (Vec<_>, Vec<_>) = problem.solve(data, Reuse::Allowed)?.into_iter().unzip();
        let pairs = data.rows(&control).into_iter().zip(data.rows(&treated));
        self.examples.extend(pairs.map(|(input, target)| Example { input, target, arm: problem.arm }));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{GeneChoice, Preprocess, guess_roles, prepare, simulate};

    fn data() -> TrainingSet {
        let dataset = simulate("pbmc-two-condition", 1).unwrap();
        let design = guess_roles(&dataset).resolve(&dataset).unwrap();
        let hidden = design.treated_of(1);
        let settings = Preprocess { genes: GeneChoice::HvgSeurat(50), max_cells: 400, ..Preprocess::default() };
        TrainingSet::new(prepare(&dataset, &design, &settings, &hidden).unwrap(), 1)
    }

    #[test]
    fn pairs_stay_within_their_type_and_leave_the_held_out_one_out() {
        let data = data();
        let mut pairing = Pairing::new(&data, 20).unwrap();
        while pairing.left() > 0 {
            pairing.advance(&data).unwrap();
        }
        assert_eq!(pairing.examples().len(), pairing.n_examples());
        let place = |row: usize| {
            let cell = data.training_cells()[row];
            (0..data.n_types())
                .flat_map(|t| (0..data.arms().len()).map(move |arm| (t, arm)))
                .find(|&(t, arm)| data.cells_of(t, arm).contains(&cell))
                .unwrap()
        };
        for example in pairing.examples() {
            let (source, target) = (place(example.input), place(example.target));
            assert!(source.0 == target.0 && source.0 != 1 && source.1 == 0 && target.1 == example.arm);
        }
        assert!(pairing.examples().iter().filter(|e| e.arm == 0).all(|e| e.input == e.target));
    }

    #[test]
    fn every_training_cell_reconstructs_itself_under_its_own_arm() {
        let data = data();
        let examples = self_reconstruction(&data);
        assert_eq!(examples.len(), data.training_cells().len());
        let treated = (0..data.n_types()).map(|t| data.cells_of(t, 1).len()).sum::<usize>();
        assert_eq!(examples.iter().filter(|e| e.arm == 1).count(), treated);
    }
}
