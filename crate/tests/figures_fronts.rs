//! The figures of a trade-off. What all figures have in common is in `figures.rs`.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a figure that cannot be made fails its test by name")]
#![allow(dead_code, reason = "the samples of all figures are one file")]

use dosefront::chart::{self, CandidateFront, Figure, Mark, Scene, Shape, Theme, estimate_width};

include!("figures/samples.rs");

fn figure(name: &str) -> Figure {
    let (_, json) = front_samples().into_iter().find(|(other, _)| *other == name).expect(name);
    serde_json::from_value(json).expect(name)
}

fn candidate_front(name: &str) -> CandidateFront {
    let Figure::CandidateFront(front) = figure(name) else { panic!("{name} is no front") };
    front
}

fn asked(rows: &[CandidateRow], query: serde_json::Value) -> CandidateFront {
    let query: FrontQuery = serde_json::from_value(query).unwrap();
    let Figure::CandidateFront(front) = fronts::figure(rows, &query).unwrap() else { panic!("no front") };
    front
}

fn laid_out(figure: &Figure, width: f64) -> Scene {
    let height = chart::height(figure, width, &Theme::light(), &estimate_width);
    chart::scene(figure, width, height, &Theme::light(), &estimate_width).expect("the figure fits together")
}

fn texts(scene: &Scene) -> Vec<&str> {
    scene
        .shapes
        .iter()
        .filter_map(|shape| if let Shape::Text { text, .. } = shape { Some(text.as_str()) } else { None })
        .collect()
}

fn mark<'s>(scene: &'s Scene, key: &str) -> &'s Mark {
    scene.marks.iter().find(|mark| mark.key.as_deref() == Some(key)).unwrap_or_else(|| panic!("no mark {key}"))
}

#[test]
fn dominance_follows_the_direction_of_each_axis() {
    let row = |place: usize, asw: f64, be: f64, u: f64| {
        let mut row = candidate(place, PARETO, 1, place);
        row.test = [("asw", asw), ("be_exact", be), ("u", u), ("v", 0.1)]
            .map(|(id, value)| (id.to_owned(), Some(value)))
            .into();
        row
    };
    // Silhouette and batch entropy are good when high: candidate 2 is worse than 1 in both, 3 only in one.
    let rows = [row(0, 0.2, 0.5, 300.0), row(1, 0.1, 0.4, 310.0), row(2, 0.1, 0.6, 320.0)];
    let dominated = |x: &str, y: &str| -> Vec<bool> {
        asked(&rows, json!({"x": x, "y": y})).series[0].points.iter().map(|point| point.dominated).collect()
    };
    assert_eq!(dominated("asw", "be_exact"), [false, true, false]);
    // U is good when low; all have the same V, so that only the first is left.
    assert_eq!(dominated("u", "v"), [false, true, true]);
    assert_eq!(dominated("u", "be_exact"), [false, true, false]);
}

#[test]
fn markers_say_place_method_and_dominance_without_colour() {
    let front = candidate_front("candidate_front");
    let scene = laid_out(&Figure::CandidateFront(front.clone()), 1200.0);
    let size = |key: &str| match mark(&scene, key).extent {
        chart::Extent::Radius(radius) => radius,
        chart::Extent::Rect { .. } => panic!("a point"),
    };
    assert!(
        size("pareto_mtl/mine/0") < size("pareto_mtl/mine/5") && size("pareto_mtl/mine/5") < size("pareto_mtl/mine/11")
    );
    // A dominated one is drawn twice, the second time in paper.
    let shapes = |point: &chart::CandidatePoint| {
        let at = mark(&scene, point.key());
        let centred = |shape: &&Shape| matches!(shape, Shape::Circle { centre, .. } if (centre.0 - at.x).abs() + (centre.1 - at.y).abs() < 1e-9);
        scene.shapes.iter().filter(centred).count()
    };
    let pareto = &front.series[0];
    assert!(pareto.points.iter().any(|point| point.dominated));
    for point in &pareto.points {
        assert_eq!(shapes(point), 1 + usize::from(point.dominated), "{}", point.name);
    }
    // The other method has squares, so no circles at its points.
    assert!(front.series[1].points.iter().all(|point| shapes(point) == 0));
    let words = texts(&scene);
    for expected in ["Pareto MTL, MINE", "Scalarisation, MINE", "hollow: dominated", "scVI only", "batch effect only"] {
        assert!(words.contains(&expected), "{expected} in {words:?}");
    }
    assert!(
        words.iter().any(|text| text.starts_with("Generative loss U") && text.ends_with("lower is better \u{2190}")),
        "{words:?}"
    );
    assert!(words.contains(&"\u{2199} better in both"));
    let bio = laid_out(&figure("candidate_front_bio"), 1200.0);
    assert!(texts(&bio).contains(&"better in both \u{2197}"), "{:?}", texts(&bio));
}

