//! Measures as a run file may write them.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::tradeoff::measure::{Measure, MeasureSettings};

/// A list of measures, each with its settings or as a plain name: `"mine"` is `{"measure": "mine"}`. For `deserialize_with`.
pub(super) fn names_or_settings<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<MeasureSettings>, D::Error> {
    let all = Vec::<NameOrSettings>::deserialize(deserializer)?;
    Ok(all.into_iter().map(|one| one.0).collect())
}

struct NameOrSettings(MeasureSettings);

impl<'de> Deserialize<'de> for NameOrSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Either).map(Self)
    }
}

/// A visitor rather than an untagged enum, which would not say what is wrong with the settings.
struct Either;

impl<'de> Visitor<'de> for Either {
    type Value = MeasureSettings;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the name of a measure, or its settings")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Self::Value, E> {
        let measure = Measure::deserialize(name.into_deserializer())?;
        Ok(MeasureSettings { measure, ..MeasureSettings::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        MeasureSettings::deserialize(MapAccessDeserializer::new(map))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json, to_value};

    use super::super::task::TradeOffTask;
    use super::*;

    fn read(measures: &Value) -> Result<TradeOffTask, String> {
        from_value(json!({"measures": measures})).map_err(|error| error.to_string())
    }

    #[test]
    fn a_measure_may_be_a_plain_name() {
        let settings = |measure| MeasureSettings { measure, ..MeasureSettings::default() };
        let task = read(&json!(["mine", {"measure": "mmd", "width": 7}])).unwrap();
        let mmd = MeasureSettings { width: Some(7), ..settings(Measure::Mmd) };
        assert_eq!(task.measures, [settings(Measure::Mine), mmd]);
        let json = to_value(&task).unwrap();
        assert_eq!(json["measures"][0]["measure"], "mine", "written with its settings");
        assert_eq!(from_value::<TradeOffTask>(json).unwrap(), task);
        for measure in Measure::ALL {
            assert_eq!(read(&json!([measure.name()])).unwrap().measures, [settings(measure)]);
        }
        for (bad, word) in [
            (json!(["mien"]), "`mien`"),
            (json!([3]), "the name of a measure, or its settings"),
            (json!([{"widht": 3}]), "`widht`"),
        ] {
            let error = read(&bad).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }
}
