//! Gradients of two objectives over the parameters of a module, replica by replica.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};

/// The Gram matrix of the gradients `u` and `v` over a module's parameters: `[u.u, u.v, v.v]` of every replica, `[3, R]`.
/// A parameter without a gradient counts as one with zeros.
#[must_use]
pub fn gram<M: Module>(
    module: &M,
    u: &GradientsParams,
    v: &GradientsParams,
    replicas: usize,
    device: &Device,
) -> Tensor<2> {
    let nothing = || Tensor::zeros([replicas], device);
    let mut sums = Products { u, v, replicas, sums: [nothing(), nothing(), nothing()] };
    module.visit(&mut sums);
    Tensor::stack(sums.sums.to_vec(), 0)
}

struct Products<'a> {
    u: &'a GradientsParams,
    v: &'a GradientsParams,
    replicas: usize,
    sums: [Tensor<1>; 3],
}

impl ModuleVisitor for Products<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let (u, v) = (self.u.get::<D>(param.id), self.v.get::<D>(param.id));
        let each = |product: Tensor<D>| {
            let n = product.shape().num_elements() / self.replicas;
            product.reshape([self.replicas, n]).sum_dim(1).reshape([self.replicas])
        };
        let pairs = [(&u, &u), (&u, &v), (&v, &v)];
        for (sum, pair) in self.sums.iter_mut().zip(pairs) {
            if let (Some(a), Some(b)) = pair {
                *sum = sum.clone() + each(a.clone() * b.clone());
            }
        }
    }
}

/// `weights[r][0] u + weights[r][1] v` for every replica r and parameter, as the gradients of one step.
#[must_use]
pub fn combine<M: Module>(
    module: &M,
    u: GradientsParams,
    v: GradientsParams,
    weights: &[[f64; 2]],
    device: &Device,
) -> GradientsParams {
    let column = |objective: usize| replica_weights(weights.iter().map(|w| w[objective]), device);
    let mut combined = Combined { u, v, weights: [column(0), column(1)], sum: GradientsParams::new() };
    module.visit(&mut combined);
    combined.sum
}

/// One number per replica, to be multiplied with `[R, n, m]`.
pub fn replica_weights(weights: impl Iterator<Item = f64>, device: &Device) -> Tensor<3> {
    let values: Vec<f32> = weights.map(|w| w as f32).collect();
    let n = values.len();
    crate::nn::to_tensor(values, [n, 1, 1], device)
}

struct Combined {
    u: GradientsParams,
    v: GradientsParams,
    weights: [Tensor<3>; 2],
    sum: GradientsParams,
}

impl ModuleVisitor for Combined {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let weighted = |gradient: Option<Tensor<D>>, weights: &Tensor<3>| {
            gradient.map(|gradient| {
                let mut shape = [1; D];
                shape[0] = weights.dims()[0];
                gradient * weights.clone().reshape(shape)
            })
        };
        let u = weighted(self.u.remove(param.id), &self.weights[0]);
        let v = weighted(self.v.remove(param.id), &self.weights[1]);
        let sum = match (u, v) {
            (Some(u), Some(v)) => u + v,
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => return,
        };
        self.sum.register(param.id, sum);
    }
}

/// Moves all gradients of `module`'s parameters from one set into another.
pub fn take_over<M: Module>(module: &M, from: GradientsParams, into: &mut GradientsParams) {
    module.visit(&mut Moved { from, into });
}

struct Moved<'a> {
    from: GradientsParams,
    into: &'a mut GradientsParams,
}

impl ModuleVisitor for Moved<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.from.remove::<D>(param.id) {
            self.into.register(param.id, gradient);
        }
    }
}

/// Goes only so far from `before` to `after`, each replica by its own share: 1 is a whole step, to the bit, and 0 none, even
/// where `after` is not a number.
#[must_use]
pub fn part_of_step<M: Module>(before: &M, after: M, shares: &[f64], device: &Device) -> M {
    let shares = replica_weights(shares.iter().copied(), device);
    let mut collected = Vec::new();
    before.visit(&mut Flat(&mut collected));
    collected.reverse();
    after.map(&mut Between { before: collected, shares })
}

struct Flat<'a>(&'a mut Vec<Tensor<1>>);

impl ModuleVisitor for Flat<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let values = param.val();
        let n = values.shape().num_elements();
        self.0.push(values.inner().reshape([n]));
    }
}

struct Between {
    before: Vec<Tensor<1>>,
    shares: Tensor<3>,
}

impl ModuleMapper for Between {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(before) = self.before.pop() else { return param };
        let mut shape = [1; D];
        shape[0] = self.shares.dims()[0];
        let shares = self.shares.clone().reshape(shape);
        param.map(|tensor| {
            let (dims, trained) = (tensor.dims(), tensor.is_require_grad());
            let (before, after) = (before.reshape(dims), tensor.inner());
            let stays = shares.clone().lower_equal_elem(0.0).expand(dims);
            let whole = shares.clone().greater_equal_elem(1.0).expand(dims);
            let between = before.clone() + (after.clone() - before.clone()) * shares;
            // Rounding would take a whole step elsewhere than a training without shares does.
            let between = between.mask_where(whole, after).mask_where(stays, before);
            Tensor::from_inner(between).set_require_grad(trained)
        })
    }
}
