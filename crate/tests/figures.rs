//! Every kind of figure, ordinary and awkward, as a scene, as SVG, in words and in rows.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a figure that cannot be made fails its test by name")]

use dosefront::chart::{self, ChartError, Drawn, Extent, Figure, HAlign, Scene, Shape, Theme, estimate_width};

include!("figures/samples.rs");

const WIDTHS: [f64; 4] = [300.0, 344.0, 720.0, 1200.0];

fn figures() -> impl Iterator<Item = (&'static str, Figure)> {
    samples().into_iter().map(|(name, json)| (name, serde_json::from_value(json).expect(name)))
}

fn figure(name: &str) -> Figure {
    figures().find(|(other, _)| *other == name).expect(name).1
}

fn laid_out(figure: &Figure, width: f64) -> Scene {
    let height = chart::height(figure, width, &Theme::light(), &estimate_width);
    chart::scene(figure, width, height, &Theme::light(), &estimate_width).expect("the figure fits together")
}

fn drawn(name: &str, width: f64) -> Drawn {
    laid_out(&figure(name), width).drawn()
}

fn texts(scene: &Scene) -> Vec<&str> {
    scene
        .shapes
        .iter()
        .filter_map(|shape| if let Shape::Text { text, .. } = shape { Some(text.as_str()) } else { None })
        .collect()
}

/// Left, top, right, bottom of a text's capitals.
fn text_box(shape: &Shape) -> Option<([f64; 4], &str)> {
    let Shape::Text { at, text, size, align, upright, width, .. } = shape else { return None };
    let start = match align {
        HAlign::Left => 0.0,
        HAlign::Centre => -width / 2.0,
        HAlign::Right => -width,
    };
    let half = size * 0.36;
    let area = if *upright {
        [at.0 - half, at.1 - start - width, at.0 + half, at.1 - start]
    } else {
        [at.0 + start, at.1 - half, at.0 + start + width, at.1 + half]
    };
    Some((area, text))
}

#[test]
fn no_text_leaves_the_figure_and_none_overlaps_another() {
    for (name, figure) in figures() {
        for width in WIDTHS {
            let scene = laid_out(&figure, width);
            let boxes: Vec<_> = scene.shapes.iter().filter_map(text_box).collect();
            assert!(!boxes.is_empty(), "{name} says nothing");
            for (at, (a, text)) in boxes.iter().enumerate() {
                let inside = a[0] >= -1.0 && a[1] >= -1.0 && a[2] <= scene.width + 1.0 && a[3] <= scene.height + 1.0;
                assert!(inside, "{name} at {width}: \"{text}\" at {a:?} leaves {} x {}", scene.width, scene.height);
                for (b, other) in &boxes[at + 1..] {
                    let apart = a[0] >= b[2] - 0.5 || b[0] >= a[2] - 0.5 || a[1] >= b[3] - 0.5 || b[1] >= a[3] - 0.5;
                    assert!(apart, "{name} at {width}: \"{text}\" {a:?} overlaps \"{other}\" {b:?}");
                }
            }
        }
    }
}

#[test]
fn every_figure_is_an_svg_with_its_text_as_text() {
    for (name, figure) in figures() {
        for theme in [Theme::light(), Theme::dark()] {
            let svg = chart::svg(&figure, 640.0, 400.0, &theme).expect(name);
            assert!(
                svg.starts_with("<svg width=\"640\" height=\"400\"") && svg.trim_end().ends_with("</svg>"),
                "{name}"
            );
            assert!(svg.contains("<title>") && svg.contains("<text"), "{name}");
            assert!(!svg.contains("NaN") && !svg.contains("inf\""), "{name}");
        }
        let summary = chart::summary(&figure).expect(name);
        assert!(summary.ends_with('.') && !summary.contains("NaN"), "{name}: {summary}");
        let table = chart::table(&figure).expect(name);
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{name}");
        assert_eq!(table.csv().lines().count(), table.rows.len() + 1, "{name}");
    }
}

