//! Few cells, equal cells, columns without variance, very large and very small numbers, and what is refused.

use dosefront::embed::{EmbedError, Tsne, TsneSettings, Umap, UmapSettings};
use ndarray::{Array2, array};

use crate::{tsne, umap};

fn small_tsne() -> TsneSettings {
    TsneSettings { perplexity: 2.0, ..TsneSettings::default() }
}

fn small_umap() -> UmapSettings {
    UmapSettings { n_neighbors: 3, ..UmapSettings::default() }
}

#[track_caller]
fn finite(name: &str, x: &Array2<f64>) {
    for (program, picture) in [("t-SNE", tsne(x, &small_tsne())), ("UMAP", umap(x, &small_umap()))] {
        assert!(picture.iter().all(|value| value.is_finite()), "{program}, {name}");
        let mut points: Vec<Vec<u64>> =
            picture.outer_iter().map(|point| point.iter().map(|value| value.to_bits()).collect()).collect();
        points.sort_unstable();
        points.dedup();
        assert_eq!(points.len(), x.nrows(), "{program}, {name}: no two cells in one place");
    }
}

#[test]
fn numbers_stay_finite() {
    let number = |i: usize, j: usize| ((i * 7919 + j * 104_729 + i * j * 31) % 1009) as f64 / 1009.0;
    let plain = Array2::from_shape_fn((40, 6), |(i, j)| number(i, j));
    finite("equal cells", &Array2::from_elem((40, 6), 0.3));
    finite("every cell five times", &Array2::from_shape_fn((40, 6), |(i, j)| number(i / 5, j)));
    finite("most cells equal", &Array2::from_shape_fn((40, 6), |(i, j)| number(i.max(35), j)));
    finite("constant columns", &Array2::from_shape_fn((40, 6), |(i, j)| if j % 2 == 0 { 5.0 } else { number(i, j) }));
    finite("one column", &Array2::from_shape_fn((40, 1), |(i, _)| number(i, 0)));
    finite("huge", &(&plain * 1e300));
    finite("tiny", &(&plain * 1e-300));
    finite("far from the origin", &(&plain + 1e12));
    finite("one cell far away", &Array2::from_shape_fn((40, 6), |(i, j)| if i == 0 { 1e9 } else { number(i, j) }));
    finite("seven cells", &Array2::from_shape_fn((7, 6), |(i, j)| number(i, j)));
}

#[test]
fn numbers_stay_finite_with_any_step_size() {
    for n in [7, 40] {
        let x = Array2::from_shape_fn((n, 3), |(i, j)| ((i * 7919 + j * 104_729 + i * j * 31) % 1009) as f64);
        for rate in [1e-6, 1e5] {
            let picture =
                tsne(&x, &TsneSettings { learning_rate: Some(rate), early_exaggeration: 1000.0, ..small_tsne() });
            assert!(picture.iter().all(|value| value.is_finite()), "t-SNE of {n} cells, learning rate {rate}");
        }
        let picture = umap(&x, &UmapSettings { learning_rate: 100.0, spread: 0.01, min_dist: 0.0, ..small_umap() });
        assert!(picture.iter().all(|value| value.is_finite()), "UMAP of {n} cells");
    }
}

#[test]
fn four_cells_are_enough_for_umap_and_too_few_for_tsne() {
    let x = array![[0.0, 1.0], [1.0, 1.0], [1.0, 3.0], [9.0, 2.0]];
    assert!(umap(&x, &small_umap()).iter().all(|value| value.is_finite()));
    let error = Tsne::new(x.view(), &small_tsne()).unwrap_err();
    assert_eq!(error, EmbedError::Perplexity { perplexity: 2.0, cells: 4 });
    assert_eq!(error.hint(), "t-SNE needs at least 7 cells; choose more.");
    let error = Umap::new(x.view(), &UmapSettings::default()).unwrap_err();
    assert_eq!(error.to_string(), "n_neighbors is 15, of 4 cells; it must be at least 2 and below the number of cells");
    assert_eq!(error.hint(), "Set n_neighbors to 2 to 3, or choose more cells; 15 is usual.");
    let none = Array2::<f64>::zeros((0, 2));
    assert_eq!(Umap::new(none.view(), &small_umap()).unwrap_err().code(), "embed_umap_neighbours");
    assert_eq!(Tsne::new(none.view(), &small_tsne()).unwrap_err().code(), "embed_perplexity");
    let no_columns = Array2::<f64>::zeros((40, 0));
    assert_eq!(Tsne::new(no_columns.view(), &small_tsne()).unwrap_err().code(), "embed_too_few_cells");
}

#[test]
fn a_hint_can_be_followed() {
    for cells in 7..100 {
        let settings = TsneSettings { perplexity: ((cells - 1) / 3) as f64, ..TsneSettings::default() };
        settings.check(cells).unwrap();
        assert!(TsneSettings { perplexity: settings.perplexity + 1.0, ..settings }.check(cells).is_err());
    }
}

#[test]
fn settings_out_of_range_are_named() {
    let x = Array2::from_shape_fn((100, 3), |(i, j)| (i * (j + 1) % 17) as f64);
    let plain = TsneSettings::default;
    for (settings, code, word) in [
        (TsneSettings { perplexity: 34.0, ..plain() }, "embed_perplexity", "34"),
        (TsneSettings { perplexity: f64::NAN, ..plain() }, "embed_perplexity", "NaN"),
        (TsneSettings { theta: 0.9, ..plain() }, "embed_setting", "theta"),
        (TsneSettings { learning_rate: Some(-1.0), ..plain() }, "embed_setting", "learning_rate"),
        (TsneSettings { early_exaggeration: 0.5, ..plain() }, "embed_setting", "early_exaggeration"),
        (TsneSettings { iterations: 0, ..plain() }, "embed_setting", "iterations"),
    ] {
        let error = Tsne::new(x.view(), &settings).unwrap_err();
        assert!(error.code() == code && error.to_string().contains(word), "{error}");
    }
    let plain = UmapSettings::default;
    for (settings, word) in [
        (UmapSettings { min_dist: 1.5, ..plain() }, "min_dist"),
        (UmapSettings { spread: f64::INFINITY, ..plain() }, "spread"),
        (UmapSettings { epochs: Some(0), ..plain() }, "epochs"),
        (UmapSettings { negative_samples: 0, ..plain() }, "negative_samples"),
        (UmapSettings { learning_rate: f64::NAN, ..plain() }, "learning_rate"),
        (UmapSettings { n_neighbors: 1, ..plain() }, "n_neighbors"),
    ] {
        let error = Umap::new(x.view(), &settings).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    }
    let mut bad = x.clone();
    bad[(3, 1)] = f64::NAN;
    let error = Umap::new(bad.view(), &plain()).unwrap_err();
    assert_eq!(error.to_string(), "the cells to embed hold NaN in row 3, column 1");
}

#[test]
fn settings_have_defaults_and_unknown_fields_are_refused() {
    let settings: TsneSettings = serde_json::from_str(r#"{ "perplexity": 12 }"#).unwrap();
    assert_eq!(settings, TsneSettings { perplexity: 12.0, ..TsneSettings::default() });
    let settings: UmapSettings = serde_json::from_str(r#"{ "seed": 4 }"#).unwrap();
    assert_eq!(settings, UmapSettings { seed: 4, ..UmapSettings::default() });
    assert!(serde_json::from_str::<TsneSettings>(r#"{ "perplexty": 12 }"#).is_err());
    assert!(serde_json::from_str::<UmapSettings>(r#"{ "n_neighbours": 12 }"#).is_err());
}
