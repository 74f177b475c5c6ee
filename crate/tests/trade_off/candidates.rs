use dosefront::fronts::{CandidateKind, CandidateRow, Cells};
use dosefront::run::{Event, Report};

use super::{done, everything, finish, marrow, of, start, text};

fn check_rows(report: &Report, in_train: usize) {
    let rows = &done(report).candidates;
    assert!(done(report).front_failures.is_empty());
    assert!(rows.iter().enumerate().all(|(i, row)| row.index == i && row.split == 1));
    let kinds =
        [CandidateKind::BatchOnly, CandidateKind::Preference, CandidateKind::Preference, CandidateKind::ScviOnly];
    let pass = (in_train as f64 / 64.0).round() as usize;
    for (method, epochs) in [("pareto_mtl", [9, 6, 6, 8]), ("scalarisation", [9, 6, 6, 8]), ("one_run", [13; 4])] {
        for measure in ["mine", "mmd"] {
            let front = of(rows, method, Some(measure));
            let places: Vec<_> = front.iter().map(|row| (row.place, row.kind)).collect();
            assert_eq!(places, (0..4).zip(kinds).collect::<Vec<_>>(), "{method}");
            let steps: Vec<usize> = front.iter().map(|row| row.steps).collect();
            assert_eq!(steps, epochs.map(|epochs| epochs * pass), "{method}");
            assert!(front.iter().all(|row| row.preference.unwrap().iter().all(|part| (0.0..=1.0).contains(part))));
        }
    }
    let hsic = of(rows, "scvi_hsic", Some("hsic"));
    let places: Vec<_> = hsic.iter().map(|row| (row.place, row.kind, row.steps, row.preference)).collect();
    assert_eq!(places, (1..4).map(|place| (place, kinds[place], 6 * pass, None)).collect::<Vec<_>>());
    for (method, steps) in [("saucie_mmd", 10), ("desc", 0)] {
        let peer = of(rows, method, None);
        assert!(peer.len() == 1 && peer[0].kind == CandidateKind::Peer && peer[0].steps >= steps, "{method}");
        assert_eq!((peer[0].u, peer[0].v, peer[0].place), (None, None, 0));
    }
    assert_eq!(rows.len(), 8 + 8 + 8 + 3 + 2);
    for row in rows {
        for (cells, scores) in [("train", &row.train), ("test", &row.test)] {
            assert!(scores.values().flatten().all(|score| score.is_finite()));
            for name in ["u", "v", "nn_mi", "asw", "ari", "nmi", "uca", "be_pooled", "be_exact"] {
                let lost = row.kind == CandidateKind::Peer && ["u", "v"].contains(&name);
                assert_eq!(scores[name].is_none(), lost, "{name} of {cells} cells, {} {}", row.method, row.place);
            }
            assert!(scores.contains_key("bio") && scores.contains_key("batch"));
        }
        assert_eq!((row.u, row.v), (row.test["u"], row.test["v"]));
        assert_eq!(row.train.len(), row.test.len());
    }
}

fn check_events(report: &Report, events: &[Event]) {
    let rows = &done(report).candidates;
    let told: Vec<&CandidateRow> =
        events.iter().filter_map(|e| if let Event::Candidate { row } = e { Some(&**row) } else { None }).collect();
    assert_eq!(told, rows.iter().collect::<Vec<_>>());
    let progress: Vec<f64> =
        events.iter().filter_map(|e| if let Event::Progress { done, .. } = e { Some(*done) } else { None }).collect();
    assert!(progress.windows(2).all(|pair| pair[1] >= pair[0]) && progress.last() == Some(&1.0), "{progress:?}");
    assert!(progress[0] < 0.05 && progress.windows(2).all(|pair| pair[1] - pair[0] < 0.12), "{progress:?}");
    assert_eq!(events.last(), Some(&Event::Finished));
    for (method, measure) in
        [("pareto_mtl", "mine"), ("scalarisation", "mmd"), ("one_run", "mine"), ("scvi_hsic", "hsic")]
    {
        let mut seen = vec![false; 4];
        for event in events {
            let Event::Front { method: m, measure: v, points, split: 1 } = event else { continue };
            if (m.as_str(), v.as_str()) == (method, measure) {
                assert!(!points.is_empty() && points.iter().all(|point| point.losses.iter().all(|l| l.is_finite())));
                for point in points {
                    seen[point.place] = true;
                }
            }
        }
        assert_eq!(seen, [method != "scvi_hsic", true, true, true], "{method}");
    }
}

#[test]
fn every_method_makes_its_candidates_and_the_same_run_the_same_report() {
    let mut runner = start(&everything(), marrow()).unwrap();
    let (report, events) = finish(&mut runner, 0.0);
    let latent = runner.latent(5).unwrap();
    check_rows(&report, latent.train.iter().filter(|&&train| train).count());
    check_events(&report, &events);
    assert_eq!((latent.width, latent.values.len(), latent.batches.len()), (4, 4 * 300, 2));
    assert_eq!((latent.batch.len(), latent.cell_type.len(), latent.cell_types.len()), (300, 300, 7));
    assert!((235..=245).contains(&latent.train.iter().filter(|&&train| train).count()));
    assert!(runner.latent(28).is_some() && runner.latent(29).is_none());

    let fronts = &done(&report).fronts;
    let front = |method: &str, cells, x: &str| {
        fronts.iter().find(|row| row.method == method && row.cells == cells && row.x == x && row.y != "v").unwrap()
    };
    assert_eq!((front("pareto_mtl", Cells::Test, "u").n, front("scvi_hsic", Cells::Train, "u").n), (4, 3));
    assert_eq!(front("desc", Cells::Test, "asw").n, 1);
    assert!(fronts.iter().all(|row| row.n == 0 || !row.nondominated.is_empty()));

    // Cut into other pieces, and with what an earlier front left behind, the numbers are the same.
    let again = finish(&mut start(&everything(), marrow()).unwrap(), 1e12).0;
    assert_eq!(text(again), text(report));
}
