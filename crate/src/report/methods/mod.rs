//! The Methods section of a run, written from its run file.

mod data;
mod engine;
mod explore;
mod information;
mod models;
mod predict;
mod trade_off;

use serde::Serialize;

use super::citations::Citation;
use super::prose::{Prose, listed};
use super::settings::{Difference, differences};
use crate::run::{EngineInfo, RunFile, Task, Versions};

/// What was done, in the past tense, and the works it refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Methods {
    /// One to four paragraphs, an empty line between them; references are numbers as in `[1, 2]`.
    pub paragraph: String,
    /// The works, number 1 first. Every one is referred to.
    pub citations: Vec<Citation>,
}

/// The Methods section of a run file with every default filled in ([`RunFile::parse`] does).
///
/// It names the data, their preparation, what was held out, every model with its preset, the length of its training and each setting that
/// is not the preset's, the metrics and how they are defined, seeds, and on what engine it was computed.
#[must_use]
pub fn methods(run: &RunFile) -> Methods {
    let prose = prose(run, None);
    Methods { paragraph: prose.text(), citations: prose.works }
}

/// The same in pieces; with what it was really computed on, where that is known.
pub(super) fn prose(run: &RunFile, made: Option<(&EngineInfo, &Versions)>) -> Prose {
    let mut prose = Prose::default();
    let mut rest = Rest(differences(run));
    match &run.task {
        Task::Explore(task) => {
            data::say(&mut prose, run, &mut rest);
            explore::say(&mut prose, task, &mut rest);
        }
        Task::Predict(task) => {
            data::say(&mut prose, run, &mut rest);
            predict::say(&mut prose, run, task, &mut rest);
        }
        Task::TradeOff(task) => {
            data::say(&mut prose, run, &mut rest);
            trade_off::say(&mut prose, task, &mut rest);
        }
        Task::MutualInformation(task) => information::say(&mut prose, task, &mut rest),
    }
    engine::say(&mut prose, run, made, &rest);
    prose
}

/// The unusual settings that nothing has been said of yet.
struct Rest(Vec<Difference>);

impl Rest {
    /// Those whose path begins so, which are then said.
    fn take(&mut self, prefix: &str) -> Vec<Difference> {
        let (taken, kept) = std::mem::take(&mut self.0)
            .into_iter()
            .partition(|one| one.path.strip_prefix(prefix).is_some_and(|end| end.is_empty() || end.starts_with('.')));
        self.0 = kept;
        taken
    }

    /// Those that end a sentence of their own, at these paths, are not repeated.
    fn said(&mut self, paths: &[&str]) {
        for path in paths {
            self.take(path);
        }
    }
}

/// `dropout 0.1 instead of 0.2 and hidden units 64 instead of 800`.
fn in_words(differences: &[Difference]) -> String {
    listed(&differences.iter().map(Difference::words).collect::<Vec<_>>())
}
