use thiserror::Error;

use crate::run::RunError;

/// Why something that was saved cannot be opened or compared.
#[derive(Debug, Error)]
pub enum SavedError {
    /// The text is no JSON at all: cut off, or another kind of file.
    #[error("this is not JSON: {reason}")]
    NotJson {
        /// What is wrong, with the line and column.
        reason: String,
    },
    /// JSON, but neither a run file nor a report.
    #[error("this is not a run of Dosefront: {reason}")]
    NotARun {
        /// What is missing or wrong.
        reason: String,
    },
    /// Written by a newer program, whose format this one does not know.
    #[error("this {what} has version {found}, and this Dosefront opens up to version {known}")]
    NewerVersion {
        /// Run or bundle.
        what: &'static str,
        /// The version it was written in.
        found: u64,
        /// The newest version that is known here.
        known: u64,
    },
    /// Results that the run file beside them could not have given.
    #[error("the results do not belong to their run: {what}")]
    DoNotBelong {
        /// What does not fit.
        what: String,
    },
    /// A whole number that a page cannot hold to the last digit, or nothing can.
    #[error("{place} is {number}, which is too large a number to be kept exactly")]
    NumberTooLarge {
        /// Where in the run file: `task.predict.seeds.0`.
        place: String,
        /// The number.
        number: String,
    },
    /// A run file where a report is needed.
    #[error("the {which} run has no results, it is a run file only")]
    NoResults {
        /// `first` or `second`.
        which: &'static str,
    },
    /// The bytes are no bundle.
    #[error("this is not a bundle of Dosefront: {reason}")]
    NotABundle {
        /// What is missing or wrong.
        reason: String,
    },
    /// A file that the manifest lists is not there.
    #[error("the bundle has lost the file {name}, which its manifest lists")]
    BundleFileMissing {
        /// Its name.
        name: String,
    },
    /// A file that is not the one that was put in.
    #[error("the file {name} in the bundle is not the one that was saved: its SHA-256 is {found}, not {expected}")]
    BundleFileChanged {
        /// Its name.
        name: String,
        /// SHA-256 in the manifest.
        expected: String,
        /// SHA-256 of its bytes.
        found: String,
    },
    /// The run file asks for something impossible.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl SavedError {
    /// A short stable name of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotJson { .. } => "not_json",
            Self::NotARun { .. } => "not_a_run",
            Self::NewerVersion { .. } => "newer_version",
            Self::DoNotBelong { .. } => "results_do_not_belong",
            Self::NumberTooLarge { .. } => "number_too_large",
            Self::NoResults { .. } => "no_results",
            Self::NotABundle { .. } => "not_a_bundle",
            Self::BundleFileMissing { .. } => "bundle_file_missing",
            Self::BundleFileChanged { .. } => "bundle_file_changed",
            Self::Run(error) => error.code(),
        }
    }

    /// What the visitor can change.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NotJson { .. } => {
                "Take the .dosefront.json file as it was saved; a file that was cut off on its way has to be sent again."
            }
            Self::NotARun { .. } => "Open a .dosefront.json file that this page saved, or a run file of the command line.",
            Self::NewerVersion { .. } => "Open it with the version of Dosefront that wrote it, or a newer one.",
            Self::DoNotBelong { .. } => {
                "Ask for the file as it was saved. Without its results the run file in it can still be run again."
            }
            Self::NumberTooLarge { .. } => {
                "Seeds are whole numbers up to 9,007,199,254,740,991: give it one of those. The command line also takes larger ones, up \
                 to 18,446,744,073,709,551,615."
            }
            Self::NoResults { .. } => "Compare reports; a run file has to be run first.",
            Self::NotABundle { .. } => "Take the .dosefront.zip file as it was saved, or the .dosefront.json file alone.",
            Self::BundleFileMissing { .. } | Self::BundleFileChanged { .. } => {
                "Ask for the bundle as it was saved, or open only its run.dosefront.json."
            }
            Self::Run(error) => return error.hint(),
        }
        .to_owned()
    }
}
