//! JSON whose numbers are read exactly.
//!
//! serde_json, built without its feature for it, may read a number of 17 digits as the neighbour of the one that was written. Between
//! two reports that are held against each other bit for bit, that would hide a difference or make one up; in a run file, it would make
//! another run. So texts of numbers with a point or an exponent are read again by the standard library, which rounds correctly.

use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, de};
use serde_json::{Map, Number, Value};

/// Reads JSON.
///
/// # Errors
/// What serde_json says of text that is no JSON, with the line and column.
pub fn read(text: &str) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Exact { numbers: &mut Numbers { text, at: 0 } }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// The texts of the numbers of a JSON document, in order.
struct Numbers<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Numbers<'t> {
    fn next(&mut self) -> Option<&'t str> {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                b'"' => self.skip_string(),
                b'-' | b'0'..=b'9' => {
                    let rest = &self.text[self.at..];
                    let end = rest.find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'));
                    let number = &rest[..end.unwrap_or(rest.len())];
                    self.at += number.len();
                    return Some(number);
                }
                _ => self.at += 1,
            }
        }
        None
    }

    fn skip_string(&mut self) {
        let bytes = self.text.as_bytes();
        self.at += 1;
        while let Some(&byte) = bytes.get(self.at) {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
    }
}

/// Builds a value while it counts numbers along.
struct Exact<'n, 't> {
    numbers: &'n mut Numbers<'t>,
}

impl<'de> DeserializeSeed<'de> for Exact<'_, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Exact<'_, '_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        self.numbers.next();
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        self.numbers.next();
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        let exact = self.numbers.next().and_then(|text| text.parse().ok()).unwrap_or(value);
        Number::from_f64(exact).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element_seed(Exact { numbers: &mut *self.numbers })? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            map.insert(key, entries.next_value_seed(Exact { numbers: &mut *self.numbers })?);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::random;

    #[test]
    fn every_double_comes_back_bit_for_bit() {
        let mut rng = random::stream(1, "test");
        let numbers: Vec<f64> =
            (0..20_000).map(|_| f64::from_bits(rng.random::<u64>())).filter(|x| x.is_finite()).collect();
        let text = serde_json::to_string(&serde_json::json!({"a \"1\" \\": numbers, "b": [1, -2, 3e-5]})).unwrap();
        let read = read(&text).unwrap();
        for (value, number) in read["a \"1\" \\"].as_array().unwrap().iter().zip(&numbers) {
            assert_eq!(value.as_f64().unwrap().to_bits(), number.to_bits());
        }
        assert_eq!((read["b"][1].as_i64(), read["b"][2].as_f64()), (Some(-2), Some(3e-5)));
    }

    #[test]
    fn what_is_no_json_is_refused_as_elsewhere() {
        for text in ["", "{", "[1 2]", "nul", "{\"a\": 1} x", "\"\\u12\"", "1e999"] {
            let (ours, theirs) = (read(text).unwrap_err(), serde_json::from_str::<Value>(text).unwrap_err());
            assert_eq!(ours.to_string(), theirs.to_string(), "{text}");
        }
    }
}
