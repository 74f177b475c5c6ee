//! Reading fixtures: tensors as `{"shape": [...], "data": [...]}`.

use std::fs;
use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData};
use serde_json::Value;

/// A fixture under `tests/reference/fixtures`.
pub fn fixture(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference/fixtures").join(name);
    serde_json::from_str(&fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))).unwrap()
}

pub fn numbers(value: &Value) -> Vec<f32> {
    value["data"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap() as f32).collect()
}

/// One replica, `[1, rows, columns]`; a vector becomes one row.
pub fn tensor(value: &Value, device: &Device) -> Tensor<3> {
    let shape: Vec<usize> = value["shape"].as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as usize).collect();
    let shape = match shape[..] {
        [n] => [1, 1, n],
        [rows, columns] => [1, rows, columns],
        _ => panic!("a shape of {} numbers", shape.len()),
    };
    Tensor::from_data(TensorData::new(numbers(value), shape), device)
}

pub fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// Every entry within `absolute + relative * |expected|`.
pub fn close(what: &str, found: &[f32], expected: &[f32], absolute: f32, relative: f32) {
    assert_eq!(found.len(), expected.len(), "{what}: lengths");
    for (i, (f, e)) in found.iter().zip(expected).enumerate() {
        assert!((f - e).abs() <= absolute + relative * e.abs(), "{what}[{i}]: {f}, expected {e}");
    }
}