#[test]
fn the_highlighted_candidate_is_ringed_and_the_others_stay() {
    let (plain, ringed) = (json!({}), json!({"highlight": "pareto_mtl/mine/5"}));
    let rows = candidates(&[PARETO], 1);
    let scenes = [plain, ringed].map(|query| laid_out(&Figure::CandidateFront(asked(&rows, query)), 900.0));
    let circles = |scene: &Scene| scene.shapes.iter().filter(|shape| matches!(shape, Shape::Circle { .. })).count();
    assert_eq!(circles(&scenes[1]), circles(&scenes[0]) + 2);
    assert_eq!(scenes[0].marks.len(), scenes[1].marks.len());
}

#[test]
fn every_candidate_is_in_the_plot_or_named_below_it() {
    let front = candidate_front("candidate_front_bad");
    for width in [390.0, 1200.0] {
        let scene = laid_out(&Figure::CandidateFront(front.clone()), width);
        let all = texts(&scene).join(" ");
        for (series, point) in front.series.iter().flat_map(|one| one.points.iter().map(move |point| (one, point))) {
            let drawn = scene.marks.iter().any(|mark| mark.key.as_deref() == Some(point.key()));
            assert!(drawn || all.contains(&point.name), "{}: {} at {width}: {all}", series.name, point.name);
        }
        assert!(all.contains("rolled back after losses that were not numbers"), "{all}");
        assert!(all.contains("diverged at step 40: no metrics"), "{all}");
        // The diverged one stands at the edge with its values, and leaves the others their room.
        let far = mark(&scene, "pareto_mtl/mine/7");
        assert!(far.text.contains("diverged") && far.x <= width - 8.0, "{}", far.text);
        let (left, right) = (mark(&scene, "pareto_mtl/mine/11"), mark(&scene, "pareto_mtl/mine/1"));
        assert!(right.x - left.x > width * 0.35, "{} to {} of {width}", left.x, right.x);
    }
    let csv = chart::table(&Figure::CandidateFront(front)).unwrap().csv();
    assert_eq!(csv.lines().count(), 25);
    assert!(
        csv.contains(
            "\"Scalarisation, MINE, candidate 4 of 12\",0.2727272727272727,,,,,,diverged at step 40: no metrics"
        ),
        "{csv}"
    );
}

