//! What happens in a run, as lines of text.

use dosefront::run::Event;

/// Prints an event, if it is one for people.
pub fn print(event: &Event) {
    match event {
        Event::Stage { text, .. } => println!("{text}"),
        Event::Progress { .. } | Event::Explored { .. } | Event::Fitted { .. } => {}
        Event::Loss { unit, epoch, epochs, train, validation, .. } => {
            println!("  {unit} {epoch}/{epochs}: training {train:.2?}, validation {validation:.1?}");
        }
        Event::Result { result } => {
            let metric = |name: &str| result.metrics.get(name).copied().flatten().unwrap_or(f64::NAN);
            println!(
                "  {} {} {} seed {}: R2 all {:.4}, top-100 {:.4}, common DEGs {}",
                result.model,
                result.cell_type,
                result.arm,
                result.seed.map_or("-".to_owned(), |seed| seed.to_string()),
                metric("r2_all"),
                metric("r2_top100"),
                metric("common_degs"),
            );
        }
        Event::LeftOut { failure } => println!("  {} left out: {}", failure.model, failure.message),
        Event::Front { method, measure, split, points } => {
            let shown: Vec<String> = points
                .iter()
                .map(|point| format!("{}: {:.1} {:.3}", point.place, point.losses[0], point.losses[1]))
                .collect();
            println!("  {method} with {measure}, split {split}, U and V by place: {}", shown.join("; "));
        }
        Event::Candidate { row } => {
            let metric = |name: &str, digits: usize| {
                let value = row.test.get(name).copied().flatten();
                value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
            };
            println!(
                "  {} {} split {} place {}: test U {}, V {}, BE {}, ASW {}, NMI {}{}",
                row.method,
                row.measure.as_deref().unwrap_or("-"),
                row.split,
                row.place,
                metric("u", 2),
                metric("v", 3),
                metric("be_exact", 3),
                metric("asw", 3),
                metric("nmi", 3),
                if row.remarks.is_empty() { String::new() } else { format!(" ({})", row.remarks.join(" ")) },
            );
        }
        Event::Estimate { estimate, truth } => {
            let (name, step, value) = (estimate.estimator.name(), estimate.step, estimate.value);
            println!("  {name} after {step} steps: {value:.4} nats, in truth {truth:.4}");
        }
        Event::FrontLeftOut { failure } => {
            println!("  {} left out: {}\n  hint: {}", failure.method, failure.message, failure.hint);
        }
        Event::Finished => println!("done"),
    }
}
