//! Numbers that may be missing: JSON has no NaN, it writes null.

use serde::{Deserialize, Deserializer};

/// Values in which null is read as NaN.
pub fn with_gaps<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<f64>, D::Error> {
    let values: Vec<Option<f64>> = Deserialize::deserialize(from)?;
    Ok(values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect())
}

/// The same in single precision, for one value per cell.
pub fn single_with_gaps<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<f32>, D::Error> {
    let values: Vec<Option<f32>> = Deserialize::deserialize(from)?;
    Ok(values.into_iter().map(|value| value.unwrap_or(f32::NAN)).collect())
}

/// The same where the values may be missing altogether.
pub fn optional_with_gaps<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<f64>>, D::Error> {
    let values: Option<Vec<Option<f64>>> = Deserialize::deserialize(from)?;
    Ok(values.map(|values| values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect()))
}

/// Beyond this size a value is as good as infinite: the span of an axis would overflow.
const LARGEST: f64 = 1e150;

/// A value that can be drawn.
pub fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.abs() < LARGEST)
}
