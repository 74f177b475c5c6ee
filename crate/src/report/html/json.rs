//! A run within its report, to be taken out again.

/// Begins the run in a report.
const OPENS: &str = "<script type=\"application/json\" id=\"dosefront-run\">";
const CLOSES: &str = "</script>";

/// A data block with the given JSON: without the blanks between values, and without anything that HTML could take for a tag. What it says
/// is the same, digit by digit.
pub fn data_block(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + OPENS.len());
    text.push_str(OPENS);
    let (mut quoted, mut escaped) = (false, false);
    for c in json.chars() {
        if quoted {
            match c {
                // Within strings only, where JSON allows it: `</script>` and `<!--` cannot come about.
                '<' => text.push_str("\\u003c"),
                c => text.push(c),
            }
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if !c.is_ascii_whitespace() {
            text.push(c);
            quoted = c == '"';
        }
    }
    text.push_str(CLOSES);
    text
}

/// The saved run in a report, as JSON; `None` where there is none.
#[must_use]
pub fn embedded(html: &str) -> Option<&str> {
    let (_, after) = html.split_once(OPENS)?;
    Some(after.split_once(CLOSES)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let json = r#"{ "a" : "</script><!-- \" \\", "b": [1.0, 2e-5 , null], "c\\": "\\u003c <" }"#;
        let html = format!("<p>x</p>{}<p>y</p>", data_block(json));
        let out = embedded(&html).unwrap();
        assert!(!out.contains('<') && out.contains("2e-5,null"));
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(value(out), value(json));
        assert_eq!(embedded("<p>no run</p>"), None);
    }
}
