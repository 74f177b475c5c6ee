//! What can be wrong with a figure.

/// Why a figure could not be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChartError {
    /// The parts of a figure do not fit together.
    #[error("the {figure} figure cannot be drawn: {what}")]
    Invalid {
        /// The figure's tag, e.g. `r2_scatter`.
        figure: &'static str,
        /// What does not fit, with both numbers.
        what: String,
    },
    /// The surface is too small to draw on, or its size is not a number.
    #[error("there is no room to draw: {width} x {height} CSS pixels")]
    NoRoom {
        /// Width asked for, in CSS pixels.
        width: String,
        /// Height asked for, in CSS pixels.
        height: String,
    },
    /// The drawing surface refused a shape.
    #[error("the drawing surface reported: {0}")]
    Surface(String),
}

impl ChartError {
    /// A stable name for the kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "invalid_figure",
            Self::NoRoom { .. } => "no_room",
            Self::Surface(_) => "drawing_failed",
        }
    }

    /// What the visitor can change.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Invalid { .. } => "Run the prediction again; if it stays, the report it came from is damaged.".into(),
            Self::NoRoom { .. } => "Make the window wider, so that the figure has at least 80 x 60 pixels.".into(),
            Self::Surface(_) => "Reload the page; a browser that is short of memory drops its canvases.".into(),
        }
    }
}
