//! Figures within a page: checked, and with names of their own.

use super::text::escape;

/// Elements that a figure has no need of, and that could act on the page around it.
const REFUSED: [&str; 7] = ["script", "style", "foreignobject", "iframe", "object", "embed", "link"];

/// The picture as a part of an HTML page: one `svg` element with `role="img"` and a title, whose names (`id`) all begin with `prefix`, so that
/// no two figures of a page share one.
///
/// Errors with what is wrong: something else than one picture, tags that do not close, scripts and other things that act.
pub fn inlined(svg: &str, title: &str, prefix: &str) -> Result<String, String> {
    let start = svg.find("<svg").ok_or("it is no SVG picture")?;
    let mut rest = &svg[start..];
    let mut out = String::with_capacity(svg.len());
    let mut open: Vec<String> = Vec::new();
    while let Some(at) = rest.find('<') {
        let (text, after) = rest.split_at(at);
        if open.is_empty() && !text.trim().is_empty() {
            return Err("there is something beside the picture".to_owned());
        }
        out.push_str(text);
        if let Some(comment) = after.strip_prefix("<!--") {
            rest = comment.split_once("-->").ok_or("a comment does not end")?.1;
            continue;
        }
        let end = tag_end(after).ok_or("a tag does not end")?;
        let tag = &after[1..end];
        rest = &after[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let name = name.trim_end();
            if open.pop().as_deref() != Some(name) {
                return Err(format!("</{name}> closes nothing"));
            }
            out.push_str(&format!("</{name}>"));
            if open.is_empty() {
                break;
            }
            continue;
        }
        let closed = tag.ends_with('/');
        let tag = tag.trim_end_matches('/').trim_end();
        let (name, attributes) = tag.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((tag, ""));
        let plain = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || REFUSED.contains(&plain.as_str()) {
            return Err(format!("<{name}> has no place in a figure"));
        }
        let root = open.is_empty();
        if root && name != "svg" {
            return Err("there is something beside the picture".to_owned());
        }
        out.push_str(&format!("<{name}{}", rewritten(attributes, prefix, root)?));
        out.push_str(if closed { "/>" } else { ">" });
        if root && !rest.trim_start().starts_with("<title>") {
            out.push_str(&format!("<title>{}</title>", escape(title)));
        }
        if closed && root {
            break;
        }
        if !closed {
            open.push(name.to_owned());
        }
    }
    if let Some(name) = open.pop() {
        return Err(format!("<{name}> is not closed"));
    }
    if !rest.trim().is_empty() {
        return Err("there is something beside the picture".to_owned());
    }
    Ok(out)
}

/// Whether a picture is higher than wide, by its `viewBox`.
pub fn is_high(svg: &str) -> bool {
    let value = svg.split_once("viewBox=").and_then(|(_, rest)| rest.split(['"', '\'']).nth(1)).unwrap_or_default();
    let numbers: Vec<f64> = value.split([' ', ',']).filter_map(|number| number.parse().ok()).collect();
    matches!(numbers[..], [_, _, width, height] if height > width)
}

/// Where the tag that begins the text ends: its `>`, which is not one within quotes.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            _ => {}
        }
    }
    None
}

/// Attributes with names and references to them prefixed.
fn rewritten(attributes: &str, prefix: &str, root: bool) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = attributes.trim();
    let mut has_role = false;
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=').ok_or_else(|| format!("the attribute {rest} has no value"))?;
        let (name, after) = (name.trim(), after.trim_start());
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or("a value is not quoted")?;
        let (value, after) = after[1..].split_once(quote).ok_or("a value does not end")?;
        rest = after.trim_start();
        let lower = name.to_ascii_lowercase();
        if lower.starts_with("on") || name.contains(['<', '>', '/', '"', '\'']) {
            return Err(format!("{name} has no place in a figure"));
        }
        has_role |= lower == "role";
        let value = match lower.as_str() {
            "id" => format!("{prefix}{value}"),
            "aria-labelledby" | "aria-describedby" => {
                value.split_whitespace().map(|id| format!("{prefix}{id}")).collect::<Vec<_>>().join(" ")
            }
            "href" | "xlink:href" => match value.strip_prefix('#') {
                Some(id) => format!("#{prefix}{id}"),
                // Nothing outside the file is shown in it.
                None if value.starts_with("data:image/") => value.to_owned(),
                None => return Err(format!("it points to {value}")),
            },
            _ => value.replace("url(#", &format!("url(#{prefix}")),
        };
        out.push_str(&format!(" {name}={quote}{value}{quote}"));
    }
    if root && !has_role {
        out.push_str(" role=\"img\"");
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_its_own_and_the_rest_stays() {
        let svg = "<?xml version=\"1.0\"?>\n<svg viewBox='0 0 1 1'><defs><clipPath id=\"c\"/></defs><!-- <x> --><g clip-path=\"url(#c)\">\
                   <use href=\"#c\"/><text x=\"1\">a &lt; b</text></g></svg>\n";
        let out = inlined(svg, "T & U", "f2-").unwrap();
        assert_eq!(
            out,
            "<svg viewBox='0 0 1 1' role=\"img\"><title>T &amp; U</title><defs><clipPath id=\"f2-c\"/></defs><g \
             clip-path=\"url(#f2-c)\"><use href=\"#f2-c\"/><text x=\"1\">a &lt; b</text></g></svg>"
        );
    }

    #[test]
    fn high_pictures_are_told_from_wide_ones() {
        assert!(is_high("<svg width='1' viewBox=\"0 0 720 900.5\"><path d='M 0 0'/></svg>"));
        assert!(!is_high("<svg viewBox='0,0,720,400'/>") && !is_high("<svg viewBox='0 0 5'/>") && !is_high("<svg/>"));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        for (bad, word) in [
            ("<p>no</p>", "no SVG"),
            ("<svg><g></svg>", "closes nothing"),
            ("<svg><g>", "not closed"),
            ("<svg", "does not end"),
            ("<svg><script>alert(1)</script></svg>", "script"),
            ("<svg><style>*{display:none}</style></svg>", "style"),
            ("<svg><foreignObject/></svg>", "foreignObject"),
            ("<svg onload=\"x()\"/>", "onload"),
            ("<svg><a href=\"https://example.org\"/></svg>", "points to"),
            ("<svg/><script>1</script>", "beside"),
            ("<svg></svg><p>", "beside"),
            ("<svg a=b/>", "not quoted"),
            ("<svg a=\"1\" b/>", "no value"),
        ] {
            let error = inlined(bad, "t", "f").unwrap_err();
            assert!(error.contains(word), "{bad}: {error}");
        }
    }
}
