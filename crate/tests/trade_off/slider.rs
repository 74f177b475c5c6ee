use dosefront::fronts::CandidateKind;
use futures_lite::future::block_on;
use serde_json::json;

use super::{done, finish, marrow, of, run_file, schedule, start};

#[test]
fn the_slider_moves_from_end_to_end_of_the_front_of_its_measure() {
    // A preset that weighs all parameters and fixes ranges, neither of which one network can have.
    let mut task = json!({"methods": ["one_run"], "measures": ["mmd", "mine"], "schedule": schedule()});
    task["schedule"]["preset"] = json!("paper");
    let mut runner = start(&run_file(&task), marrow()).unwrap();
    assert!(block_on(runner.front_slider()).unwrap().is_none());
    let report = finish(&mut runner, 0.0).0;
    assert!(done(&report).front_failures.is_empty());
    let slider = block_on(runner.front_slider()).unwrap().unwrap();

    let stops = slider.stops();
    assert_eq!((stops[0].position, stops[0].angle), (0.0, 0.0));
    assert_eq!(stops[stops.len() - 1].position, 1.0);
    assert!(stops.windows(2).all(|pair| pair[1].position > pair[0].position && pair[1].angle > pair[0].angle));
    assert!(stops.iter().all(|stop| stop.u.is_finite() && stop.nn_mi.is_finite()));

    let rows = of(&done(&report).candidates, "one_run", Some("mine"));
    let mut places = Vec::new();
    for position in [0.0, 0.5, 1.0] {
        let view = block_on(slider.at(position)).unwrap();
        assert_eq!((view.position, view.positions.len()), (position, 300));
        assert!(view.positions.iter().flatten().all(|x| x.is_finite()));
        assert!(view.metrics.len() > 10 && view.metrics.values().all(|value| value.is_finite()));
        places.push(view.place);
        if position != 0.5 {
            let end = rows[if position == 0.0 { 0 } else { 3 }];
            // Of the latest front, not of the other measure's at the same place.
            for (name, judged) in [("u", end.u), ("v", end.v)] {
                assert!(
                    (view.metrics[name] - judged.unwrap()).abs() < 1e-6,
                    "{name} {} {judged:?}",
                    view.metrics[name]
                );
            }
        }
    }
    assert!(places[0] == 0.0 && (0.1..2.9).contains(&places[1]) && (places[2] - 3.0).abs() < 1e-9, "{places:?}");
    let view = block_on(slider.at(7.0)).unwrap();
    assert_eq!(view.position, 1.0);

    let mut polish = slider.polish(0.5, 6).unwrap();
    let mut shown = vec![polish.state().progress];
    while polish.state().row.is_none() {
        block_on(polish.advance()).unwrap();
        shown.push(polish.state().progress);
        assert!(shown.len() < 200, "{shown:?}");
    }
    assert!(shown.is_sorted() && shown[0] == 0.0 && shown[shown.len() - 1] == 1.0, "{shown:?}");
    let row = polish.state().row.unwrap();
    assert_eq!((row.method.as_str(), row.measure.as_deref()), ("one_run_polished", Some("mine")));
    assert_eq!((row.kind, row.steps), (CandidateKind::Preference, rows[0].steps + 6));
    assert!(row.u.unwrap().is_finite() && row.test["nn_mi"].unwrap().is_finite());
    assert_eq!(row.place as f64, places[1].round());
    // The front itself stays as it was.
    assert_eq!(block_on(slider.at(1.0)).unwrap(), view);
}
