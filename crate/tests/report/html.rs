//! The report as one HTML file: sound, complete, and deaf to whatever the data say.

use dosefront::report::{ReportFigure, embedded, figures, report_html};
use serde_json::{Value, json};

use super::checker::{Tag, tags};
use super::runs;

const EVIL: &str = "</script><b onmouseover=\"x()\">'T' & <!-- \u{1}co</b> [1] {{x}}";

fn named<'t>(tags: &'t [Tag], name: &str) -> Vec<&'t Tag> {
    tags.iter().filter(|tag| tag.name == name).collect()
}

/// What holds for every report; returns its elements.
fn check(report: &str, figures: &[ReportFigure]) -> (String, Vec<Tag>) {
    let html = report_html(report, figures).unwrap();
    let all = tags(&html);
    let policy = named(&all, "meta")
        .into_iter()
        .find(|tag| tag.attribute("http-equiv") == Some("Content-Security-Policy"))
        .unwrap();
    let policy = policy.attribute("content").unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("script-src"), "{policy}");
    let scripts = named(&all, "script");
    assert!(scripts.len() == 1 && scripts[0].attribute("type") == Some("application/json"), "{scripts:?}");
    assert!(all.iter().flat_map(|tag| &tag.attributes).all(|(name, _)| !name.starts_with("on")));
    assert_eq!(named(&all, "html")[0].attribute("lang"), Some("en"));
    assert_eq!(named(&all, "h1").len(), 1);
    assert_eq!(named(&all, "figure").len(), figures.len());
    let pictures = named(&all, "svg");
    assert!(pictures.len() == figures.len() && pictures.iter().all(|svg| svg.attribute("role") == Some("img")));
    let tables = named(&all, "table").len();
    assert!(tables > 0 && named(&all, "caption").len() == tables);
    assert!(
        named(&all, "th")
            .iter()
            .all(|th| matches!(th.attribute("scope"), Some("col" | "row" | "colgroup" | "rowgroup")))
    );
    for link in named(&all, "a") {
        let to = link.attribute("href").unwrap();
        let here = to.strip_prefix('#').map(|id| all.iter().any(|tag| tag.attribute("id") == Some(id)));
        assert!(here.unwrap_or_else(|| to.starts_with("https://")), "{to}");
    }
    assert!(!html.contains("src=") && !html.contains("@import") && !html.contains("url("), "something from elsewhere");
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(value(embedded(&html).unwrap()), value(report), "the run that comes out is the one that went in");
    (html, all)
}