#[test]
fn a_figure_without_data_is_a_sentence() {
    let empty: Vec<&str> = figures().map(|(name, _)| name).filter(|name| name.ends_with("_empty")).collect();
    assert_eq!(empty.len(), 17, "one of each kind");
    for name in empty {
        let scene = laid_out(&figure(name), 400.0);
        assert!(texts(&scene).join(" ").ends_with('.'), "{name}: {:?}", texts(&scene));
        assert!(scene.marks.is_empty(), "{name}");
    }
}

#[test]
fn a_small_surface_is_drawn_on_and_a_tiny_one_refused() {
    for (name, figure) in figures() {
        chart::svg(&figure, 80.0, 60.0, &Theme::light()).expect(name);
    }
    let refused = chart::svg(&figure("bars"), 20.0, f64::NAN, &Theme::light()).unwrap_err();
    assert_eq!(refused.code(), "no_room");
    assert!(matches!(refused, ChartError::NoRoom { .. }) && refused.to_string().contains("20 x NaN"));
}

#[test]
fn parts_that_do_not_fit_together_are_named() {
    let cases = [
        (
            json!({"figure": "cell_counts", "cell_types": ["A"], "arms": ["x", "y"], "counts": [[1]]}),
            "2 arms but 1 counts in row 0",
        ),
        (json!({"figure": "r2_scatter", "genes": ["A"], "x": [1.0, 2.0], "y": [1.0]}), "1 genes but 2 observed means"),
        (json!({"figure": "r2_scatter", "genes": ["A"], "x": [1.0], "y": [1.0], "top": [4]}), "top gene number 4"),
        (
            json!({"figure": "deg_overlap", "observed_only": 0, "common": 1, "predicted_only": 0, "genes": {"common": ["A", "B"]}}),
            "1 genes but 2 names",
        ),
        (
            json!({"figure": "embedding", "x": [0.0], "y": [0.0, 1.0], "colour": {"by": "values", "name": "", "values": [1.0]}}),
            "1 first coordinates but 2 second coordinates",
        ),
        (
            json!({"figure": "embedding", "x": [0.0], "y": [0.0], "colour": {"by": "groups", "name": "", "labels": ["A"], "codes": [1]}}),
            "group number 1, but there are 1 groups",
        ),
        (
            json!({"figure": "embedding", "x": [0.0], "y": [0.0], "only": [], "colour": {"by": "values", "name": "", "values": [1.0]}}),
            "1 first coordinates but 0 choices",
        ),
        (json!({"figure": "volcano", "genes": ["A"], "x": [1.0], "y": []}), "1 genes but 0 p values"),
        (
            json!({"figure": "set_overlap", "sets": [{"name": "A", "size": 1}], "intersections": [{"members": [2], "size": 1}]}),
            "set number 2 in intersection 0, but there are 1 sets",
        ),
    ];
    for (figure, words) in cases {
        let figure: Figure = serde_json::from_value(figure).unwrap();
        let error = chart::summary(&figure).unwrap_err();
        assert_eq!(error.code(), "invalid_figure");
        assert!(error.to_string().contains(words), "{error}");
        assert!(!error.hint().is_empty());
    }
}

#[test]
fn the_heat_map_names_the_cell_under_the_pointer() {
    let drawn = drawn("cell_counts_two_arms", 500.0);
    assert_eq!(drawn.marks.len(), 14);
    let mark = &drawn.marks[5];
    let hit = drawn.hit(mark.x, mark.y).unwrap();
    assert_eq!((hit.index, hit.text.starts_with("B, stimulated: ")), (5, true), "{}", hit.text);
    assert_eq!(hit.key.as_deref(), Some("B"), "the type is what other figures show too");
    assert!(matches!(hit.extent, Extent::Rect { .. }));
    assert!(drawn.hit(1.0, 1.0).is_none());
}

