//! The figures of an exploration. The page asks for them with a [`FigureQuery`], the command line makes them all
//! ([`super::atlas()`]).

use serde::{Deserialize, Serialize};

use crate::chart::{CellCounts, ExpressionStyle, Figure};
use crate::metrics::distance::Distance;
use crate::run::RunError;

use super::exploration::Exploration;
use super::groups::all_cells;
use super::{Method, distance_figures, embedding_figures, gene_figures, gene_view};

/// Which figure is wanted. Cell types are named as in the data; `All cells` (or, where a type is
/// called so, the name that the overview gives) is all of them together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "show", rename_all = "snake_case", deny_unknown_fields)]
pub enum FigureQuery {
    /// Cells per type and arm.
    CellCounts {},
    /// Distances against dose, a line per cell type.
    DistancesAlongDoses {
        /// The distances.
        metrics: Vec<Distance>,
        /// The lines; every cell type for null.
        #[serde(default)]
        cell_types: Option<Vec<String>>,
        /// What the plots are.
        #[serde(default)]
        panels: DosePanels,
        /// Whether fitted curves are drawn.
        #[serde(default)]
        fits: bool,
        /// The cell type that stays strong.
        #[serde(default)]
        highlight: Option<String>,
    },
    /// Distances per cell type at one dose or condition.
    DistancesPerType {
        /// The distances, a plot each.
        metrics: Vec<Distance>,
        /// Label of the treatment or dose.
        arm: String,
        /// The rows; all cells together and every type for null.
        #[serde(default)]
        cell_types: Option<Vec<String>>,
        /// The cell type that stays strong.
        #[serde(default)]
        highlight: Option<String>,
    },
    /// The cells in two dimensions.
    Embedding {
        /// How they were laid out.
        method: Method,
        /// What the colours say.
        colour: ColourBy,
        /// The one cell type that is shown, the others in grey.
        #[serde(default)]
        only: Option<String>,
        /// The group that stays strong.
        #[serde(default)]
        highlight: Option<String>,
    },
    /// Expression of one gene per cell type and dose.
    GeneExpression {
        /// The gene.
        gene: String,
        /// How groups are drawn.
        #[serde(default)]
        style: ExpressionStyle,
        /// The plots; every cell type for null.
        #[serde(default)]
        cell_types: Option<Vec<String>>,
        /// The cell type that stays strong.
        #[serde(default)]
        highlight: Option<String>,
    },
    /// log2 fold change of genes against dose, with fitted curves: a plot per gene, a line per cell type.
    GenesAlongDoses {
        /// The genes, of those that were chosen in preprocessing.
        genes: Vec<String>,
        /// The lines; every cell type for null.
        #[serde(default)]
        cell_types: Option<Vec<String>>,
        /// The cell type that stays strong.
        #[serde(default)]
        highlight: Option<String>,
    },
    /// Fold change against significance of every gene of one comparison.
    Volcano {
        /// The cell type.
        cell_type: String,
        /// Label of the treatment or dose.
        arm: String,
        /// The gene that stays strong.
        #[serde(default)]
        highlight: Option<String>,
    },
    /// Which response genes are shared between cell types at one dose (`arm`), or between doses in one `cell_type`.
    ResponseOverlap {
        /// The dose or condition at which cell types are compared.
        #[serde(default)]
        arm: Option<String>,
        /// The cell type in which doses are compared.
        #[serde(default)]
        cell_type: Option<String>,
        /// The set that stays strong.
        #[serde(default)]
        highlight: Option<String>,
    },
    /// EC50 with interval of the genes with the most certain curves.
    Ec50 {
        /// Whose; all cells together and every type for null.
        #[serde(default)]
        cell_type: Option<String>,
        /// How many genes.
        n: usize,
        /// The gene that stays strong.
        #[serde(default)]
        highlight: Option<String>,
    },
}

/// What the small multiples of a dose-response figure are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DosePanels {
    /// A plot per distance, a line per cell type.
    #[default]
    Metrics,
    /// A plot per cell type (and distance).
    CellTypes,
}

/// What the colours of an embedding say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColourBy {
    /// The cell type.
    CellType,
    /// The treatment or dose.
    Arm,
    /// A column of `obs`.
    Obs(String),
    /// The expression of a gene.
    Gene(String),
}

