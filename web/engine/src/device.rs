//! The engine's device.

use burn::tensor::Device;
use dosefront::run::EngineInfo;

use dosefront_boundary::Failure;

/// Opens the device called `cpu` or `webgpu`.
#[cfg_attr(not(feature = "webgpu"), allow(clippy::unused_async, reason = "only WebGPU has something to wait for"))]
pub async fn open(name: &str, adapter: Option<String>, software: bool) -> Result<(Device, EngineInfo), Failure> {
    match name {
        "cpu" => Ok((Device::flex(), info("cpu", None, false, "same bits"))),
        #[cfg(feature = "webgpu")]
        "webgpu" => {
            let device = Device::wgpu_options().tasks_max(64).init_async().await.map_err(|error| {
                Failure::new("no_webgpu", format!("WebGPU could not be started: {error}"), "Train on the CPU engine.")
            })?;
            Ok((device, info("webgpu", adapter, software, "within tolerance")))
        }
        other => {
            let _ = (adapter, software);
            Err(Failure::new(
                "unknown_device",
                format!("this engine has no device '{other}'"),
                "Use 'cpu', or load the WebGPU engine.",
            ))
        }
    }
}

fn info(engine: &str, adapter: Option<String>, software: bool, repeats: &str) -> EngineInfo {
    EngineInfo { engine: engine.to_owned(), adapter, software, repeats: repeats.to_owned() }
}