#[test]
fn the_scatter_names_the_gene_under_the_pointer() {
    let drawn = drawn("r2_scatter", 500.0);
    assert_eq!(drawn.marks.len(), 2000);
    // Gene 20 is the second of the top genes.
    let mark = drawn.marks.iter().find(|mark| mark.index == 20).unwrap();
    assert!(mark.text.contains("observed") && mark.text.contains("control") && mark.text.ends_with("(top 100 DEG)"));
    assert_eq!(drawn.hit(mark.x + 0.1, mark.y).map(|hit| (hit.x, hit.y)), Some((mark.x, mark.y)));
}

#[test]
fn bars_grow_with_their_values_and_undefined_ones_say_so() {
    let drawn = drawn("bars_negative", 900.0);
    let ends: Vec<f64> = drawn.marks.iter().map(|mark| mark.x).collect();
    assert!(ends[2] < ends[1] && ends[1] < ends[0], "negative, undefined at zero, positive: {ends:?}");
    assert_eq!(drawn.marks[1].text, "count fold change (baseline): not defined");
    let scene = laid_out(&figure("bars_negative"), 900.0);
    assert!(texts(&scene).contains(&"−1.84") && texts(&scene).contains(&"not defined"));
    assert_eq!(
        chart::table(&figure("bars_negative")).unwrap().csv().lines().nth(2),
        Some("count fold change,,yes"),
        "an undefined value is an empty field"
    );
}

#[test]
fn a_loss_that_falls_by_orders_of_magnitude_is_drawn_on_a_logarithmic_scale() {
    let label = |name| texts(&laid_out(&figure(name), 900.0)).iter().any(|text| text.contains("log scale"));
    assert!(label("loss_log"));
    assert!(!label("loss"));
    let table = chart::table(&figure("loss_first")).unwrap();
    assert_eq!(table.csv(), "epoch,training,validation\n1,812.5,\n");
}

#[test]
fn gene_lists_say_how_many_names_are_left_out() {
    let scene = laid_out(&figure("deg_overlap"), 344.0);
    let texts = texts(&scene);
    let shown = texts.iter().filter(|text| text.starts_with("ISG")).count();
    assert!(shown > 3 && texts.contains(&format!("and {} more", 69 - shown).as_str()), "{texts:?}");
    let csv = chart::table(&figure("deg_overlap")).unwrap().csv();
    assert!(csv.contains("ISG68,both\n") && csv.contains("HLA-DRB30,observed only\n"));
}

#[test]
fn figures_survive_a_round_trip_through_json() {
    for (name, figure) in figures() {
        let json = serde_json::to_value(&figure).unwrap();
        let again: Figure = serde_json::from_value(json.clone()).expect(name);
        // As JSON, since a missing value is not equal to itself.
        assert!(serde_json::to_value(&again).unwrap() == json, "{name}");
    }
}

/// Every coordinate of a shape.
fn corners(shape: &Shape) -> Vec<(f64, f64)> {
    match shape {
        Shape::Rect { x, y, w, h, .. } => vec![(*x, *y), (x + w, y + h)],
        Shape::Line { points, .. } | Shape::Polygon { points, .. } => points.clone(),
        Shape::Dots { points, radius, .. } => {
            points.iter().flat_map(|(x, y)| [(x - radius, y - radius), (x + radius, y + radius)]).collect()
        }
        Shape::Circle { centre: (x, y), radius, .. } => vec![(x - radius, y - radius), (x + radius, y + radius)],
        Shape::Text { at, .. } => vec![*at],
    }
}

#[test]
fn no_shape_leaves_the_figure() {
    for (name, figure) in figures() {
        for width in WIDTHS {
            let scene = laid_out(&figure, width);
            for shape in &scene.shapes {
                let inside = |(x, y): &(f64, f64)| {
                    *x >= -1.0 && *y >= -1.0 && *x <= scene.width + 1.0 && *y <= scene.height + 1.0
                };
                assert!(corners(shape).iter().all(inside), "{name} at {width}: {shape:?}");
            }
        }
    }
}