#[test]
fn training_candidates_are_drawn_where_they_have_values_and_give_way_to_their_rows() {
    let rows = candidates(&[PARETO], 1);
    let live = json!([live("pareto_mtl", 120)]);
    let shown = asked(&rows[..4], json!({"live": live}));
    let lives: Vec<bool> = shown.series.iter().map(|series| series.live).collect();
    assert_eq!(lives, [false, true]);
    assert_eq!((shown.series[0].points.len(), shown.series[1].points.len()), (4, 8));
    assert_eq!(shown.series[0].number, shown.series[1].number, "one colour");
    assert_eq!(shown.series[0].points[3].along, Some(3.0 / 11.0), "of twelve, although four have a row");
    let scene = laid_out(&Figure::CandidateFront(shown), 900.0);
    assert!(mark(&scene, "pareto_mtl/mine/7").text.contains("; still training"));
    assert!(texts(&scene).contains(&"paler: still training"));
    let part = json!([{"method": "pareto_mtl", "measure": "mine", "split": 1, "points": [{"place": 2, "losses": [340.0, null]}, {"place": 3, "losses": [341.0, 0.2]}]}]);
    let first = &asked(&[], json!({"live": part, "candidates": 10})).series[0].points;
    assert_eq!((first[0].along, first[1].along), (Some(2.0 / 11.0), Some(3.0 / 11.0)), "a part knows the whole front");
    assert!(!first[1].end && first[0].y.is_none(), "a loss that is not a number has no place");
    let other = asked(&rows[..4], json!({"x": "asw", "y": "be_exact", "live": live}));
    assert_eq!(other.series.len(), 1, "a training has U and V only");
    assert_eq!(asked(&rows, json!({"live": live, "split": 2})).series.len(), 0);
}

#[test]
fn over_splits_a_point_is_the_mean_with_its_spread() {
    let mut rows = candidates(&[PARETO], 3);
    for row in &mut rows {
        let value = 100.0 + 10.0 * row.split as f64;
        row.test.insert("u".into(), Some(value));
    }
    let front = asked(&rows, json!({}));
    let point = &front.series[0].points[4];
    assert_eq!((point.x, point.spread_x), (Some(120.0), Some(10.0)), "mean and standard deviation with n - 1");
    assert_eq!(front.spread_label, "\u{b1} SD over 3 splits");
    assert!(front.title.ends_with("mean of 3 splits"));
    let one = asked(&rows, json!({"split": 2}));
    assert_eq!((one.series[0].points[4].x, one.series[0].points[4].spread_x), (Some(120.0), None));
}

#[test]
fn a_hidden_front_leaves_the_others_their_colours() {
    let rows = candidates(&[PARETO, SCALED], 1);
    let fronts = json!([{"method": "pareto_mtl", "measure": "mine", "hidden": true}, {"method": "scalarisation", "measure": "mine"}]);
    let front = asked(&rows, json!({"fronts": fronts}));
    assert_eq!((front.series.len(), front.series[0].number), (1, 1));
}

#[test]
fn v_of_two_measures_is_not_compared_in_silence() {
    let mut rows = candidates(&[PARETO], 1);
    assert_eq!(asked(&rows, json!({})).y_label, "Batch-effect measure V, MINE");
    rows.extend(candidates(&[("pareto_mtl", Some("mmd"), 1.0)], 1));
    assert!(asked(&rows, json!({})).y_label.contains("not comparable between measures"));
}

#[test]
fn an_unknown_metric_is_named() {
    let query: FrontQuery = serde_json::from_value(json!({"x": "asv"})).unwrap();
    let error = fronts::figure(&[], &query).unwrap_err();
    assert!(error.to_string().contains("no metric \"asv\"") && error.code() == "unknown_front_metric", "{error}");
}

#[test]
fn the_slider_stands_on_the_plot() {
    let figure = figure("candidate_front_cursor");
    let scene = laid_out(&figure, 900.0);
    let cursor = scene.marks.iter().find(|mark| mark.text.starts_with("slider:")).expect("the slider");
    assert!(cursor.text.contains("322"), "{}", cursor.text);
    let dashes = |shape: &&Shape| matches!(shape, Shape::Line { stroke, .. } if stroke.dash.is_some());
    assert_eq!(scene.shapes.iter().filter(dashes).count(), 2, "a line to each axis");
}

