//! The figures of a benchmark: bars, heat maps and fronts of models. What all figures have in common is in `figures.rs`.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a figure that cannot be made fails its test by name")]
#![allow(dead_code, reason = "the samples of all figures are one file")]

use dosefront::chart::{self, Figure, Mark, Scene, Shape, Theme, estimate_width};

include!("figures/samples.rs");

fn figure(name: &str) -> Figure {
    let (_, json) = score_samples().into_iter().find(|(other, _)| *other == name).expect(name);
    serde_json::from_value(json).expect(name)
}

fn laid_out(name: &str, width: f64) -> Scene {
    let figure = figure(name);
    let height = chart::height(&figure, width, &Theme::light(), &estimate_width);
    chart::scene(&figure, width, height, &Theme::light(), &estimate_width).expect(name)
}

fn texts(scene: &Scene) -> Vec<&str> {
    scene
        .shapes
        .iter()
        .filter_map(|shape| if let Shape::Text { text, .. } = shape { Some(text.as_str()) } else { None })
        .collect()
}

fn mark<'s>(scene: &'s Scene, start: &str) -> &'s Mark {
    scene
        .marks
        .iter()
        .find(|mark| mark.text.starts_with(start))
        .unwrap_or_else(|| panic!("no mark begins with {start}"))
}

#[test]
fn a_few_models_are_columns_and_many_are_rows_with_their_names() {
    let columns = laid_out("score_bars_five", 1200.0);
    assert_eq!(columns.marks.len(), 7 * 5, "no change is the line");
    let (first, second) = (mark(&columns, "CD14+Mono, scGen"), mark(&columns, "CD14+Mono, MTAE"));
    assert!(first.x < second.x, "side by side");
    assert_eq!(texts(&columns).iter().filter(|text| **text == "scGen").count(), 1, "in the legend");

    let rows = laid_out("score_bars", 1200.0);
    let (first, second) = (mark(&rows, "CD4T, scGen"), mark(&rows, "CD4T, MTAE:"));
    assert!(first.y < second.y, "one below the other");
    assert_eq!(first.key.as_deref(), Some("scgen"));
    assert!(first.text.contains(" \u{b1} ") && first.text.contains("(seeds "), "{}", first.text);
    assert_eq!(texts(&rows).iter().filter(|text| **text == "scGen").count(), 2, "once per row of panels");
    // The same value is at the same place in all panels.
    let baseline = mark(&rows, "CD4T, PCA shift (baseline): ");
    assert!(!baseline.text.contains("seeds"));
    let narrow = laid_out("score_bars_five", 344.0);
    assert!(mark(&narrow, "CD14+Mono, scGen").y < mark(&narrow, "CD14+Mono, MTAE").y, "columns would be too narrow");
}

#[test]
fn names_of_groups_are_legible_at_every_width() {
    for (name, full) in
        [("score_bars", "FCGR3A+Mono"), ("score_bars_five", "FCGR3A+Mono"), ("score_bars_liver", "Cholangiocytes")]
    {
        for width in [390.0, 700.0, 1200.0] {
            let scene = laid_out(name, width);
            assert!(texts(&scene).contains(&full), "{name} at {width}");
            let cut = texts(&scene).into_iter().filter(|text| text.ends_with('\u{2026}')).count();
            assert_eq!(cut, 0, "{name} at {width}: {:?}", texts(&scene));
        }
    }
}

#[test]
fn a_value_far_out_does_not_flatten_the_others() {
    let scene = laid_out("score_bars_far", 1200.0);
    let words = texts(&scene);
    assert!(words.contains(&"beyond the axis"), "{words:?}");
    let (far, usual) =
        (mark(&scene, "Hepatocytes - portal, scVIDR, scaled"), mark(&scene, "Hepatocytes - portal, MTAE, adv"));
    assert!(far.x < usual.x * 2.5, "{} is cut, {} keeps its length", far.text, usual.text);
    assert!(words.contains(&"No change") && words.contains(&"\u{2013}"), "not defined, and said so");
    assert!(scene.marks.iter().any(|mark| mark.text.ends_with("No change (baseline): not defined")));
}

#[test]
fn holes_are_hatched_in_the_heat_map_and_marked_in_the_legend() {
    let scene = laid_out("score_heat_map_holes", 1200.0);
    assert_eq!(scene.marks.len(), 10 * 8, "seven types and the mean");
    assert_eq!(mark(&scene, "NK, MTAE:").text, "NK, MTAE: not defined");
    assert!(mark(&scene, "B, scGen").text.contains("some results missing"));
    let words = texts(&scene);
    assert!(words.contains(&"no result, or not defined") && words.contains(&"* some results missing"));
    assert!(words.iter().any(|text| text.ends_with("(better)")));
    assert_eq!(words.iter().filter(|text| text.ends_with('*')).count(), 3, "a type of scGen and two means: {words:?}");
    let best = scene.marks.iter().filter(|mark| mark.text.ends_with(", best")).count();
    assert!((8..=10).contains(&best), "{best}");
    let full = laid_out("score_heat_map", 1200.0);
    assert!(!texts(&full).contains(&"no result, or not defined"));
    // 88 columns have no room for numbers, but tell their values.
    let many = laid_out("score_heat_map_all", 1200.0);
    assert_eq!(many.marks.len(), 12 * 89);
    assert!(mark(&many, "Cholangiocytes, 0.01, scGen: .").text.contains("seeds"));
}

