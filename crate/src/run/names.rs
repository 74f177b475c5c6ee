//! Lists of names in a run file.

use std::fmt;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::RunError;
use super::file::no_repeats;

/// `"all"`, or a list of names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// Every one there is.
    #[default]
    All,
    /// These.
    List(Vec<String>),
}

impl Names {
    /// Whether it names nothing.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::List(names) if names.is_empty())
    }

    /// Refuses a list with repetitions; `what` is the field.
    pub(super) fn check(&self, what: &'static str) -> Result<(), RunError> {
        match self {
            Self::All => Ok(()),
            Self::List(names) => no_repeats(what, names),
        }
    }
}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str("all"),
            Self::List(names) => names.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NamesVisitor;
        impl<'de> Visitor<'de> for NamesVisitor {
            type Value = Names;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("\"all\" or a list of names")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Names, E> {
                if text == "all" { Ok(Names::All) } else { Err(E::invalid_value(de::Unexpected::Str(text), &self)) }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = seq.next_element()? {
                    names.push(name);
                }
                Ok(Names::List(names))
            }
        }
        deserializer.deserialize_any(NamesVisitor)
    }
}
