//! Whole numbers that are too large for a page, or for anything.

use serde_json::Value;

use crate::run::RunFile;

use super::SavedError;

/// The largest whole number up to which JavaScript, and so the page, tells each from the next: 2^53 - 1.
pub const LARGEST_WHOLE: u64 = 9_007_199_254_740_991;

/// Refuses a run that a page could not hold to the last digit, such as one with a larger seed: it would be another run there.
///
/// # Errors
/// [`SavedError::NumberTooLarge`].
pub fn fits_page(run: &RunFile) -> Result<(), SavedError> {
    let value = serde_json::to_value(run).unwrap_or_default();
    none(&value, &|number| number.as_u64().is_some_and(|whole| whole > LARGEST_WHOLE))
}

/// Refuses whole numbers that were read as numbers with a point, because nothing else could hold them.
pub(super) fn hold_together(run: &Value) -> Result<(), SavedError> {
    none(run, &|number| number.is_f64() && number.as_f64().is_some_and(|x| x.abs() > LARGEST_WHOLE as f64))
}

fn none(value: &Value, too_large: &dyn Fn(&Value) -> bool) -> Result<(), SavedError> {
    find(value, String::new(), too_large)
        .map_or(Ok(()), |(place, number)| Err(SavedError::NumberTooLarge { place, number }))
}

/// The first number that is too large, with where it is: `task.predict.seeds.0`.
fn find(value: &Value, place: String, too_large: &dyn Fn(&Value) -> bool) -> Option<(String, String)> {
    let inside = |key: &str| if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") };
    match value {
        Value::Object(map) => map.iter().find_map(|(key, inner)| find(inner, inside(key), too_large)),
        Value::Array(list) => {
            list.iter().enumerate().find_map(|(i, inner)| find(inner, inside(&i.to_string()), too_large))
        }
        number if too_large(number) => Some((place, number.to_string())),
        _ => None,
    }
}
