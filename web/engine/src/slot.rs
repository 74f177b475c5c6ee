//! A place for one run.

use std::cell::{Cell, RefCell};

use dosefront::run::trade_off::FrontSlider;
use dosefront::run::{Event, Runner};
use wasm_bindgen::JsValue;

use dosefront_boundary::Failure;

/// At most one run. It is taken out during a step, so that a call in between is refused in words instead of trapping.
#[derive(Default)]
pub struct Slot {
    runner: RefCell<Option<Runner>>,
    /// Counts runs, so that a step that ends after its run was cancelled or replaced does not bring it back.
    generation: Cell<u64>,
}

impl Slot {
    /// Puts a run in place of any other.
    pub fn start(&self, runner: Runner) {
        self.cancel();
        self.runner.replace(Some(runner));
    }

    /// Drops the run.
    pub fn cancel(&self) {
        self.generation.set(self.generation.get() + 1);
        self.runner.replace(None);
    }

    /// Works for about so many milliseconds.
    pub async fn step(&self, budget_ms: f64) -> Result<Vec<Event>, Failure> {
        let mut runner = self.runner.take().ok_or_else(crate::failure::no_run)?;
        let generation = self.generation.get();
        let events = runner.step(budget_ms).await;
        if self.generation.get() == generation {
            self.runner.replace(Some(runner));
        }
        Ok(events?)
    }

    /// The one-run front of a trade-off, to move along.
    pub async fn front_slider(&self) -> Result<Option<FrontSlider>, Failure> {
        let runner = self.runner.take().ok_or_else(crate::failure::no_run)?;
        let generation = self.generation.get();
        let slider = runner.front_slider().await;
        if self.generation.get() == generation {
            self.runner.replace(Some(runner));
        }
        Ok(slider?)
    }

    /// Looks at the run.
    pub fn read<T>(&self, look: impl FnOnce(&Runner) -> Result<T, Failure>) -> Result<T, JsValue> {
        let runner = self.runner.borrow();
        Ok(look(runner.as_ref().ok_or_else(crate::failure::no_run)?)?)
    }
}
