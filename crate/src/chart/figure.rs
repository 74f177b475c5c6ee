//! All figures under one tag.

use serde::{Deserialize, Serialize};

use super::error::ChartError;
use super::measure::{Measure, estimate_width};
use super::paint::{Target, UNITS_PER_PIXEL, paint};
use super::scene::Scene;
use super::sketch::Sketch;
use super::theme::Theme;
use super::{
    Bars, CandidateFront, CellCounts, DegOverlap, DoseResponse, Drawn, Embedding, EmbeddingPair, Expression, Intervals,
    Loss, ModelFront, MutualInformation, R2Scatter, ScoreBars, ScoreHeatMap, SetOverlap, Table, Volcano,
};

/// A figure: what it shows, without its size or colours. In JSON the kind is the field `figure`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "figure", rename_all = "snake_case")]
pub enum Figure {
    /// Cells per cell type and arm, a heat map.
    CellCounts(CellCounts),
    /// Training and validation loss, lines.
    Loss(Loss),
    /// Mean expression per gene, observed against predicted.
    R2Scatter(R2Scatter),
    /// One value per model, horizontal bars.
    Bars(Bars),
    /// How many differentially expressed genes a prediction shares with the observation.
    DegOverlap(DegOverlap),
    /// Response against dose, lines with intervals, one panel per measure.
    DoseResponse(DoseResponse),
    /// Values with intervals, a row each, one panel per measure.
    Intervals(Intervals),
    /// Cells in the plane of an embedding.
    Embedding(Embedding),
    /// Expression of one gene per cell type and dose.
    Expression(Expression),
    /// Change and significance of every gene.
    Volcano(Volcano),
    /// What several sets share, bars over a matrix of dots.
    SetOverlap(SetOverlap),
    /// Models within each cell type or dose, grouped bars.
    ScoreBars(ScoreBars),
    /// Models in each cell type or dose, a heat map.
    ScoreHeatMap(ScoreHeatMap),
    /// Models in two metrics, with the front of those that none beats.
    ModelFront(ModelFront),
    /// Candidates between biology kept and batch effect removed, a front per method.
    CandidateFront(CandidateFront),
    /// The same cells twice: coloured by batch, and by type.
    EmbeddingPair(EmbeddingPair),
    /// Samples of known mutual information, and estimates of it along training.
    MutualInformation(MutualInformation),
}

/// What every kind of figure can do.
pub(super) trait Picture {
    /// Whether the parts fit together; `Err` says what does not.
    fn check(&self) -> Result<(), String>;
    /// The height in CSS pixels that suits a width.
    fn height(&self, width: f64, theme: &Theme, measure: Measure) -> f64;
    fn lay_out(&self, sketch: &mut Sketch);
    fn summary(&self) -> String;
    fn table(&self) -> Table;
}

impl Figure {
    fn picture(&self) -> &dyn Picture {
        match self {
            Self::CellCounts(figure) => figure,
            Self::Loss(figure) => figure,
            Self::R2Scatter(figure) => figure,
            Self::Bars(figure) => figure,
            Self::DegOverlap(figure) => figure,
            Self::DoseResponse(figure) => figure,
            Self::Intervals(figure) => figure,
            Self::Embedding(figure) => figure,
            Self::Expression(figure) => figure,
            Self::Volcano(figure) => figure,
            Self::SetOverlap(figure) => figure,
            Self::ScoreBars(figure) => figure,
            Self::ScoreHeatMap(figure) => figure,
            Self::ModelFront(figure) => figure,
            Self::CandidateFront(figure) => figure,
            Self::EmbeddingPair(figure) => figure,
            Self::MutualInformation(figure) => figure,
        }
    }