#[test]
fn two_pictures_show_the_same_cells_at_the_same_places() {
    let figure = figure("embedding_pair");
    let wide = laid_out(&figure, 1200.0).cloud.expect("points");
    assert_eq!(wide.points.len(), 5000);
    let shift =
        |at: usize| (wide.points[2500 + at].0 - wide.points[at].0, wide.points[2500 + at].1 - wide.points[at].1);
    for at in [1, 700, 2499] {
        assert!(
            (shift(at).0 - shift(0).0).abs() < 0.01 && shift(at).1.abs() < 0.01,
            "beside each other: {:?}",
            shift(at)
        );
    }
    let drawn = chart::Drawn { marks: Vec::new(), cloud: Some(wide.clone()) };
    let says = |at: usize| drawn.hit(f64::from(wide.points[at].0), f64::from(wide.points[at].1)).map(|hit| hit.text);
    assert!(["Smart-seq2", "10x"].contains(&says(7).unwrap().as_str()));
    assert!(!["Smart-seq2", "10x"].contains(&says(2507).unwrap().as_str()));
    let narrow = laid_out(&figure, 390.0).cloud.expect("points");
    assert!(narrow.points[2500].1 > narrow.points[0].1 + 200.0, "one below the other");
    let csv = chart::table(&figure).unwrap().csv();
    assert!(csv.lines().any(|line| line.starts_with("batch,10x,")) && csv.lines().count() == 9, "{csv}");
}

#[test]
fn the_truth_is_a_line_across_the_estimates() {
    let figure = figure("mutual_information");
    let scene = laid_out(&figure, 1200.0);
    let words = texts(&scene);
    assert!(words.contains(&"truth") && words.contains(&"MINE") && words.contains(&"category 2"), "{words:?}");
    let csv = chart::table(&figure).unwrap().csv();
    let header = csv.lines().next().unwrap();
    assert_eq!(header, "step,MINE,classifier bound,nearest neighbours,truth,most possible: entropy of the categories");
    assert!(csv.lines().nth(1).unwrap().ends_with(",0.812,1.0986"));
    assert!(chart::summary(&figure).unwrap().contains("truth .812"));
}

#[test]
fn parts_that_do_not_fit_together_are_named() {
    let pair = json!({"figure": "embedding_pair", "x": [0.0], "y": [0.0], "first": {"by": "groups", "name": "batch", "labels": ["a"], "codes": [0]}, "second": {"by": "groups", "name": "cell type", "labels": ["b"], "codes": [3]}});
    let error = chart::summary(&serde_json::from_value(pair).unwrap()).unwrap_err();
    assert!(error.to_string().contains("group number 3, but there are 1 groups"), "{error}");
    let values = json!({"figure": "embedding_pair", "x": [0.0], "y": [0.0], "first": {"by": "values", "name": "", "values": [1.0]}, "second": {"by": "values", "name": "", "values": [1.0]}});
    let error = chart::summary(&serde_json::from_value(values).unwrap()).unwrap_err();
    assert!(error.to_string().contains("coloured by groups"), "{error}");
}

#[test]
fn what_is_not_a_number_is_left_out_and_not_drawn() {
    for bad in [f64::NAN, f64::INFINITY, 1e300, -1e300] {
        let point = |x, y| chart::CandidatePoint {
            name: "A".into(),
            label: "1".into(),
            x: Some(x),
            y: Some(y),
            spread_x: Some(bad),
            spread_y: Some(bad),
            along: Some(bad),
            ..Default::default()
        };
        let series = chart::CandidateSeries {
            name: "S".into(),
            points: vec![point(bad, 1.0), point(1.0, 2.0), point(2.0, 1.0)],
            ..Default::default()
        };
        let cursor = Some(chart::Cursor { x: Some(bad), y: Some(1.0), label: "slider".into() });
        let figure = Figure::CandidateFront(CandidateFront { series: vec![series], cursor, ..Default::default() });
        let svg = chart::svg(&figure, 500.0, 300.0, &Theme::dark()).unwrap();
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{bad}");
    }
}