#[test]
fn what_is_not_a_number_is_left_out_and_not_drawn() {
    use chart::{
        DoseLine, DosePanel, DosePoint, DoseResponse, Embedding, EmbeddingColour, Expression, ExpressionGroup,
        ExpressionPanel, FittedCurve, IntervalPanel, IntervalRow, Intervals, NoiseFloor, Volcano,
    };
    let wild = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300];
    for bad in wild {
        let odd = Some(bad);
        let points = [(0.0, Some(0.5)), (1.0, odd), (bad, Some(1.0)), (3.0, Some(2.0)), (9.0, None)];
        let points = points.map(|(dose, value)| DosePoint { dose, value, low: odd, high: odd, note: String::new() });
        let fit = FittedCurve { points: vec![(1.0, bad), (bad, 1.0)], ec50: odd, ec50_low: odd, ec50_high: odd };
        let floor = Some(NoiseFloor { value: odd, high: odd, label: "floor".into() });
        let line = DoseLine { name: "A".into(), points: points.to_vec(), fit: Some(fit), ..DoseLine::default() };
        let dose = DosePanel { lines: vec![line], floor: floor.clone(), ..DosePanel::default() };
        let row =
            |value| IntervalRow { label: "A".into(), value, low: odd, high: odd, floor: odd, ..IntervalRow::default() };
        let rows = IntervalPanel { rows: vec![row(odd), row(Some(1.0))], floor, ..IntervalPanel::default() };
        let group = |mean| ExpressionGroup {
            label: "0".into(),
            mean,
            low: odd,
            high: odd,
            fraction: odd,
            density: vec![(bad, 1.0), (0.0, bad), (1.0, 1.0)],
            quartiles: Some([0.0, bad, 1.0]),
            ..ExpressionGroup::default()
        };
        let panel = ExpressionPanel {
            title: "A".into(),
            groups: vec![group(odd), group(Some(1.0))],
            ..ExpressionPanel::default()
        };
        let single = bad as f32;
        let figures = [
            Figure::DoseResponse(DoseResponse { panels: vec![dose], ..DoseResponse::default() }),
            Figure::Intervals(Intervals { panels: vec![rows], ..Intervals::default() }),
            Figure::Expression(Expression { panels: vec![panel], ..Expression::default() }),
            Figure::Volcano(Volcano {
                genes: named(&["A", "B", "C"]),
                x: vec![bad, 1.0, 2.0],
                y: vec![1.0, bad, 3.0],
                threshold_x: odd,
                threshold_y: odd,
                label_top: 3,
                ..Volcano::default()
            }),
            Figure::Embedding(Embedding {
                title: String::new(),
                x: vec![single, 1.0, 2.0],
                y: vec![0.0, single, 1.0],
                colour: EmbeddingColour::Values { name: "A".into(), values: vec![1.0, 2.0, single] },
                only: None,
                x_label: String::new(),
                y_label: String::new(),
                highlight: None,
            }),
        ];
        for figure in figures {
            let kind = figure.kind();
            let scene = laid_out(&figure, 500.0);
            let sane = |(x, y): &(f64, f64)| x.abs() < 1e5 && y.abs() < 1e5;
            for shape in &scene.shapes {
                assert!(corners(shape).iter().all(sane), "{bad} in {}: {shape:?}", figure.kind());
            }
            assert!(scene.marks.iter().all(|mark| sane(&(mark.x, mark.y))), "{bad} in {}", figure.kind());
            chart::svg(&figure, 500.0, 300.0, &Theme::dark()).expect(kind);
            assert!(chart::summary(&figure).expect(kind).ends_with('.'));
        }
    }
}

/// The shapes of a sample with another highlight.
fn highlighted(name: &str, highlight: Option<&str>) -> Vec<Shape> {
    let (_, mut json) = samples().into_iter().find(|(other, _)| *other == name).expect(name);
    json["highlight"] = json!(highlight);
    laid_out(&serde_json::from_value(json).expect(name), 700.0).shapes
}

#[test]
fn a_highlight_changes_the_picture_and_an_unknown_one_does_not() {
    for name in ["dose_response", "dose_response_40", "intervals", "embedding", "expression", "volcano", "set_overlap"]
    {
        let plain = highlighted(name, None);
        let known = match name {
            "dose_response_40" => "T cell, subset number 3 of a very long annotation",
            "volcano" => "Gene200",
            _ => "Cholangiocytes",
        };
        assert!(highlighted(name, Some(known)) != plain, "{name}");
        assert!(highlighted(name, Some("in another figure")) == plain, "{name}");
    }
}

