//! The command line: runs a run file, inspects a data set, writes a simulated one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use dosefront::chart::{self, Figure, Theme};
use dosefront::data::{self, Dataset, InputFile, Source};
use dosefront::run::explore::{atlas, distances_table, fits_table, genes_table};
use dosefront::run::{
    DatasetSummary, DesignSummary, EngineInfo, Event, Exploration, Predicted, RunError, RunFile, Runner, results_csv,
};
use dosefront::scores::{self, GroupBy, Selection, TableQuery};

/// Single-cell perturbation models, their data and metrics.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Does the run of a run file and writes report.json and, of predictions, scores.csv.
    Run {
        /// The run file (JSON).
        run: PathBuf,
        /// The data file; without it a file of the run file's name beside the run file.
        #[arg(long)]
        data: Vec<PathBuf>,
        /// Where report.json goes.
        #[arg(long, default_value = ".")]
        out: PathBuf,
        /// Also write the results as CSV and the figures as SVG.
        #[arg(long)]
        figures: bool,
        /// Also write the weights of every trained model as weights/MODEL_TYPE.safetensors.
        #[arg(long)]
        weights: bool,
        /// Also write predictions.h5ad: all predicted cells beside the real ones of the held-out types.
        #[arg(long)]
        predictions: bool,
        /// The engine; `cpu` is the only one of this program.
        #[arg(long, default_value = "cpu")]
        device: String,
    },
    /// Says what a file holds, which roles its columns seem to have, and what would be skipped and why.
    Inspect {
        /// The data file, or the loose parts of a 10x matrix.
        files: Vec<PathBuf>,
    },
    /// Writes a built-in data set as .h5ad.
    Simulate {
        /// Its name, e.g. liver-dose-response.
        preset: String,
        /// Seed of the simulation.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The file to write.
        #[arg(long)]
        out: PathBuf,
    },
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run { run, data, out, figures, weights, predictions, device } => {
            run_command(&run, &data, &out, Extras { figures, weights, predictions }, &device)
        }
        Command::Inspect { files } => inspect(&files),
        Command::Simulate { preset, seed, out } => simulate(&preset, seed, &out),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            if let Some(hint) = error.chain().find_map(hint) {
                eprintln!("hint: {hint}");
            }
            ExitCode::FAILURE
        }
    }
}

/// What the library advises on its own errors.
fn hint(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    error
        .downcast_ref::<RunError>()
        .map(RunError::hint)
        .or_else(|| error.downcast_ref::<data::ReadError>().map(data::ReadError::hint))
        .or_else(|| error.downcast_ref::<data::DataError>().map(data::DataError::hint))
}

fn read_files(paths: &[PathBuf]) -> Result<Dataset> {
    let mut files = Vec::new();
    for path in paths {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.push(InputFile { name, bytes });
    }
    Ok(data::read(files)?)
}

/// What is written beside the report.
#[derive(Clone, Copy)]
struct Extras {
    figures: bool,
    weights: bool,
    predictions: bool,
}

fn run_command(path: &Path, data: &[PathBuf], out: &Path, extras: Extras, device: &str) -> Result<()> {
    if device != "cpu" {
        bail!("this program runs on the CPU engine only; open the page for WebGPU");
    }
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let run = RunFile::parse(&text)?;
    let dataset = match (&run.dataset, data) {
        (Source::Simulated { preset, seed }, []) => data::simulate(preset, *seed)?,
        (Source::Simulated { .. }, _) => bail!("the run file asks for simulated data, so --data has no place here"),
        (Source::File { name, .. }, []) => read_files(&[path.parent().unwrap_or(Path::new("")).join(name)])
            .context("give the data file with --data FILE")?,
        (Source::File { .. }, files) => read_files(files)?,
    };
    let engine =
        EngineInfo { engine: "cpu".into(), repeats: "same bits on the same machine".into(), ..EngineInfo::default() };
    #[allow(clippy::disallowed_methods, reason = "this program is native and lends the library its clock")]
    let clock = Instant::now();
    let clock = Rc::new(move || clock.elapsed().as_secs_f64() * 1000.0);
    let mut runner = Runner::new(run, Rc::new(dataset), burn::tensor::Device::flex(), engine, clock)?;
    if extras.weights || extras.predictions {
        runner.keep_weights_up_to(usize::MAX);
    }
    while !runner.is_finished() {
        for event in futures_lite::future::block_on(runner.step(1000.0))? {
            print_event(&event);
        }
    }
    fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let report = runner.report();
    write(&out.join("report.json"), &serde_json::to_string_pretty(&report)?)?;
    for note in &report.notes {
        println!("note: {note}");
    }
    if let Some(predicted) = &report.predicted {
        let query = TableQuery {
            group_by: GroupBy::CellTypeAndArm,
            of: Selection { failures: predicted.failures.clone(), ..Selection::default() },
            ..TableQuery::default()
        };
        write(&out.join("scores.csv"), &scores::score_table(&predicted.results, &query)?.csv())?;
        if extras.weights {
            write_weights(predicted, &runner, &out.join("weights"))?;
        }
        if extras.predictions {
            let bytes = futures_lite::future::block_on(runner.predicted_h5ad(None, true))?;
            write_bytes(&out.join("predictions.h5ad"), &bytes)?;
        }
    }
    if !extras.figures {
        return Ok(());
    }
    if let Some(predicted) = &report.predicted {
        write_predicted(predicted, &runner, out)?;
    }
    runner.exploration().map_or(Ok(()), |found| write_explored(found, out))
}

