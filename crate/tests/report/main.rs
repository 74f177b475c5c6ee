//! What is handed on of a run: the Methods section and the report as one HTML file.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]

mod checker;
mod command;
mod html;
mod methods;
mod names;
mod runs;
