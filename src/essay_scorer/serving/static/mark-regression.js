// Learn marks by kernel ridge regression on their difference from a prior; the same sums as
// adapt/mark_regression.py, which explains them.

import { deviation, dot, mean, variance } from "./class-space.js";

const PENALTIES = [0.5, 1.5, 5, 15];
const PENALTIES_IN_POINTS = [15, 50, 150];
const PRIOR_SLOPE = 0.6;
const CONSTANT = 0.3;
const MAX_STRETCH = 2;
const MIN_SPREAD = 0.25;

/**
 * Return the regression {intercept, priorSlopes, dual, leftOut}.
 *
 * @param {number[][]} kernel Inner products of all essays with the marked ones.
 * @param {{values: number[][], weights: number[], inPoints: boolean}} prior Expectations of all
 *   essays, and how probable each is.
 * @param {number[]} marked Which essays are marked.
 * @param {number[]} points Their marks.
 */
export function fitMarks(kernel, prior, marked, points) {
  const rows = marked.map((row) => kernel[row].map((value) => value + CONSTANT));
  const ofMarked = (values) => marked.map((row) => values[row]);
  if (prior.inPoints) {
    const expected = prior.values.map(ofMarked);
    const found = average(rows, points, expected, prior.weights, PENALTIES_IN_POINTS);
    const { dual, leftOut, shares } = found;
    return { intercept: CONSTANT * sum(dual), priorSlopes: shares, dual, leftOut };
  }
  const center = mean(points);
  const spread = deviation(points) * Math.sqrt(points.length / (points.length - 1));
  const target = points.map((point) => (point - center) / spread);
  const middles = prior.values.map((values) => mean(ofMarked(values)));
  const expected = prior.values.map((values, index) =>
    values.map((value) => PRIOR_SLOPE * (value - middles[index])),
  );
  const found = average(rows, target, expected.map(ofMarked), prior.weights, PENALTIES);
  const { dual, leftOut, shares } = found;
  const everyone = kernel.map(
    (row, essay) =>
      sum(shares.map((share, index) => share * expected[index][essay])) +
      dot(row, dual) +
      CONSTANT * sum(dual),
  );
  const gain = spread * stretch(leftOut, everyone);
  const leftOutMean = mean(leftOut);
  const middle = leftOutMean + PRIOR_SLOPE * dot(shares, middles);
  return {
    intercept: center + gain * (CONSTANT * sum(dual) - middle),
    priorSlopes: shares.map((share) => gain * PRIOR_SLOPE * share),
    dual: dual.map((value) => gain * value),
    leftOut: leftOut.map((value) => center + gain * (value - leftOutMean)),
  };
}

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Return {dual, leftOut, shares}, averaged over expectations and penalties. */
function average(kernel, target, expected, weights, penalties) {
  const fits = penalties.flatMap((penalty) => ridges(kernel, target, expected, penalty));
  const logOdds = fits.map(
    (fit) => Math.log(weights[fit.expectation]) - target.length * squaredError(fit.leftOut, target),
  );
  const highest = Math.max(...logOdds);
  const odds = logOdds.map((value) => Math.exp(value - highest));
  const whole = sum(odds);
  const blend = (part) =>
    target.map((_, index) => sum(fits.map((fit, one) => (odds[one] / whole) * fit[part][index])));
  const shares = expected.map((_, expectation) =>
    sum(fits.map((fit, one) => (fit.expectation === expectation ? odds[one] / whole : 0))),
  );
  return { dual: blend("dual"), leftOut: blend("leftOut"), shares };
}

const squaredError = (left, right) => mean(left.map((value, index) => (value - right[index]) ** 2));

/** Return the regression for each expectation. */
function ridges(kernel, target, expected, penalty) {
  const inverse = invert(
    kernel.map((row, index) => {
      const copy = Float64Array.from(row);
      copy[index] += penalty;
      return copy;
    }),
  );
  return expected.map((values, expectation) => {
    const rest = target.map((value, index) => value - values[index]);
    const dual = inverse.map((row) => dot(row, rest));
    const leftOut = target.map((value, index) => value - dual[index] / inverse[index][index]);
    return { expectation, dual, leftOut };
  });
}

/** Return the inverse of a symmetric positive definite matrix (Gauss-Jordan, in place). */
function invert(matrix) {
  const size = matrix.length;
  for (let pivot = 0; pivot < size; pivot++) {
    const row = matrix[pivot];
    const scale = 1 / row[pivot];
    row[pivot] = 1;
    for (let column = 0; column < size; column++) row[column] *= scale;
    for (let other = 0; other < size; other++) {
      if (other === pivot) continue;
      const target = matrix[other];
      const factor = target[pivot];
      target[pivot] = 0;
      for (let column = 0; column < size; column++) target[column] -= factor * row[column];
    }
  }
  return matrix;
}

function stretch(leftOut, everyone) {
  const spread = Math.sqrt(0.5 * variance(leftOut) + 0.5 * variance(everyone));
  return Math.min(1 / Math.max(spread, MIN_SPREAD), MAX_STRETCH);
}
