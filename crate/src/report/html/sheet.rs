//! Tables of a report.

use super::text::escape;
use crate::scores::Mark;

/// A table with a heading for every column and every row.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// What it shows.
    pub caption: String,
    /// How to read it; below the caption.
    pub note: String,
    /// Headings of the columns, that of the rows' headings first.
    pub columns: Vec<String>,
    /// Headings over several columns each, with how many; together all but the first.
    pub groups: Vec<(String, usize)>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Its heading.
    pub head: String,
    /// The heading of the rows that begin with this one.
    pub section: Option<String>,
    /// Whether it is set off from the others: a baseline.
    pub quiet: bool,
    /// One per column after the first.
    pub cells: Vec<Entry>,
}

/// A value, as text.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// What it says.
    pub text: String,
    /// Its place among the models.
    pub mark: Option<Mark>,
    /// Whether it is words rather than a number.
    pub words: bool,
    /// Whether a star follows; those without keep its room where others of the table have one.
    pub star: Option<bool>,
}

impl From<String> for Entry {
    fn from(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

impl Entry {
    /// Words, which stand at the left.
    pub fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), words: true, ..Self::default() }
    }
}

impl Sheet {
    /// An empty table.
    pub fn new<S: Into<String>>(caption: impl Into<String>, columns: impl IntoIterator<Item = S>) -> Self {
        Self { caption: caption.into(), columns: columns.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// As HTML, with its number.
    pub fn html(&self, number: usize) -> String {
        let note = if self.note.is_empty() { String::new() } else { format!(" {}", escape(&self.note)) };
        let words = |at: usize| self.rows.iter().any(|row| row.cells.get(at).is_some_and(|cell| cell.words));
        let heading = |at: usize, column: &String, more: &str| {
            let class = if at == 0 || words(at - 1) { " class=\"words\"" } else { "" };
            format!("<th scope=\"col\"{class}{more}>{}</th>", escape(column))
        };
        let mut columns = self.columns.iter().enumerate();
        let mut head = String::new();
        if !self.groups.is_empty() {
            let first = columns.next().map(|(at, column)| heading(at, column, " rowspan=\"2\"")).unwrap_or_default();
            let groups = self.groups.iter().map(|(group, n)| {
                format!("<th scope=\"colgroup\" class=\"group\" colspan=\"{n}\">{}</th>", escape(group))
            });
            head = format!("<tr>{first}{}</tr>\n", groups.collect::<String>());
        }
        let own: String = columns.map(|(at, column)| heading(at, column, "")).collect();
        let rows: String = self.rows.iter().enumerate().map(|(at, one)| row(one, at, self.columns.len())).collect();
        format!(
            "<div class=\"table\" role=\"region\" aria-labelledby=\"table-{number}\" tabindex=\"0\">\n<table>\n<caption \
             id=\"table-{number}\"><b>Table {number}. {}.</b>{note}</caption>\n<thead>{head}<tr>{own}</tr></thead>\n<tbody>\n{rows}\
             </tbody>\n</table>\n</div>\n",
            escape(&self.caption),
        )
    }
}

fn row(row: &Row, at: usize, columns: usize) -> String {
    let cells: String = row.cells.iter().map(cell).collect();
    let class = if row.quiet { " class=\"quiet\"" } else { "" };
    let section = row.section.as_ref().map_or(String::new(), |section| {
        let before = if at > 0 { "</tbody>\n<tbody>\n" } else { "" };
        let heading = escape(section);
        format!("{before}<tr class=\"section\"><th scope=\"rowgroup\" colspan=\"{columns}\">{heading}</th></tr>\n")
    });
    format!("{section}<tr{class}><th scope=\"row\">{}</th>{cells}</tr>\n", escape(&row.head))
}

fn cell(cell: &Entry) -> String {
    let text = escape(&cell.text);
    let class = if cell.words { " class=\"words\"" } else { "" };
    let star = match cell.star {
        Some(true) => "*",
        Some(false) => "<span class=\"room\" aria-hidden=\"true\">*</span>",
        None => "",
    };
    match cell.mark {
        Some(Mark::Best) => format!("<td{class}><strong>{text}</strong>{star}<span class=\"said\"> (best)</span></td>"),
        Some(Mark::Second) => {
            format!("<td{class}><span class=\"second\">{text}</span>{star}<span class=\"said\"> (second)</span></td>")
        }
        None => format!("<td{class}>{text}{star}</td>"),
    }
}
