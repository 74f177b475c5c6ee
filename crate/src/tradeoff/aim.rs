use super::ranges::Ranges;
use super::solver;

/// Share of the generative loss in what the encoder of the batch-effect end minimises.
pub const ANCHOR: f64 = 0.05;

/// What a candidate minimises.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aim {
    /// The generative loss alone: scVI.
    Biology,
    /// The batch-effect measure, its decoder following the generative loss of what is left. The encoder follows that loss with
    /// a twentieth of the measure's weight: with nothing else to hold it, a latent runs away from any critic (U of 1e15 was
    /// seen), and an end that means something is the least batch effect with as much biology as that allows.
    Batch,
    /// A weighted sum of both losses, each scaled by its range.
    Weighted([f64; 2]),
    /// The generative loss plus so many times the measure, both in their own units: the published methods with a knob.
    Penalty(f64),
    /// Pareto multi-task learning towards preference vector number so-and-so.
    Cone(usize),
    /// The generative loss, over the decoder only.
    Decoder,
    /// A point between the ends that is another in every step: the preference in the bin with this number, of so many, by the
    /// smooth Tchebycheff scalarisation.
    Bin(usize, usize),
    /// The same at one angle.
    At(f64),
}

impl Aim {
    /// Whether its weights depend on the gradients.
    #[must_use]
    pub fn needs_gradients(self) -> bool {
        matches!(self, Self::Cone(_))
    }
}

/// Where a candidate that aims at a cone is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cone {
    /// On the way into it, for at most so many steps more.
    Approaching(usize),
    /// Was in it once.
    Reached,
    /// Did not get there in time, and goes on without.
    Missed,
}

/// What a step knows about one replica.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// `[U, V]`, averaged over recent minibatches.
    pub losses: [f64; 2],
    /// `[u.u, u.v, v.v]` of the gradients, for an aim that needs them.
    pub gram: [f64; 3],
    /// The angle of the preference, for an aim that has another in every step.
    pub angle: f64,
    /// How much of the training is done, from 0 to 1.
    pub done: f64,
}

/// How losses are weighed, for all replicas.
#[derive(Clone, Copy, Debug)]
pub struct Weighing {
    /// Both objectives are scaled down by their ranges, as the paper does.
    pub literal: bool,
    /// A candidate that has left its cone goes back into it, as on the way there at first. Pareto multi-task learning only takes
    /// steps that lower both losses: one that has fallen out of its cone because a critic lagged, with less of V than its preference
    /// asks for, is stationary there for ever.
    pub hold: bool,
}

/// The weights of the gradients of U and V in the encoder's step, in the units of a step on U alone: the generative loss is
/// thousands of nats and the measure below one, so the measure's gradient is brought to the scale of U by the ranges of both,
/// rather than U down to it, where the optimiser's epsilon would swallow the step.
///
/// Both are 0 where the front leaves no direction (a Pareto-stationary point): the encoder stays where it is.
#[must_use]
pub fn encoder_weights(
    aim: Aim,
    measured: Measured,
    ranges: &Ranges,
    preferences: &[[f64; 2]],
    cone: &mut Cone,
    how: Weighing,
) -> [f64; 2] {
    let [span_u, span_v] = ranges.spans();
    let literal = how.literal;
    let (of_u, of_v) = if literal { (1.0 / span_u, 1.0 / span_v) } else { (1.0, span_u / span_v) };
    match aim {
        Aim::Biology => [1.0, 0.0],
        Aim::Batch if literal => [0.0, 1.0],
        Aim::Batch => [2.0 * ANCHOR / (1.0 + ANCHOR), 2.0 / (1.0 + ANCHOR) * of_v],
        Aim::Weighted([u, v]) => [u * of_u, v * of_v],
        Aim::Penalty(strength) => [1.0, strength],
        Aim::Decoder => [0.0, 0.0],
        Aim::Bin(..) | Aim::At(_) => {
            // The scalarisation gets sharper along the way: at first it is nearly a weighted sum, which moves everything.
            const SMOOTH: [f64; 2] = [0.5, 0.05];
            const AUGMENTED: f64 = 0.05;
            let mu = SMOOTH[0] * (SMOOTH[1] / SMOOTH[0]).powf(measured.done);
            let preference = [measured.angle.cos(), measured.angle.sin()];
            let losses = ranges.scaled(measured.losses);
            let [u, v] = solver::tchebycheff_weights(losses, [0.0; 2], preference, mu, AUGMENTED);
            // As long a step as the others': dividing by small preferences makes large weights.
            let length = 2.0 / (u + v);
            [u * of_u * length, v * of_v * length]
        }
        Aim::Cone(k) => {
            let losses = ranges.scaled(measured.losses);
            let [uu, uv, vv] = measured.gram;
            let gram = [uu / (span_u * span_u), uv / (span_u * span_v), vv / (span_v * span_v)];
            let direction = match *cone {
                Cone::Approaching(left) => {
                    if let Some(direction) = solver::initial_direction(losses, gram, preferences, k) {
                        *cone = if left == 0 { Cone::Missed } else { Cone::Approaching(left - 1) };
                        Some(direction)
                    } else {
                        *cone = Cone::Reached;
                        solver::direction(losses, gram, preferences, k)
                    }
                }
                Cone::Reached | Cone::Missed => {
                    let back = || solver::initial_direction(losses, gram, preferences, k);
                    let outside = how.hold.then(back).flatten();
                    if how.hold && outside.is_none() {
                        *cone = Cone::Reached;
                    }
                    outside.or_else(|| solver::direction(losses, gram, preferences, k))
                }
            };
            direction.map_or([0.0; 2], |[u, v]| [u * of_u, v * of_v])
        }
    }
}