    /// The figure's tag in JSON.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::CellCounts(_) => "cell_counts",
            Self::Loss(_) => "loss",
            Self::R2Scatter(_) => "r2_scatter",
            Self::Bars(_) => "bars",
            Self::DegOverlap(_) => "deg_overlap",
            Self::DoseResponse(_) => "dose_response",
            Self::Intervals(_) => "intervals",
            Self::Embedding(_) => "embedding",
            Self::Expression(_) => "expression",
            Self::Volcano(_) => "volcano",
            Self::SetOverlap(_) => "set_overlap",
            Self::ScoreBars(_) => "score_bars",
            Self::ScoreHeatMap(_) => "score_heat_map",
            Self::ModelFront(_) => "model_front",
            Self::CandidateFront(_) => "candidate_front",
            Self::EmbeddingPair(_) => "embedding_pair",
            Self::MutualInformation(_) => "mutual_information",
        }
    }

    fn checked(&self) -> Result<&dyn Picture, ChartError> {
        let picture = self.picture();
        picture.check().map_err(|what| ChartError::Invalid { figure: self.kind(), what })?;
        Ok(picture)
    }
}

/// Lays a figure out for `width` x `height` CSS pixels. A figure without data becomes a sentence.
///
/// Errors with [`ChartError::Invalid`] when the parts of the figure do not fit together, and with
/// [`ChartError::NoRoom`] below 80 x 60 CSS pixels or beyond 16,384.
pub fn scene(figure: &Figure, width: f64, height: f64, theme: &Theme, measure: Measure) -> Result<Scene, ChartError> {
    if !(80.0..=16_384.0).contains(&width) || !(60.0..=16_384.0).contains(&height) {
        return Err(ChartError::NoRoom { width: width.to_string(), height: height.to_string() });
    }
    let picture = figure.checked()?;
    let mut sketch = Sketch::new(width, height, theme, measure);
    picture.lay_out(&mut sketch);
    Ok(sketch.finish())
}

/// Draws a figure of `width` x `height` CSS pixels on a canvas backend with `pixels` device pixels per CSS pixel, in units of
/// 1 / [`UNITS_PER_PIXEL`] device pixels.
///
/// Errors as [`scene`] does, and with [`ChartError::Surface`] when the backend fails.
pub fn draw<DB: plotters::backend::DrawingBackend>(
    figure: &Figure,
    (width, height): (f64, f64),
    theme: &Theme,
    measure: Measure,
    backend: &mut DB,
    pixels: f64,
) -> Result<Drawn, ChartError> {
    let scene = scene(figure, width, height, theme, measure)?;
    paint(&scene, backend, Target::Canvas(pixels))?;
    Ok(scene.drawn())
}

/// A figure as an SVG document of `width` x `height` CSS pixels: text stays text, and the title says what the figure shows.
///
/// Errors as [`draw`] does.
pub fn svg(figure: &Figure, width: f64, height: f64, theme: &Theme) -> Result<String, ChartError> {
    let theme = Theme { font: "Helvetica, Arial, \"Liberation Sans\", sans-serif".into(), ..theme.clone() };
    let (width, height) = (width.round(), height.round());
    let scene = scene(figure, width, height, &theme, &estimate_width)?;
    let mut text = String::new();
    let size = ((width * UNITS_PER_PIXEL) as u32, (height * UNITS_PER_PIXEL) as u32);
    let mut backend = plotters::backend::SVGBackend::with_string(&mut text, size);
    paint(&scene, &mut backend, Target::Svg)?;
    drop(backend);
    let body = text.split_once('\n').map_or("", |(_, body)| body);
    Ok(format!(
        "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {} {}\" xmlns=\"http://www.w3.org/2000/svg\" \
         role=\"img\">\n<title>{}</title>\n{body}",
        size.0,
        size.1,
        escape(&figure.picture().summary()),
    ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The height in CSS pixels that suits a figure at a width: rows of a heat map and bars need more room as they grow in number.
#[must_use]
pub fn height(figure: &Figure, width: f64, theme: &Theme, measure: Measure) -> f64 {
    let wanted = figure.checked().map_or(240.0, |picture| picture.height(width.max(80.0), theme, measure));
    wanted.round().clamp(120.0, 4000.0)
}

/// One or two sentences that say what the figure shows, made from its data.
///
/// Errors with [`ChartError::Invalid`] when the parts of the figure do not fit together.
pub fn summary(figure: &Figure) -> Result<String, ChartError> {
    Ok(figure.checked()?.summary())
}

/// The data of the figure in rows.
///
/// Errors with [`ChartError::Invalid`] when the parts of the figure do not fit together.
pub fn table(figure: &Figure) -> Result<Table, ChartError> {
    Ok(figure.checked()?.table())
}
