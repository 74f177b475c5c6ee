//! The command line: runs a run file, checks that a saved run comes out the same, writes a report to hand on, inspects a data set, writes a
//! simulated one.

mod events;
mod files;
mod inspect;
mod report;
mod run;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use dosefront::data;
use dosefront::report::ReportError;
use dosefront::run::RunError;
use dosefront::run::saved::SavedError;

use run::Extras;

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
        /// The run file (JSON), or a report, whose run file is run again.
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
        /// Also write report.html: everything to hand on in one file, with Methods, tables and figures.
        #[arg(long)]
        html: bool,
        /// The engine; `cpu` is the only one of this program.
        #[arg(long, default_value = "cpu")]
        device: String,
    },
    /// Does a saved run again and says whether it comes out the same: ends with 0 if it does (identical, or within the tolerance), with 1 if
    /// it differs, and with 2 if that could not be found out.
    Verify {
        /// The report that was saved (.dosefront.json), or the bundle that it is in (.dosefront.zip).
        run: PathBuf,
        /// The data file; without it the one in the bundle, or a file of its name beside the report.
        #[arg(long)]
        data: Vec<PathBuf>,
        /// Where the new report and the comparison go; without it they are not kept.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Writes one HTML file with Methods, tables and figures from a saved run (NAME.dosefront.json, report.json).
    Report {
        /// The saved run.
        saved: PathBuf,
        /// The file to write; without it one of its name beside the saved run.
        #[arg(long)]
        out: Option<PathBuf>,
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
    let done = |()| ExitCode::SUCCESS;
    let command = Cli::parse().command;
    let failed =
        if matches!(command, Command::Verify { .. }) { ExitCode::from(verify::TROUBLE) } else { ExitCode::FAILURE };
    let result: Result<ExitCode> = match command {
        Command::Run { run, data, out, figures, weights, predictions, html, device } => {
            run::run(&run, &data, &out, Extras { figures, weights, predictions, html }, &device).map(done)
        }
        Command::Verify { run, data, out } => verify::verify(&run, &data, out.as_deref()),
        Command::Report { saved, out } => report::of_saved(&saved, out).map(done),
        Command::Inspect { files } => inspect::inspect(&files).map(done),
        Command::Simulate { preset, seed, out } => inspect::simulate(&preset, seed, &out).map(done),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            if let Some(hint) = error.chain().find_map(hint) {
                eprintln!("hint: {hint}");
            }
            failed
        }
    }
}

/// What the library advises on its own errors.
fn hint(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    error
        .downcast_ref::<RunError>()
        .map(RunError::hint)
        .or_else(|| error.downcast_ref::<SavedError>().map(SavedError::hint))
        .or_else(|| error.downcast_ref::<ReportError>().map(ReportError::hint))
        .or_else(|| error.downcast_ref::<data::ReadError>().map(data::ReadError::hint))
        .or_else(|| error.downcast_ref::<data::DataError>().map(data::DataError::hint))
}
