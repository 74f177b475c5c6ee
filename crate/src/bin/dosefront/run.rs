//! The command `run`: from a run file to a report and what goes with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use dosefront::chart::{self, Figure, Theme};
use dosefront::data::Dataset;
use dosefront::run::explore::{atlas, distances_table, fits_table, genes_table};
use dosefront::run::saved::{self, Saved};
use dosefront::run::{EngineInfo, Exploration, Predicted, RunFile, Runner, results_csv};
use dosefront::scores::{self, GroupBy, Selection, TableQuery};

use super::files::{self, file_name, make_folder, write, write_bytes};
use super::{events, report};

/// What is written beside the report.
#[derive(Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "one for each switch of the command line")]
pub struct Extras {
    pub figures: bool,
    pub weights: bool,
    pub predictions: bool,
    pub html: bool,
}

/// Does a run on the CPU engine, printing what happens.
pub fn finish(run: RunFile, dataset: Dataset, keep_weights: bool) -> Result<Runner> {
    let engine = EngineInfo { engine: "cpu".into(), repeats: EngineInfo::SAME_MACHINE.into(), ..EngineInfo::default() };
    #[allow(clippy::disallowed_methods, reason = "this program is native and lends the library its clock")]
    let clock = Instant::now();
    let clock = Rc::new(move || clock.elapsed().as_secs_f64() * 1000.0);
    let mut runner = Runner::new(run, Rc::new(dataset), burn::tensor::Device::flex(), engine, clock)?;
    if keep_weights {
        runner.keep_weights_up_to(usize::MAX);
    }
    while !runner.is_finished() {
        for event in futures_lite::future::block_on(runner.step(1000.0))? {
            events::print(&event);
        }
    }
    Ok(runner)
}

/// The run file in a text: the text itself, or the one that made the report that the text is. A typing error in a run file is an error;
/// a report was written by a program, so what is not known in it is skipped.
fn run_file(path: &Path, text: &str) -> Result<RunFile> {
    let Some(run) = saved::run_in_report(text) else { return Ok(RunFile::parse(text)?) };
    let Saved { run, remarks, .. } = run?;
    println!("{} is a report; the run file in it is run again", path.display());
    for remark in remarks {
        println!("note: {remark}");
    }
    Ok(run)
}

/// The command `run`.
pub fn run(path: &Path, data: &[PathBuf], out: &Path, extras: Extras, device: &str) -> Result<()> {
    if device != "cpu" {
        bail!("this program runs on the CPU engine only; open the page for WebGPU");
    }
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let run = run_file(path, &text)?;
    let dataset = files::data_of(&run.dataset, path, data)?;
    let runner = finish(run, dataset, extras.weights || extras.predictions)?;
    make_folder(out)?;
    let done = runner.report();
    let text = serde_json::to_string_pretty(&done)?;
    write(&out.join("report.json"), &text)?;
    if extras.html {
        report::of_run(&runner, &text, &out.join("report.html"))?;
    }
    for note in &done.notes {
        println!("note: {note}");
    }
    if let Some(predicted) = &done.predicted {
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
    if let Some(predicted) = &done.predicted {
        write_predicted(predicted, &runner, out)?;
    }
    runner.exploration().map_or(Ok(()), |found| write_explored(found, out))
}

fn write_weights(predicted: &Predicted, runner: &Runner, out: &Path) -> Result<()> {
    let mut written: Vec<String> = Vec::new();
    for (fit, record) in predicted.fits.iter().enumerate() {
        let Some(bytes) = runner.weights(fit) else { continue };
        make_folder(out)?;
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