#[test]
fn marks_carry_the_name_of_the_thing_in_every_figure() {
    for (name, n) in [("dose_response", 6), ("intervals", 6), ("embedding", 6), ("expression", 6), ("volcano", 3999)] {
        let drawn = drawn(name, 700.0);
        let mut keys: Vec<String> = drawn.marks.iter().map(|mark| mark.key.clone().expect(name)).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), n, "{name}");
        assert!(name == "volcano" || keys.contains(&"Cholangiocytes".to_owned()), "{name}: {keys:?}");
    }
    let overlap = drawn("set_overlap", 700.0);
    assert_eq!(overlap.marks[2].key.as_deref(), Some("Cholangiocytes"), "the rows come first");
    assert!(overlap.marks[6].key.is_some() && overlap.marks[7].text.contains("in exactly"), "then the combinations");
}

#[test]
fn doses_rise_to_the_right_and_the_control_stands_apart() {
    let drawn = drawn("dose_response", 700.0);
    let first: Vec<_> = drawn.marks.iter().filter(|mark| mark.index == 0).collect();
    assert_eq!(first.len(), 9);
    assert!(first.windows(2).all(|pair| pair[0].x + 10.0 < pair[1].x), "by dose");
    let steps: Vec<f64> = first.windows(2).map(|pair| pair[1].x - pair[0].x).collect();
    assert!((steps[1] - steps[3]).abs() < 0.5, ".01 to .03 is as far as .1 to .3: {steps:?}");
    assert!(first[8].y < first[0].y - 50.0, "a larger value stands higher");
    let words = &first[1].text;
    assert!(
        words.starts_with("E-distance, Hepatocytes - portal: dose (\u{b5}g/kg) .01, ") && words.ends_with("117 cells")
    );
    assert_eq!(drawn.marks.iter().filter(|mark| mark.index == 2).count(), 8, "a gap is no point");
    let csv = chart::table(&figure("dose_response_fit")).unwrap().csv();
    assert!(csv.starts_with("panel,name,dose (\u{b5}g/kg),value,low,high,EC50,EC50 low,EC50 high\n"));
    assert_eq!(csv.lines().count(), 1 + 3 * 6 * 9);
    let summary = chart::summary(&figure("dose_response_one")).unwrap();
    assert_eq!(summary, "Response along the dose: E-distance, 1 line, highest 4.2 for CD4T at dose 10.");
}

#[test]
fn a_fitted_curve_is_smooth_and_its_ec50_can_be_pointed_at() {
    let curves = |name: &str| {
        let scene = laid_out(&figure(name), 700.0);
        scene.shapes.iter().filter(|shape| matches!(shape, Shape::Line { points, .. } if points.len() == 60)).count()
    };
    assert_eq!((curves("dose_response_fit"), curves("dose_response")), (18, 0));
    let drawn = drawn("dose_response_fit", 700.0);
    let ec50 = drawn.marks.iter().find(|mark| mark.text.contains("EC50")).unwrap();
    assert_eq!(ec50.text, "Hepatocytes - portal: EC50 .2 (.12 to .38)");
    let doses: Vec<_> = drawn.marks.iter().filter(|mark| mark.index == 0 && !mark.text.contains("EC50")).collect();
    assert!(ec50.x > doses[3].x && ec50.x < doses[4].x, "between .1 and .3");
}

#[test]
fn rows_align_across_panels_that_share_their_names() {
    let wide = drawn("intervals", 1200.0);
    assert!((0..6).all(
        |row| (wide.marks[row].y - wide.marks[row + 6].y).abs() < 1e-9 && wide.marks[row].x < wide.marks[row + 6].x
    ));
    let narrow = drawn("intervals", 390.0);
    assert!(narrow.marks[6].y > narrow.marks[5].y, "one below the other");
    let names =
        |width| texts(&laid_out(&figure("intervals"), width)).iter().filter(|text| **text == "Cholangiocytes").count();
    assert_eq!((names(1200.0), names(390.0)), (1, 3));
    assert!(wide.marks[3].text.contains("Stellate Cells: not defined"), "{}", wide.marks[3].text);
}

