//! Failures of the view's own.

use dosefront_boundary::Failure;

/// The canvas has no 2D context.
pub fn no_canvas() -> Failure {
    Failure::new(
        "no_canvas",
        "the browser gave no 2D drawing context for the canvas",
        "Close other tabs and reload the page; the table under the figure shows the same data.",
    )
}
