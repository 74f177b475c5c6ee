use burn::tensor::Device;

use crate::run::{Event, RunError, RunFile, StageName};
use crate::tradeoff::playground::Playground;

use super::{EstimatedInformation, MutualInformationTask};

/// Does a mutual-information task, one bounded piece of work after the other.
pub(in crate::run) struct MutualInformationRunner {
    run: RunFile,
    task: MutualInformationTask,
    device: Device,
    events: Vec<Event>,
    /// Once the points are drawn.
    playground: Option<Playground>,
    found: EstimatedInformation,
}

impl MutualInformationRunner {
    /// Nothing is computed yet.
    pub fn new(run: RunFile, task: MutualInformationTask, device: Device) -> Self {
        let text = "Drawing points, computing their mutual information".to_owned();
        let events = vec![Event::Stage { stage: StageName::Prepare, text }];
        Self { run, task, device, events, playground: None, found: EstimatedInformation::default() }
    }

    pub fn run(&self) -> &RunFile {
        &self.run
    }

    pub fn is_finished(&self) -> bool {
        self.playground.as_ref().is_some_and(Playground::is_finished)
    }

    pub fn events(&mut self) -> &mut Vec<Event> {
        &mut self.events
    }

    pub fn outcome(&self) -> &EstimatedInformation {
        &self.found
    }

    /// The points that estimators are judged on.
    pub fn playground(&self) -> Option<&Playground> {
        self.playground.as_ref()
    }

    /// Does one piece of work and says which kind it was.
    pub async fn advance(&mut self) -> Result<StageName, RunError> {
        let Some(playground) = &mut self.playground else {
            let playground = Playground::new(self.task.setup(), &self.device)?;
            self.found.mutual_information = Some(playground.truth());
            self.playground = Some(playground);
            let text = "Training critics to tell points of different categories apart".to_owned();
            self.events.push(Event::Stage { stage: StageName::Train, text });
            return Ok(StageName::Prepare);
        };
        if let Some(estimate) = playground.advance().await? {
            self.found.note(estimate, &self.task.estimators);
            self.events.push(Event::Estimate { estimate, truth: playground.truth() });
        }
        let done = playground.progress();
        self.events.push(Event::Progress { done, text: "Estimating mutual information".to_owned() });
        if playground.is_finished() {
            self.events.push(Event::Finished);
        }
        Ok(StageName::Train)
    }
}