#[test]
fn every_model_of_a_front_is_named_beside_its_point_or_below() {
    for name in ["model_front", "model_front_ratio", "model_front_liver", "model_front_few", "model_front_one"] {
        for width in [390.0, 700.0, 1200.0] {
            let Figure::ModelFront(front) = figure(name) else { panic!("{name}") };
            let scene = laid_out(name, width);
            let all = texts(&scene).join(" ");
            for point in front.points.iter().filter(|point| point.x.is_some() && point.y.is_some()) {
                assert!(all.contains(&point.name), "{name} at {width}: {} in {all}", point.name);
            }
        }
    }
}

#[test]
fn the_front_is_a_stair_and_the_others_are_hollow() {
    let json = json!({"figure": "model_front", "better_x": "higher", "better_y": "lower", "x_label": "R2", "y_label": "ratio",
        "points": [{"name": "A", "x": 0.9, "y": 0.5, "on_front": true}, {"name": "B", "x": 0.8, "y": 0.2, "on_front": true}, {"name": "C", "x": 0.7, "y": 0.6}],
        "published": [{"name": "P (thesis)", "x": 0.85, "y": 0.4, "note": "thesis, Kang"}], "published_label": "published"});
    let figure: Figure = serde_json::from_value(json).unwrap();
    let scene = chart::scene(&figure, 700.0, 500.0, &Theme::light(), &estimate_width).unwrap();
    let stair = scene.shapes.iter().find_map(|shape| match shape {
        Shape::Line { points, .. } if points.len() == 3 => Some(points),
        _ => None,
    });
    let (a, b) = (mark(&scene, "A"), mark(&scene, "B"));
    let stair = stair.unwrap();
    assert_eq!((stair[0], stair[2]), ((b.x, b.y), (a.x, a.y)), "from left to right");
    assert!((stair[1].0 - b.x).abs() < 1e-9 && (stair[1].1 - a.y).abs() < 1e-9, "by the corner that is worse in both");
    let discs = |x: f64| {
        scene
            .shapes
            .iter()
            .filter(|shape| matches!(shape, Shape::Circle { centre, .. } if (centre.0 - x).abs() < 1e-9))
            .count()
    };
    assert_eq!((discs(a.x), discs(mark(&scene, "C").x)), (1, 2), "a rim of two discs");
    assert!(mark(&scene, "P (thesis)").key.is_none() && mark(&scene, "P (thesis)").text.ends_with("thesis, Kang"));
    let summary = chart::summary(&figure).unwrap();
    assert_eq!(summary, "R2 and ratio: 3 models; on the front: A, B; 1 other is beaten in both.");
    let csv = chart::table(&figure).unwrap().csv();
    assert!(csv.contains("P (thesis),0.85,,0.4,,,,\"thesis, Kang\""), "{csv}");
}

#[test]
fn twelve_models_along_the_dose_are_all_in_the_legend() {
    let scene = laid_out("score_dose", 1200.0);
    let words = texts(&scene);
    let Figure::DoseResponse(dose) = figure("score_dose") else { panic!("lines over doses") };
    assert_eq!(dose.panels[0].lines.len(), 12);
    assert!(dose.panels[0].lines.iter().all(|line| words.contains(&line.name.as_str())), "{words:?}");
    assert_eq!(scene.marks.len(), 12 * 8);
}

#[test]
fn parts_that_do_not_fit_together_are_named() {
    let bars = json!({"figure": "score_bars", "models": [{"name": "A"}], "groups": [{"name": "B", "values": []}]});
    let error = chart::summary(&serde_json::from_value(bars).unwrap()).unwrap_err();
    assert!(error.to_string().contains("1 models but 0 values of B"), "{error}");
}

#[test]
fn what_is_not_a_number_is_left_out_and_not_drawn() {
    use chart::{ModelFront, ModelPoint, PublishedPoint, ScoreBars, ScoreGroup, ScoreHeatMap, ScoreModel, ScoreValue};
    for bad in [f64::NAN, f64::INFINITY, 1e300, -1e300] {
        let value =
            |value| ScoreValue { value, spread: Some(bad), seeds: vec![bad, 1.0, 0.5], ..ScoreValue::default() };
        let model = |name: &str| ScoreModel { name: name.into(), ..ScoreModel::default() };
        let models = vec![model("A"), model("B")];
        let groups = vec![ScoreGroup {
            name: "g".into(),
            values: vec![value(Some(bad)), value(Some(-0.5))],
            reference: Some(bad),
        }];
        let point = |x, y| ModelPoint {
            name: "A".into(),
            x: Some(x),
            y: Some(y),
            spread_x: Some(bad),
            spread_y: Some(bad),
            on_front: true,
            ..ModelPoint::default()
        };
        let figures = [
            Figure::ScoreBars(ScoreBars { models: models.clone(), groups: groups.clone(), ..ScoreBars::default() }),
            Figure::ScoreHeatMap(ScoreHeatMap { models, groups, ..ScoreHeatMap::default() }),
            Figure::ModelFront(ModelFront {
                points: vec![point(bad, 1.0), point(1.0, 2.0), point(2.0, 1.0)],
                published: vec![PublishedPoint { name: "P".into(), x: bad, y: 1.0, note: String::new() }],
                ..ModelFront::default()
            }),
        ];
        for figure in figures {
            let svg = chart::svg(&figure, 500.0, 300.0, &Theme::dark()).unwrap();
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{bad} in {}", figure.kind());
        }
    }
}
