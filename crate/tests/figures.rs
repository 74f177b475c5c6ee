//! Every kind of figure, ordinary and awkward, as a scene, as SVG, in words and in rows.

#![allow(clippy::expect_used, reason = "a figure that cannot be made fails its test by name")]

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
    Drawn { marks: laid_out(&figure(name), width).marks }
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
    for name in ["cell_counts_empty", "loss_empty", "r2_scatter_empty", "bars_empty", "deg_overlap_empty"] {
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
    for (name, figure) in figures().filter(|(name, _)| *name != "r2_scatter_empty") {
        let again: Figure = serde_json::from_value(serde_json::to_value(&figure).unwrap()).expect(name);
        assert_eq!(again, figure, "{name}");
    }
}

/// Writes every sample into the temporary folder, to be looked at: `cargo test --test figures -- --ignored`.
#[test]
#[ignore = "writes files to look at"]
fn gallery() {
    let folder = std::env::temp_dir().join("dosefront-figures");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, figure) in figures() {
        for (side, theme) in [("light", Theme::light()), ("dark", Theme::dark())] {
            for width in [344.0, 1100.0] {
                let height = chart::height(&figure, width, &theme, &estimate_width);
                let svg = chart::svg(&figure, width, height, &theme).unwrap();
                std::fs::write(folder.join(format!("{name}-{width}-{side}.svg")), svg).unwrap();
            }
        }
    }
}