/// The text of a document between tags, its entities resolved.
fn text(html: &str) -> String {
    let body = html.split_once("<body>").unwrap().1.split_once("<script").unwrap().0;
    let text: String = body.split('<').filter_map(|part| part.split_once('>').map(|(_, text)| text)).collect();
    // The run file may say null.
    let text = text.split("Run file: ").next().unwrap();
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

#[test]
fn predictions_become_a_report_with_tables_and_figures() {
    let report = runs::small_predict();
    let drawn = figures(&report).unwrap();
    assert!(drawn.len() >= 4, "{}", drawn.len());
    assert!(drawn.iter().all(|one| !one.title.is_empty() && !one.caption.is_empty()));
    let (html, _) = check(&report, &drawn);
    let text = text(&html);
    for words in [
        "Predicted responses of CD4T and B",
        "Scores of all models",
        "Best models by metric",
        ", by held-out cell type",
        "FiLM count model",
        "over 2 seeds",
        "no better than predicting no change",
        "genes on both lists of the 100 that rise most (all, where there are fewer)",
        "Figure 1. ",
        "same bits",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(html.contains("<strong>") && html.contains("(best)"));
    // The numbers of the table are those of the score table.
    let value: Value = serde_json::from_str(&report).unwrap();
    let rows = value["results"].as_array().unwrap().iter().filter(|row| row["model"] == "mean_shift");
    let r2: Vec<f64> = rows.map(|row| row["metrics"]["r2_all"].as_f64().unwrap()).collect();
    let mean = r2.iter().sum::<f64>() / r2.len() as f64;
    assert!(r2.len() == 2 && text.contains(&format!("Mean shift{mean:.3}")), "{mean}: {text}");
}

/// With as many genes on each list as there are, all models find the same ones: none is the best.
#[test]
fn a_metric_that_tells_no_models_apart_has_no_winner() {
    let mut report: Value = serde_json::from_str(&runs::small_predict()).unwrap();
    for row in report["results"].as_array_mut().unwrap() {
        row["metrics"]["common_degs"] = json!(60.0);
    }
    let text = text(&check(&report.to_string(), &[]).0);
    assert!(text.contains("Common DEGs, t-test: all models are level (60.00)."), "{text}");
    assert!(!text.contains("Common DEGs, t-test: best was") && text.contains("R\u{b2}, all genes: best was"), "{text}");
}

#[test]
fn explorations_estimates_and_fronts_become_reports() {
    for (report, title, words) in [
        (
            runs::small_explore(),
            "Treated against control cells",
            ["E-distance from control", "Response genes: up / down", "clear of noise"],
        ),
        (
            runs::small_information(),
            "Estimates of mutual information",
            ["Less the truth", "Nearest neighbours", "by quadrature"],
        ),
        (
            runs::small_trade_off(),
            "Biology kept and batch effect removed",
            ["Quality of whole fronts", "Number of distinct choices", "Candidates of scVI + HSIC"],
        ),
    ] {
        let drawn = figures(&report).unwrap();
        assert!(!drawn.is_empty(), "{title}");
        let text = text(&check(&report, &drawn).0);
        for words in words.into_iter().chain([title, "Methods", "References", "Where the time went"]) {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(!text.contains("NaN") && !text.contains("null"), "{text}");
    }
}

#[test]
fn names_from_data_are_text_wherever_they_stand() {
    let mut report: Value = serde_json::from_str(&runs::small_predict()).unwrap();
    report["run"]["dataset"] = json!({"file": {"name": EVIL, "sha256": EVIL}});
    report["run"]["task"]["predict"]["held_out"] = json!([EVIL, "B"]);
    report["run"]["roles"]["cell_type"] = json!(EVIL);
    report["notes"] = json!([EVIL]);
    report["device"]["adapter"] = json!(EVIL);
    for part in ["results", "fits"] {
        for row in report[part].as_array_mut().unwrap() {
            if row["cell_type"] == "CD4T" {
                row["cell_type"] = json!(EVIL);
            }
        }
    }
    report["failures"] = json!([{"model": "film_nb", "cell_type": EVIL, "arm": null, "seed": 1, "code": "x", "message": EVIL, "hint": EVIL}]);
    let report = report.to_string();
    let mut drawn = figures(&report).unwrap();
    assert!(drawn.iter().any(|one| one.svg.contains("&lt;b onmouseover")));
    drawn[0].title = EVIL.to_owned();
    drawn[0].caption = EVIL.to_owned();
    let (html, all) = check(&report, &drawn);
    assert!(named(&all, "b").iter().all(|tag| tag.attributes.is_empty()));
    assert!(!html.contains("</script><b") && !html.contains("<!--"));
    let shown = EVIL.replace('\u{1}', "\u{fffd}");
    assert!(text(&html).matches(&shown).count() > 10);
    // The reference list knows nothing of the [1] in a name.
    assert_eq!(html.matches("href=\"#reference-1\"").count(), html.matches(">1</a>").count());
}

#[test]
fn figures_share_no_names_and_bad_ones_are_named() {
    let report = runs::small_information();
    let one = ReportFigure {
        title: "A".into(),
        caption: String::new(),
        svg: "<svg viewBox=\"0 0 1 1\"><defs><clipPath id=\"c\"/></defs><g clip-path=\"url(#c)\"/></svg>".into(),
    };
    let html = report_html(&report, &[one.clone(), one.clone()]).unwrap();
    assert_eq!(
        report_html(&html, &[]).unwrap(),
        report_html(embedded(&html).unwrap(), &[]).unwrap(),
        "from a report itself"
    );
    assert!(html.contains("id=\"figure-1-c\"") && html.contains("url(#figure-2-c)"));
    let bad = ReportFigure { svg: "<svg><script>1</script></svg>".into(), title: "Bad one".into(), ..one };
    let error = report_html(&report, std::slice::from_ref(&bad)).unwrap_err();
    assert_eq!(error.code(), "report_figure");
    assert!(error.to_string().contains("figure 1 (Bad one)") && error.to_string().contains("script"), "{error}");
}

#[test]
fn what_is_no_report_is_refused_with_words() {
    let run = runs::information().to_json();
    let cases = [
        ("{".to_owned(), "not_json", "JSON"),
        ("[1]".to_owned(), "not_a_run", "run"),
        ("{\"results\": []}".to_owned(), "not_a_run", "run"),
        ("{\"run\": {\"dosefront\": 99}}".to_owned(), "newer_version", "99"),
        (run.clone(), "no_results", "without results"),
        (format!("{{\"run\": {run}}}"), "results_do_not_belong", "estimates"),
    ];
    for (text, code, word) in cases {
        let error = report_html(&text, &[]).unwrap_err();
        assert_eq!(error.code(), code, "{text}");
        assert!(error.to_string().contains(word) && !error.hint().is_empty(), "{error}");
    }
    let mut report: Value = serde_json::from_str(&runs::small_information()).unwrap();
    report["notes"] = json!(7);
    let error = report_html(&report.to_string(), &[]).unwrap_err();
    assert_eq!(error.code(), "report_results");
    assert!(error.to_string().contains("\"notes\""), "{error}");
}

/// A run that has only begun, or whose models all failed, still makes a report.
#[test]
fn a_run_without_results_says_so() {
    for run in [runs::predict(), runs::explore(), runs::trade_off(), runs::information()] {
        let report = json!({"run": run, "results": [], "distances": [], "candidates": [], "estimates": []}).to_string();
        assert!(figures(&report).unwrap().is_empty());
        let html = report_html(&report, &[]).unwrap();
        tags(&html);
        assert!(text(&html).contains("Nothing was found"), "{html}");
    }
}
