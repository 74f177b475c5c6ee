//! The autoencoder of scGen and scVIDR with the weights of a fixture.

use burn::module::Param;
use burn::tensor::{Device, Tensor};
use dosefront::models::vae::{VaeConfig, VaeModule};
use dosefront::nn::{BatchNorm, Linear};
use serde_json::Value;

use super::common::tensor;

/// Every weight and running statistic with its name in the fixture.
pub fn parameters(module: &mut VaeModule) -> Vec<(String, &mut Param<Tensor<3>>)> {
    fn linear<'a>(name: &str, layer: &'a mut Linear, out: &mut Vec<(String, &'a mut Param<Tensor<3>>)>) {
        out.push((format!("{name}.weight"), &mut layer.weight));
        out.push((format!("{name}.bias"), &mut layer.bias));
    }
    fn norm<'a>(name: &str, layer: &'a mut BatchNorm, out: &mut Vec<(String, &'a mut Param<Tensor<3>>)>) {
        out.push((format!("{name}.weight"), &mut layer.gamma));
        out.push((format!("{name}.bias"), &mut layer.beta));
        out.push((format!("{name}.running_mean"), &mut layer.running_mean));
        out.push((format!("{name}.running_var"), &mut layer.running_var));
    }
    let mut out = Vec::new();
    for (stack, layers) in [("encoder", &mut module.encoder), ("decoder", &mut module.decoder)] {
        for (i, layer) in layers.iter_mut().enumerate() {
            linear(&format!("{stack}.{i}.linear"), &mut layer.linear, &mut out);
            norm(&format!("{stack}.{i}.norm"), &mut layer.norm, &mut out);
        }
    }
    linear("mean", &mut module.mean, &mut out);
    linear("log_var", &mut module.log_var, &mut out);
    linear("output", &mut module.output, &mut out);
    out
}

pub fn is_statistic(name: &str) -> bool {
    name.contains("running")
}

/// A module of `config` with the weights `case.initial`.
pub fn loaded(case: &Value, config: &VaeConfig, device: &Device) -> VaeModule {
    let mut module = VaeModule::new(case["genes"].as_u64().unwrap() as usize, config, &[0], device);
    for (name, parameter) in parameters(&mut module) {
        let value = tensor(&case["initial"][&name], device);
        assert_eq!(parameter.val().dims(), value.dims(), "{name}");
        *parameter = Param::initialized(parameter.id, value).set_require_grad(!is_statistic(&name));
    }
    module
}