impl Exploration {
    /// A figure of what has been found so far; what is not there yet makes it empty.
    ///
    /// Errors: [`RunError::UnknownArm`], [`RunError::UnknownCellType`], [`RunError::UnknownGene`],
    /// [`RunError::UnknownColumn`].
    pub fn figure(&self, query: &FigureQuery) -> Result<Figure, RunError> {
        let highlight = |name: &Option<String>| name.clone();
        Ok(match query {
            FigureQuery::CellCounts {} => Figure::CellCounts(self.cell_counts()),
            FigureQuery::DistancesAlongDoses { metrics, cell_types, panels, fits, highlight: key } => {
                let types = self.types(cell_types.as_deref(), true)?;
                let mut figure = distance_figures::along_doses(self, metrics, &types, *panels, *fits);
                figure.highlight = highlight(key);
                Figure::DoseResponse(figure)
            }
            FigureQuery::DistancesPerType { metrics, arm, cell_types, highlight: key } => {
                let types = self.types(cell_types.as_deref(), false)?;
                let mut figure = distance_figures::per_type(self, metrics, self.arm(arm)?, &types);
                figure.highlight = highlight(key);
                Figure::Intervals(figure)
            }
            FigureQuery::Embedding { method, colour, only, highlight: key } => {
                let only = only.as_deref().map(|name| self.type_number(name)).transpose()?.flatten();
                let mut figure = embedding_figures::embedding(self, *method, colour, only)?;
                figure.highlight = highlight(key);
                Figure::Embedding(figure)
            }
            FigureQuery::GeneExpression { gene, style, cell_types, highlight: key } => {
                let types = self.types(cell_types.as_deref(), true)?;
                let mut figure = gene_view::expression(self, gene, *style, &types)?;
                figure.highlight = highlight(key);
                Figure::Expression(figure)
            }
            FigureQuery::GenesAlongDoses { genes, cell_types, highlight: key } => {
                let types = self.types(cell_types.as_deref(), true)?;
                let mut figure = gene_figures::along_doses(self, genes, &types)?;
                figure.highlight = highlight(key);
                Figure::DoseResponse(figure)
            }
            FigureQuery::Volcano { cell_type, arm, highlight: key } => {
                let mut figure = gene_figures::volcano(self, self.type_number(cell_type)?, self.arm(arm)?);
                figure.highlight = highlight(key);
                Figure::Volcano(figure)
            }
            FigureQuery::ResponseOverlap { arm, cell_type, highlight: key } => {
                let mut figure = match (arm, cell_type) {
                    (_, Some(name)) => gene_figures::overlap_of_arms(self, self.type_number(name)?),
                    (Some(arm), None) => gene_figures::overlap_of_types(self, self.arm(arm)?),
                    (None, None) => gene_figures::overlap_of_types(self, self.design().arms.len().saturating_sub(1)),
                };
                figure.highlight = highlight(key);
                Figure::SetOverlap(figure)
            }
            FigureQuery::Ec50 { cell_type, n, highlight: key } => {
                let named = cell_type.as_ref().map(|name| vec![name.clone()]);
                let mut figure = gene_figures::ec50(self, &self.types(named.as_deref(), false)?, *n);
                figure.highlight = highlight(key);
                Figure::Intervals(figure)
            }
        })
    }

    fn cell_counts(&self) -> CellCounts {
        let design = self.design();
        CellCounts {
            title: "Cells per type and treatment".to_owned(),
            cell_types: design.cell_types.clone(),
            arms: design.arms.iter().map(|arm| arm.label.clone()).collect(),
            counts: design.counts().rows().into_iter().map(|row| row.to_vec()).collect(),
            highlight: None,
        }
    }

    /// Numbers of the named types (`None` is all cells together); every type for `None`, with all cells together first
    /// unless `alone`.
    fn types(&self, names: Option<&[String]>, alone: bool) -> Result<Vec<Option<usize>>, RunError> {
        if let Some(names) = names {
            return names.iter().map(|name| self.type_number(name)).collect();
        }
        let mut types = self.compared_types();
        if alone && types.len() > 1 {
            types.retain(Option::is_some);
        }
        Ok(types)
    }

    fn type_number(&self, name: &str) -> Result<Option<usize>, RunError> {
        let design = self.design();
        match design.type_index(name) {
            Some(number) => Ok(Some(number)),
            None if name == all_cells(design) => Ok(None),
            None => Err(RunError::UnknownCellType {
                cell_type: name.to_owned(),
                cell_types: design.cell_types.iter().cloned().chain([all_cells(design).to_owned()]).collect(),
            }),
        }
    }

    fn arm(&self, label: &str) -> Result<usize, RunError> {
        let design = self.design();
        design.arm_index(label).filter(|&arm| arm > 0).ok_or_else(|| RunError::UnknownArm {
            arm: label.to_owned(),
            arms: design.arms.iter().skip(1).map(|arm| arm.label.clone()).collect(),
        })
    }
}
