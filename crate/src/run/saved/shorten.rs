use serde_json::Value;

use crate::run::RunFile;

/// The smallest JSON that fills in to the same run file, for a link or to be read by people.
///
/// Keys are left out where reading and filling in give the same run without them, so that nothing here knows any default: a key that
/// gets another default in a later version, or a new preset, needs no change. An object with one plain value becomes that value where
/// the format has such a short form (`{"measure": "mine"}` is `"mine"`).
#[must_use]
pub fn shorten(run: &RunFile) -> Value {
    let whole = serde_json::to_value(run).unwrap_or_default();
    let Ok(target) = run.clone().completed() else { return whole };
    let mut work = Work { root: whole, target };
    work.shorten(&mut Vec::new());
    work.root
}

/// A step from a value to one inside it.
#[derive(Clone)]
enum Step {
    Key(String),
    Index(usize),
}

struct Work {
    root: Value,
    target: RunFile,
}

impl Work {
    /// Whether the root still says the same run.
    fn holds(&self) -> bool {
        let run = serde_json::from_str::<RunFile>(&self.root.to_string()).ok();
        run.and_then(|run| run.completed().ok()).as_ref() == Some(&self.target)
    }

    fn at(&mut self, path: &[Step]) -> Option<&mut Value> {
        path.iter().try_fold(&mut self.root, |value, step| match step {
            Step::Key(key) => value.get_mut(key),
            Step::Index(index) => value.get_mut(index),
        })
    }

    fn shorten(&mut self, path: &mut Vec<Step>) {
        let inner: Vec<Step> = match self.at(path) {
            Some(Value::Object(map)) => map.keys().cloned().map(Step::Key).collect(),
            Some(Value::Array(list)) => (0..list.len()).map(Step::Index).collect(),
            _ => return,
        };
        let keys: Vec<String> =
            inner.iter().filter_map(|step| if let Step::Key(key) = step { Some(key.clone()) } else { None }).collect();
        self.leave_out(path, &keys);
        for step in inner {
            path.push(step);
            self.shorten(path);
            path.pop();
        }
        self.unwrap_plain(path);
    }

    /// Leaves out all of these keys together if that changes nothing, else tries each half by itself: most keys of most objects
    /// can go, and each trial reads the whole run.
    fn leave_out(&mut self, path: &[Step], keys: &[String]) {
        let Some(Value::Object(map)) = self.at(path) else { return };
        let removed: Vec<_> = keys.iter().filter_map(|key| map.remove_entry(key)).collect();
        if removed.is_empty() || self.holds() {
            return;
        }
        if let Some(Value::Object(map)) = self.at(path) {
            map.extend(removed);
        }
        if keys.len() > 1 {
            let (first, second) = keys.split_at(keys.len() / 2);
            self.leave_out(path, first);
            self.leave_out(path, second);
        }
    }

    /// Writes an object with a single plain value as that value, or with a single empty object as its key, where that is allowed.
    fn unwrap_plain(&mut self, path: &[Step]) {
        let Some(place) = self.at(path) else { return };
        let plain = match place {
            Value::Object(map) if map.len() == 1 => match map.iter().next() {
                Some((_, Value::String(text))) => text.clone(),
                Some((key, Value::Object(inner))) if inner.is_empty() => key.clone(),
                _ => return,
            },
            _ => return,
        };
        let before = std::mem::replace(place, Value::String(plain));
        if !self.holds()
            && let Some(place) = self.at(path)
        {
            *place = before;
        }
    }
}
