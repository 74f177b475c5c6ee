//! What it was computed with.

use super::{Rest, in_words};
use crate::report::prose::{Prose, cited};
use crate::run::{Device, EngineInfo, RunFile, Versions};

/// Says what has not been said of the settings, and on what engine it was computed.
pub(super) fn say(prose: &mut Prose, run: &RunFile, made: Option<(&EngineInfo, &Versions)>, rest: &Rest) {
    if !rest.0.is_empty() {
        prose.say(&format!("Other settings that differ from the defaults: {}.", in_words(&rest.0)));
    }
    prose.paragraph();
    let versions = made.map_or_else(Versions::default, |(_, versions)| versions.clone());
    prose.say(&format!(
        "Everything was computed with Dosefront {}{} and Burn {}{}.",
        versions.dosefront,
        cited(&["dosefront"]),
        versions.burn,
        cited(&["burn"]),
    ));
    let gpu = made.map_or(run.device == Device::Webgpu, |(engine, _)| engine.engine == "webgpu");
    let adapter = made.and_then(|(engine, _)| engine.adapter.as_ref());
    let adapter = adapter.map_or(String::new(), |name| format!(", {name}"));
    let same = made.map_or("", |(engine, _)| engine.repeats.as_str());
    prose.say(&if gpu {
        format!(
            "It ran on a graphics processor (WebGPU{adapter}), on which the same run file gives the same numbers within a tolerance, not \
             bit for bit."
        )
    } else if same.contains("same machine") {
        "It ran on the CPU engine of the command line, on which the same run file gives the same numbers bit for bit on the same machine."
            .to_owned()
    } else {
        "It ran on the CPU engine, on which the same run file gives the same numbers bit for bit.".to_owned()
    });
    prose.say("All random numbers come from the seeds that are named.");
}