#[test]
fn every_cell_is_one_dot_and_says_its_group() {
    let scene = laid_out(&figure("embedding"), 700.0);
    let dots = |scene: &Scene| -> usize {
        scene.shapes.iter().map(|shape| if let Shape::Dots { points, .. } = shape { points.len() } else { 0 }).sum()
    };
    assert_eq!(dots(&scene), 3000);
    assert!(scene.shapes.len() < 200, "not a shape per cell: {}", scene.shapes.len());
    let drawn = scene.drawn();
    assert_eq!(drawn.marks.len(), 6, "the keyboard steps through groups");
    let cloud = drawn.cloud.as_ref().unwrap();
    let (x, y) = cloud.points[17];
    let hit = drawn.hit(f64::from(x), f64::from(y)).unwrap();
    assert_eq!((hit.key.as_deref(), f64::from(x)), (Some(hit.text.as_str()), hit.x));
    let table = chart::table(&figure("embedding")).unwrap();
    assert_eq!((table.rows.len(), table.columns[2].as_str()), (6, "median UMAP 1"));
    // Cells that the figure is not about are drawn, but say nothing.
    let scene = laid_out(&figure("embedding_values"), 700.0);
    assert_eq!(dots(&scene), 4000);
    let meant = scene.cloud.as_ref().unwrap().points.len();
    assert!(meant < 4000 && chart::table(&figure("embedding_values")).unwrap().rows.len() == meant);
}

#[test]
fn silent_genes_stand_at_the_edge_of_the_volcano() {
    let drawn = drawn("volcano", 700.0);
    let far = drawn.marks.iter().find(|mark| mark.index == 7).unwrap();
    assert!(far.text.starts_with("Gene7: log2 fold change \u{2212}2"), "{}", far.text);
    let leftmost = drawn.marks.iter().map(|mark| mark.x).fold(f64::INFINITY, f64::min);
    assert!((far.x - leftmost).abs() < 1e-9 && far.x > 20.0);
    let others = drawn.marks.iter().filter(|mark| mark.x < leftmost + 60.0).count();
    assert!(others < 400, "the others are not squeezed together: {others}");
    assert!(drawn.marks.iter().all(|mark| mark.index != 5), "a gene without p value");
    let scene = laid_out(&figure("volcano"), 700.0);
    let texts = texts(&scene);
    let counted =
        |word: &str| texts.iter().find_map(|text| text.strip_suffix(word)?.trim().parse::<usize>().ok()).unwrap();
    let words = |word: &str| drawn.marks.iter().filter(|mark| mark.text.ends_with(word)).count();
    assert_eq!((counted(" up"), counted(" down")), (words("(up)"), words("(down)")));
    let named = texts.iter().filter(|text| text.contains('-') && !text.contains(' ')).count();
    assert!((8..=15).contains(&named), "{named} names");
}

#[test]
fn combinations_that_find_no_room_are_counted() {
    let shown = |width| drawn("set_overlap", width).marks.len() - 6;
    assert!(shown(390.0) >= 5 && shown(390.0) < 10 && shown(1200.0) == 24);
    let scene = laid_out(&figure("set_overlap"), 390.0);
    let left_out = format!("{} smaller combinations are not shown", 24 - shown(390.0));
    assert!(texts(&scene).join(" ").contains(&left_out));
    assert!(!texts(&laid_out(&figure("set_overlap"), 1200.0)).join(" ").contains("not shown"));
    let csv = chart::table(&figure("set_overlap_two")).unwrap().csv();
    assert!(csv.starts_with("sets,number of sets,response genes,examples\nCD4T,1,421,Cyp1a1 Tiparp Nqo1\n"), "{csv}");
}
