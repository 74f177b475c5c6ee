//! A small reader of HTML that takes nothing for granted.

/// An element that was begun: its name and attributes.
#[derive(Debug, Clone)]
pub struct Tag {
    pub name: String,
    pub attributes: Vec<(String, String)>,
}

impl Tag {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// Elements without an end, and those whose content is no HTML.
const EMPTY: [&str; 2] = ["meta", "br"];
const RAW: [&str; 2] = ["style", "script"];

/// All elements of a document. Panics where tags do not match, a value has no quotes, or a name (`id`) is there twice.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut rest = html.strip_prefix("<!doctype html>\n").unwrap();
    let (mut all, mut open): (Vec<Tag>, Vec<String>) = (Vec::new(), Vec::new());
    while let Some((text, after)) = rest.split_once('<') {
        assert!(!text.contains('>'), "a bare > in {text}");
        for entity in text.split('&').skip(1) {
            let known = ["amp;", "lt;", "gt;", "quot;", "apos;", "#39;"];
            assert!(known.iter().any(|name| entity.starts_with(name)), "&{entity}");
        }
        let (tag, after) = after.split_once('>').unwrap();
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "</{name}> after {}", &text[text.len().saturating_sub(80)..]);
            continue;
        }
        let closed = tag.ends_with('/');
        let tag = read(tag.trim_end_matches('/').trim_end());
        if RAW.contains(&tag.name.as_str()) {
            rest = rest.split_once(&format!("</{}>", tag.name)).unwrap().1;
        } else if !closed && !EMPTY.contains(&tag.name.as_str()) {
            open.push(tag.name.clone());
        }
        all.push(tag);
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest}");
    let mut ids: Vec<&str> = all.iter().filter_map(|tag| tag.attribute("id")).collect();
    ids.sort_unstable();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
    all
}

fn read(tag: &str) -> Tag {
    let (name, mut rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "<{tag}>");
    let mut attributes = Vec::new();
    while !rest.trim().is_empty() {
        let (name, after) = rest.trim_start().split_once("=\"").unwrap_or_else(|| panic!("<{tag}>"));
        let (value, after) = after.split_once('"').unwrap_or_else(|| panic!("<{tag}>"));
        attributes.push((name.to_owned(), value.to_owned()));
        rest = after;
    }
    Tag { name: name.to_owned(), attributes }
}
