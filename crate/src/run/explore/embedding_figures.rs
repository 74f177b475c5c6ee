//! The cells in two dimensions.

use ndarray::Axis;

use crate::chart::{Embedding, EmbeddingColour};
use crate::data::ObsValues;
use crate::run::RunError;

use super::exploration::Exploration;
use super::{ColourBy, Method};

/// All cells, or those of one type before the others in grey. Without positions yet, an empty figure.
pub(super) fn embedding(
    found: &Exploration,
    method: Method,
    colour: &ColourBy,
    only: Option<usize>,
) -> Result<Embedding, RunError> {
    let design = found.design();
    let Some(at) = found.embeddings.get(&method) else {
        let colour = EmbeddingColour::default();
        let title = method.title().to_owned();
        let (x_label, y_label) = (String::new(), String::new());
        return Ok(Embedding {
            title,
            x: Vec::new(),
            y: Vec::new(),
            colour,
            only: None,
            x_label,
            y_label,
            highlight: None,
        });
    };
    let codes = |codes: &[u32]| codes.iter().map(|&code| Some(code)).collect();
    let colour = match colour {
        ColourBy::CellType => EmbeddingColour::Groups {
            name: "cell type".to_owned(),
            labels: design.cell_types.clone(),
            codes: codes(&design.cell_type),
            ordered: false,
        },
        ColourBy::Arm => EmbeddingColour::Groups {
            name: "treatment".to_owned(),
            labels: design.arms.iter().map(|arm| arm.label.clone()).collect(),
            codes: codes(&design.arm),
            ordered: design.arms.iter().any(|arm| arm.dose.is_some()),
        },
        ColourBy::Gene(gene) => {
            EmbeddingColour::Values { name: format!("{gene}, {}", found.unit()), values: found.expression(gene)? }
        }
        ColourBy::Obs(name) => {
            let column = found.dataset.column(name).ok_or_else(|| RunError::UnknownColumn {
                column: name.clone(),
                columns: found.dataset.obs.iter().map(|column| column.name.clone()).collect(),
            })?;
            match &column.values {
                ObsValues::Labels { levels, codes } => EmbeddingColour::Groups {
                    name: name.clone(),
                    labels: levels.clone(),
                    codes: design.cells.iter().map(|&cell| codes[cell]).collect(),
                    ordered: false,
                },
                ObsValues::Numbers(numbers) => EmbeddingColour::Values {
                    name: name.clone(),
                    values: design.cells.iter().map(|&cell| numbers[cell] as f32).collect(),
                },
            }
        }
    };
    Ok(Embedding {
        title: method.title().to_owned(),
        x: at.index_axis(Axis(1), 0).to_vec(),
        y: at.index_axis(Axis(1), 1).to_vec(),
        colour,
        only: only.map(|wanted| design.cell_type.iter().map(|&one| one as usize == wanted).collect()),
        x_label: format!("{} 1", axis_name(method)),
        y_label: format!("{} 2", axis_name(method)),
        highlight: None,
    })
}

fn axis_name(method: Method) -> &'static str {
    if method == Method::Pca { "PC" } else { method.title() }
}
