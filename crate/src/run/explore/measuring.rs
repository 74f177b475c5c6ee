//! The stages of an exploration that measure distances: values, noise floors, resampling.

use std::collections::BTreeMap;
use std::rc::Rc;

use ndarray::Axis;

use crate::metrics::contrast::{Contrast, NoiseFloor, Part as FloorPart};
use crate::run::{Event, Part, RunError};

use super::exploration::Distances;
use super::groups::{at_most, type_name};
use super::runner::{ExploreRunner, Stage};

/// What a noise floor depends on: the type, and how many cells of each type within stand for treated ones.
pub(super) type FloorKey = (Option<usize>, Vec<usize>);

impl ExploreRunner {
    /// The control and the treated cells of a comparison that distances are measured between.
    fn sample(&self, i: usize) -> (Vec<usize>, Vec<usize>) {
        let comparison = &self.found.comparisons[i];
        let (task, design) = (&self.found.task, self.found.design());
        let most = task.distances.as_ref().map_or(0, |part| part.matched_cells.unwrap_or(part.max_cells));
        // The control of a type is drawn once, so that all its doses are compared with the same cells.
        let control = at_most(most, &comparison.control, task.seed, &comparison.control_purpose(design));
        (control, at_most(most, &comparison.treated, task.seed, &comparison.purpose(design)))
    }

    /// The comparison with the numbers of its control and treated cells.
    fn contrast(&self, i: usize) -> Result<(Contrast, usize, usize), RunError> {
        let (task, design) = (&self.found.task, self.found.design());
        let part = task.distances.clone().unwrap_or_default();
        let (control, treated) = self.sample(i);
        let purpose = self.found.comparisons[i].purpose(design);
        let (x, y) = (self.coordinates.select(Axis(0), &control), self.coordinates.select(Axis(0), &treated));
        let contrast = Contrast::new(x.view(), y.view(), &part.metrics, &part.resampling(task.seed), &purpose)?;
        let types = |cells: &[usize]| cells.iter().map(|&cell| design.cell_type[cell]).collect::<Vec<_>>();
        Ok((contrast.stratified(&types(&control), &types(&treated)), control.len(), treated.len()))
    }

    pub(super) fn distances(&mut self, i: usize) -> Result<(Option<Stage>, f64), RunError> {
        let (mut contrast, n_control, n_treated) = self.contrast(i)?;
        self.found.distances[i] = Some(Distances { n_control, n_treated, measured: contrast.values()? });
        Ok((None, 1.0))
    }

    /// Control against control, in parts as near to the sizes of the comparison as the control cells allow.
    pub(super) fn floor(
        &mut self,
        i: usize,
        floor: Option<(FloorKey, Box<NoiseFloor>)>,
    ) -> Result<(Option<Stage>, f64), RunError> {
        let (key, mut floor) = match floor {
            Some(floor) => floor,
            None => match self.begin_floor(i)? {
                Some(floor) => floor,
                None => return Ok((None, 1.0)),
            },
        };
        if floor.step()? {
            let within = floor.progress();
            return Ok((Some(Stage::Floor(i, Some((key, floor)))), within));
        }
        let floors = Rc::new(floor.floors());
        self.floors.insert(key, Rc::clone(&floors));
        self.found.floors[i] = Some(floors);
        Ok((None, 1.0))
    }

    /// `None` where the floor is known already, or cannot be.
    fn begin_floor(&mut self, i: usize) -> Result<Option<(FloorKey, Box<NoiseFloor>)>, RunError> {
        let (task, design) = (&self.found.task, self.found.design());
        let part = task.distances.clone().unwrap_or_default();
        let comparison = &self.found.comparisons[i];
        let (mut control, treated) = self.sample(i);
        let name = format!("{}/floor", comparison.control_purpose(design));
        if let Some(matched) = part.matched_cells {
            // Enough cells for two groups of that size, where there are as many.
            control = at_most(2 * matched, &comparison.control, task.seed, &name);
        }
        let mut strata: BTreeMap<u32, (Vec<usize>, usize)> = BTreeMap::new();
        for (row, &cell) in control.iter().enumerate() {
            strata.entry(design.cell_type[cell]).or_default().0.push(row);
        }
        for &cell in &treated {
            if let Some(stratum) = strata.get_mut(&design.cell_type[cell]) {
                stratum.1 += 1;
            }
        }
        let parts: Vec<FloorPart> = strata
            .into_values()
            .map(|(cells, treated)| FloorPart { taken: treated.min(cells.len() / 2), cells })
            .collect();
        let key = (comparison.cell_type, parts.iter().map(|part| part.taken).collect::<Vec<_>>());
        if let Some(known) = self.floors.get(&key) {
            self.found.floors[i] = Some(Rc::clone(known));
            return Ok(None);
        }
        if parts.iter().all(|part| part.taken == 0) {
            let note =
                format!("{} has too few control cells for a noise floor.", type_name(design, comparison.cell_type));
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
            return Ok(None);
        }
        let x = self.coordinates.select(Axis(0), &control);
        let floor = NoiseFloor::new(x.view(), &parts, &part.metrics, part.floor_splits, task.seed, &name)?;
        Ok(Some((key, Box::new(floor))))
    }

    pub(super) fn resample(
        &mut self,
        i: usize,
        contrast: Option<Box<Contrast>>,
    ) -> Result<(Option<Stage>, f64), RunError> {
        let mut contrast = match contrast {
            Some(contrast) => contrast,
            None => Box::new(self.contrast(i)?.0),
        };
        if contrast.resample_step() {
            let within = contrast.progress();
            return Ok((Some(Stage::Resample(i, Some(contrast))), within));
        }
        if let Some(distances) = &mut self.found.distances[i] {
            distances.measured = contrast.measured()?;
        }
        self.events.push(Event::Explored { part: Part::Distances });
        Ok((None, 1.0))
    }
}
