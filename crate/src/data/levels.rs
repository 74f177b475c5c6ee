//! Any `obs` column as groups: text labels as they are, numbers as one group per value.

use super::ObsValues;

/// Texts that stand for a missing label.
const MISSING: [&str; 6] = ["", "nan", "NaN", "NA", "N/A", "<NA>"];

/// The groups of an `obs` column.
pub(super) struct Levels {
    /// The groups that at least one cell has: labels in the column's order, numbers ascending.
    pub names: Vec<String>,
    /// For each cell the number of its group; `None` where the value is missing.
    pub codes: Vec<Option<u32>>,
    /// The value of each group where the column holds numbers.
    pub numbers: Option<Vec<f64>>,
}

impl Levels {
    /// Groups of a column. Texts such as `nan` or the empty text count as missing.
    pub fn of(values: &ObsValues) -> Self {
        match values {
            ObsValues::Labels { levels, codes } => Self::of_labels(levels, codes),
            ObsValues::Numbers(numbers) => Self::of_numbers(numbers),
        }
    }

    fn of_labels(levels: &[String], codes: &[Option<u32>]) -> Self {
        let mut used = vec![false; levels.len()];
        for code in codes.iter().flatten() {
            used[*code as usize] = true;
        }
        let mut names = Vec::new();
        let new_code: Vec<Option<u32>> = levels
            .iter()
            .zip(&used)
            .map(|(level, &used)| {
                (used && !MISSING.contains(&level.trim())).then(|| {
                    names.push(level.clone());
                    names.len() as u32 - 1
                })
            })
            .collect();
        let codes = codes.iter().map(|code| code.and_then(|code| new_code[code as usize])).collect();
        Self { names, codes, numbers: None }
    }

    fn of_numbers(values: &[f64]) -> Self {
        // Adding zero turns -0 into 0.
        let mut distinct: Vec<f64> = values.iter().filter(|v| v.is_finite()).map(|v| v + 0.0).collect();
        distinct.sort_unstable_by(f64::total_cmp);
        distinct.dedup();
        let codes = values.iter().map(|v| v.is_finite().then(|| distinct.partition_point(|d| d < v) as u32)).collect();
        Self { names: distinct.iter().map(f64::to_string).collect(), codes, numbers: Some(distinct) }
    }

    /// Number of groups.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether the groups are whole numbers or texts: a measurement is neither.
    pub fn is_discrete(&self) -> bool {
        self.numbers.as_ref().is_none_or(|numbers| numbers.iter().all(|v| v.fract() == 0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unused_and_missing_labels_are_no_groups() {
        let values = ObsValues::Labels {
            levels: ["b", "nan", "unused", "a"].map(str::to_owned).to_vec(),
            codes: vec![Some(3), Some(1), None, Some(0), Some(3)],
        };
        let levels = Levels::of(&values);
        assert_eq!(levels.names, ["b", "a"]);
        assert_eq!(levels.codes, [Some(1), None, None, Some(0), Some(1)]);
    }

    #[test]
    fn numbers_become_groups_in_ascending_order() {
        let levels = Levels::of(&ObsValues::Numbers(vec![30.0, 0.01, f64::NAN, -0.0, 0.0, 30.0]));
        assert_eq!(levels.names, ["0", "0.01", "30"]);
        assert_eq!(levels.codes, [Some(2), Some(1), None, Some(0), Some(0), Some(2)]);
        assert!(!levels.is_discrete());
    }
}