fn write_weights(predicted: &Predicted, runner: &Runner, out: &Path) -> Result<()> {
    let mut written: Vec<String> = Vec::new();
    for (fit, record) in predicted.fits.iter().enumerate() {
        let Some(bytes) = runner.weights(fit) else { continue };
        fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
        let name = format!("{}_{}", file_name(&record.model), file_name(&record.cell_type));
        // The same model may be there twice, with other settings.
        let again = written.iter().filter(|other| **other == name).count();
        let suffix = if again > 0 { format!("_{}", again + 1) } else { String::new() };
        write_bytes(&out.join(format!("{name}{suffix}.safetensors")), bytes)?;
        written.push(name);
    }
    Ok(())
}

fn write_predicted(predicted: &Predicted, runner: &Runner, out: &Path) -> Result<()> {
    write(&out.join("results.csv"), &results_csv(&predicted.results))?;
    for (name, figure) in scores::atlas(&predicted.results, &predicted.failures) {
        write_figure(&out.join(format!("{name}.svg")), &figure)?;
    }
    for row in &predicted.results {
        if let Some(detail) = runner.detail(row.index) {
            let name = format!("r2-{:03}-{}-{}.svg", row.index, file_name(&row.model), file_name(&row.cell_type));
            write_figure(&out.join(name), &detail.scatter(row))?;
        }
    }
    Ok(())
}

fn write_explored(found: &Exploration, out: &Path) -> Result<()> {
    let outcome = found.outcome();
    for (name, table) in [
        ("distances.csv", distances_table(&outcome.distances)),
        ("response_genes.csv", genes_table(&outcome.response_genes)),
        ("dose_fits.csv", fits_table(&outcome.dose_fits)),
    ] {
        if !table.rows.is_empty() {
            write(&out.join(name), &table.csv())?;
        }
    }
    for (name, figure) in atlas(found)? {
        write_figure(&out.join(format!("{name}.svg")), &figure)?;
    }
    Ok(())
}

/// An SVG of the width of a page.
fn write_figure(path: &Path, figure: &Figure) -> Result<()> {
    let (width, theme) = (900.0, Theme::light());
    let height = chart::height(figure, width, &theme, &chart::estimate_width);
    write(path, &chart::svg(figure, width, height, &theme)?)
}

fn file_name(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

fn write(path: &Path, text: &str) -> Result<()> {
    write_bytes(path, text.as_bytes())
}

fn write_bytes(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    println!("wrote {}", path.display());
    Ok(())
}

fn print_event(event: &Event) {
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

fn inspect(files: &[PathBuf]) -> Result<()> {
    let dataset = read_files(files)?;
    let summary = DatasetSummary::new(&dataset);
    println!("{}: {} cells x {} genes, {:?}", summary.name, summary.n_cells, summary.n_genes, summary.kind);
    for note in &summary.notes {
        println!("note: {note}");
    }
    println!("obs columns:");
    for column in &summary.obs {
        match (column.min, column.max) {
            (Some(min), Some(max)) => println!("  {}: numbers from {min} to {max}", column.name),
            _ => println!("  {}: {} labels ({} ...)", column.name, column.n_levels, first(&column.levels).join(", ")),
        }
    }
    for skipped in &summary.skipped {
        println!("skipped {}: {}", skipped.what, skipped.why);
    }
    println!("guessed roles: {}", serde_json::to_string(&summary.roles)?);
    match DesignSummary::new(&dataset, &summary.roles) {
        Ok(design) => {
            let arms: Vec<&str> = design.arms.iter().map(|arm| arm.label.as_str()).collect();
            println!("cells per type under {}:", arms.join(", "));
            for (name, counts) in design.cell_types.iter().zip(&design.counts) {
                println!("  {name}: {counts:?}");
            }
        }
        Err(error) => println!("with these roles: {error}. {}", error.hint()),
    }
    Ok(())
}

fn first(levels: &[String]) -> &[String] {
    &levels[..levels.len().min(5)]
}

fn simulate(preset: &str, seed: u64, out: &Path) -> Result<()> {
    let dataset = data::simulate(preset, seed)?;
    fs::write(out, data::write_h5ad(&dataset)?).with_context(|| format!("cannot write {}", out.display()))?;
    println!("wrote {}: {} cells x {} genes, simulated", out.display(), dataset.n_cells(), dataset.n_genes());
    Ok(())
}
