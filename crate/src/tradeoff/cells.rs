use burn::tensor::{Device, Int, Tensor, TensorData};
use ndarray::Array2;

use crate::data::{Prepared, ValueKind};
use crate::models::ModelError;
use crate::nn::to_tensor;

use super::scvi::count_constant;

/// The cells of a trade-off on the device: counts of the chosen genes, and what goes with them.
#[derive(Clone)]
pub struct Cells {
    /// `[cells, genes]`
    counts: Tensor<2>,
    /// `ln(1 + counts)`, `[cells, genes]`
    logged: Tensor<2>,
    /// Per cell, `[cells, 2 + batches]`: the constant of the likelihood, the logarithm of the library size over the chosen
    /// genes, and the batch one-hot.
    sides: Tensor<2>,
    /// Batch of every cell.
    pub batch: Vec<u32>,
    /// Number of batches.
    pub n_batches: usize,
    /// Logarithms of the library sizes.
    libraries: Vec<f64>,
    device: Device,
}

/// A minibatch; the leading axis is one for all replicas.
pub struct Minibatch {
    /// `ln(1 + counts)`, `[1, n, genes]`
    pub logged: Tensor<3>,
    /// `[1, n, genes]`
    pub counts: Tensor<3>,
    /// The part of the log-likelihood that depends on the counts alone, `[1, n, 1]`
    pub constant: Tensor<3>,
    /// Logarithm of the library size, `[1, n, 1]`
    pub library: Tensor<3>,
    /// One-hot, `[1, n, batches]`
    pub one_hot: Tensor<3>,
    /// Batch of every cell.
    pub batch: Vec<u32>,
}

impl Minibatch {
    /// The same without a gradient graph.
    #[must_use]
    pub fn inner(self) -> Self {
        Self {
            logged: self.logged.inner(),
            counts: self.counts.inner(),
            constant: self.constant.inner(),
            library: self.library.inner(),
            one_hot: self.one_hot.inner(),
            batch: self.batch,
        }
    }
}

impl Cells {
    /// The cells of a prepared data set, on `device`. The counts are those of the chosen genes; library sizes are summed over
    /// these genes too, as scvi-tools does after a choice of genes.
    ///
    /// Errors: [`ModelError::NeedsCounts`].
    pub fn new(data: &Prepared, device: &Device) -> Result<Self, ModelError> {
        if data.kind != ValueKind::Counts {
            return Err(ModelError::NeedsCounts { model: "scvi" });
        }
        let counts = chosen_counts(data);
        let (n, n_batches) = (counts.nrows(), data.design.batches.len());
        let mut sides = Vec::with_capacity(n * (2 + n_batches));
        let mut libraries = Vec::with_capacity(n);
        for (row, &batch) in counts.outer_iter().zip(&data.design.batch) {
            let total: f64 = row.iter().map(|&v| f64::from(v)).sum();
            // A cell can be empty over the chosen genes.
            let library = total.max(1.0).ln();
            libraries.push(library);
            sides.push(count_constant(row.iter().copied()));
            sides.push(library as f32);
            sides.extend((0..n_batches).map(|code| if code == batch as usize { 1.0 } else { 0.0 }));
        }
        let n_genes = counts.ncols();
        let counts = to_tensor(counts.into_raw_vec_and_offset().0, [n, n_genes], device);
        Ok(Self {
            logged: counts.clone().log1p(),
            counts,
            sides: to_tensor(sides, [n, 2 + n_batches], device),
            batch: data.design.batch.clone(),
            n_batches,
            libraries,
            device: device.clone(),
        })
    }

    /// Number of genes.
    #[must_use]
    pub fn n_genes(&self) -> usize {
        self.counts.dims()[1]
    }

    /// Mean and population variance of the logarithms of the library sizes of `cells`, batch by batch, the prior of a latent
    /// library size.
    #[must_use]
    pub fn library_prior(&self, cells: &[usize]) -> Vec<[f64; 2]> {
        (0..self.n_batches)
            .map(|batch| {
                let of: Vec<f64> =
                    cells.iter().filter(|&&c| self.batch[c] as usize == batch).map(|&c| self.libraries[c]).collect();
                let n = of.len().max(1) as f64;
                let mean = of.iter().sum::<f64>() / n;
                let variance = of.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
                [mean, variance.max(1e-6)]
            })
            .collect()
    }

    /// Some of the cells.
    #[must_use]
    pub fn minibatch(&self, cells: &[usize]) -> Minibatch {
        // Positions of cells are far below the limit.
        let index: Vec<i32> = cells.iter().map(|&i| i32::try_from(i).unwrap_or(i32::MAX)).collect();
        let index = Tensor::<1, Int>::from_data(TensorData::new(index, [cells.len()]), &self.device);
        let pick = |all: &Tensor<2>| {
            let width = all.dims()[1];
            all.clone().select(0, index.clone()).reshape([1, cells.len(), width])
        };
        let sides = pick(&self.sides);
        Minibatch {
            logged: pick(&self.logged),
            counts: pick(&self.counts),
            constant: sides.clone().narrow(2, 0, 1),
            library: sides.clone().narrow(2, 1, 1),
            one_hot: sides.narrow(2, 2, self.n_batches),
            batch: cells.iter().map(|&cell| self.batch[cell]).collect(),
        }
    }
}

/// Counts of the chosen genes, cells x genes.
fn chosen_counts(data: &Prepared) -> Array2<f32> {
    let mut column = vec![usize::MAX; data.counts.n_cols()];
    for (new, &old) in data.gene_index.iter().enumerate() {
        column[old] = new;
    }
    let mut counts = Array2::zeros((data.counts.n_rows(), data.gene_index.len()));
    for (i, mut row) in counts.outer_iter_mut().enumerate() {
        let (genes, values) = data.counts.row(i);
        for (&gene, &value) in genes.iter().zip(values) {
            if let Some(entry) = row.get_mut(column[gene as usize]) {
                *entry = value;
            }
        }
    }
    counts
}
