// The log-likelihood of counts and its derivatives, entry by entry: the loops of the CPU engine's kernel, with an
// exponential and a logarithm of its own, because those of the shader language lose digits where the likelihood needs them.

const FLOOR = 1e-8;

fn exponential(value: f32) -> f32 {
  let x = clamp(value, -87.0, 88.0);
  let rounded = floor(x * 1.4426950408889634 + 0.5);
  let r = x - rounded * 0.693359375 - rounded * -2.12194440e-4;
  var series = 1.9875691500e-4 * r + 1.3981999507e-3;
  series = ((series * r + 8.3334519073e-3) * r + 4.1665795894e-2) * r + 1.6666665459e-1;
  series = (series * r + 0.5) * r * r + r + 1.0;
  return series * bitcast<f32>((u32(i32(rounded) + 127)) << 23u);
}

fn logarithm(x: f32) -> f32 {
  let bits = bitcast<u32>(x) - 0x3f3504f3u;
  let exponent = bitcast<i32>(bits) >> 23u;
  let f = bitcast<f32>(bitcast<u32>(x) - (bitcast<u32>(exponent) << 23u)) - 1.0;
  let e = f32(exponent);
  var series = 7.0376836292e-2 * f - 1.1514610310e-1;
  series = ((series * f + 1.1676998740e-1) * f - 1.2420140846e-1) * f + 1.4249322787e-1;
  series = (((series * f - 1.6668057665e-1) * f + 2.0000714765e-1) * f - 2.4999993993e-1) * f + 3.3333331174e-1;
  let square = f * f;
  return f + (series * f * square + e * -2.12194440e-4 - 0.5 * square) + e * 0.693359375;
}

// ln(1 + x) for x above -1. Near 0 by the series of 2 artanh(x / (2 + x)): shader compilers take (1 + x) - 1 for x, so that
// nothing can be won back from a rounded 1 + x.
fn logarithm_1p(x: f32) -> f32 {
  if (abs(x) >= 0.5) { return logarithm(1.0 + x); }
  let s = x / (2.0 + x);
  let square = s * s;
  var series = 1.0 / 13.0 * square + 1.0 / 11.0;
  series = ((series * square + 1.0 / 9.0) * square + 1.0 / 7.0) * square + 1.0 / 5.0;
  return 2.0 * s * ((series * square + 1.0 / 3.0) * square + 1.0);
}

// ln(a / b) where difference = a - b is known better than from a and b.
fn logarithm_of_ratio(a: f32, b: f32, difference: f32) -> f32 {
  let change = difference / b;
  if (abs(change) < 0.5) { return logarithm_1p(change); }
  return logarithm(a / b);
}

// Binet's function of x and its derivative.
fn binet(x: f32) -> vec2<f32> {
  let is_small = x < 8.0;
  let small = min(x, 8.0);
  let stepped = small + 4.0;
  let outer = small * (small + 3.0);
  let inner = (small + 1.0) * (small + 2.0);
  let product = 1.0 / (outer * inner);
  let step = logarithm_1p(4.0 / small);
  let four = stepped * stepped;
  let value = (small - 0.5) * step + logarithm(four * four * product) - 4.0;
  let slope = step - 4.0 * (small - 0.5) / (small * stepped) + 4.0 / stepped - (2.0 * small + 3.0) * (outer + inner) * product;
  let inverse = select(1.0 / x, 1.0 / stepped, is_small);
  let square = inverse * inverse;
  let series = inverse * ((square * (1.0 / 1260.0) - 1.0 / 360.0) * square + 1.0 / 12.0);
  let series_slope = -square * ((square * (1.0 / 252.0) - 1.0 / 120.0) * square + 1.0 / 12.0);
  return vec2<f32>(select(0.0, value, is_small) + series, select(0.0, slope, is_small) + series_slope);
}

// Whether a number is not one, or not finite: by its bits, because compilers may take every comparison for one of finite numbers.
fn is_broken(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) == 0x7f800000u;
}

// Value, and derivatives by the logarithms of rate and theta and by the logit of an excess zero.
fn entry(count: f32, rate: f32, log_theta: f32, excess: bool, logit: f32) -> vec4<f32> {
  let theta = exponential(clamp(log_theta, -60.0, 60.0));
  let mu = rate + FLOOR;
  var value: f32;
  var shift: f32;
  var spread: f32;
  if (count < FLOOR) {
    let share = theta / (theta + mu);
    value = -theta * logarithm_1p(mu / theta);
    shift = -share * rate;
    spread = value + share * mu;
  } else {
    let both = count + theta;
    let with_mu = theta + mu;
    let difference = mu - count;
    let wide = logarithm_of_ratio(with_mu, both, difference);
    let fit = logarithm_of_ratio(mu * both, count * with_mu, theta * difference);
    let here = binet(both);
    let origin = binet(theta);
    value = count * fit - theta * wide + 0.5 * logarithm(theta / both) + here.x - origin.x;
    shift = -difference * (theta / with_mu) * (rate / mu);
    spread = theta * (difference / with_mu - wide + here.y) + 0.5 * count / both - theta * origin.y;
  }
  if (!excess) { return vec4<f32>(value, shift, spread, 0.0); }
  let near = exponential(-abs(logit));
  let of_logit = 1.0 / (1.0 + near);
  if (count < FLOOR) {
    let v = value - logit;
    let far = exponential(-abs(v));
    let of_v = 1.0 / (1.0 + far);
    let sampled = select(far * of_v, of_v, v > 0.0);
    let kept = select(of_logit, near * of_logit, logit > 0.0);
    let bend = max(v, 0.0) - max(-logit, 0.0);
    return vec4<f32>(bend + logarithm((1.0 + far) * of_logit), shift * sampled, spread * sampled, kept - sampled);
  }
  let chance = -select(near * of_logit, of_logit, logit > 0.0);
  return vec4<f32>(value + logarithm(of_logit) - max(logit, 0.0), shift, spread, chance);
}
