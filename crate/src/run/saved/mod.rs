//! Runs that were saved, with or without their results, and whether they come out the same.
//!
//! * [`shorten`] leaves out of a run file what filling in brings back, for links;
//! * [`open_saved`] opens a run file or a report of any schema version;
//! * [`compare`] says whether two reports of the same run have the same results;
//! * [`bundle_write`] and [`bundle_read`] keep a report together with weights, predictions and data in one file.

mod belongs;
mod bundle;
mod compare;
mod error;
mod exact;
mod names;
mod numbers;
mod open;
mod rows;
mod shorten;
mod stored_zip;
mod tolerance;
mod walk;

pub use bundle::{BUNDLE_VERSION, BundleFile, bundle_read, bundle_write};
pub use compare::{Comparison, Difference, Environment, SameData, Verdict, compare};
pub use error::SavedError;
pub use numbers::{LARGEST_WHOLE, fits_page};
pub use open::{Saved, open_saved, run_in_report};
pub use shorten::shorten;
pub use tolerance::Tolerance;
