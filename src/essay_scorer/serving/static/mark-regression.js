// Learn marks by kernel ridge regression on their difference from a prior; the same sums as
// adapt/mark_regression.py, which explains them.

import { deviation, dot, mean, variance } from "./class-space.js";

const PENALTIES = [0.5, 1.5, 5, 15];
const PENALTIES_IN_POINTS = [15, 50, 150];
const PRIOR_SLOPE = 0.6;
const CONSTANT = 0.3;
const MAX_STRETCH = 2;
const MIN_SPREAD = 0.25;
const ALL_PENALTIES_UP_TO = 500;

/**
 * Return the regression {intercept, priorSlope, dual, leftOut}.
 *
 * @param {number[][]} kernel Inner products of all essays with the marked ones.
 * @param {{values: number[], inPoints: boolean}} prior Of all essays.
 * @param {number[]} marked Which essays are marked.
 * @param {number[]} points Their marks.
 */
export function fitMarks(kernel, prior, marked, points) {
  const rows = marked.map((row) => kernel[row].map((value) => value + CONSTANT));
  if (prior.inPoints) {
    const expected = marked.map((row) => prior.values[row]);
    const { dual, leftOut } = average(rows, points, expected, PENALTIES_IN_POINTS);
    return { intercept: CONSTANT * sum(dual), priorSlope: 1, dual, leftOut };
  }
  const center = mean(points);
  const spread = deviation(points) * Math.sqrt(points.length / (points.length - 1));
  const target = points.map((point) => (point - center) / spread);
  const markedPrior = mean(marked.map((row) => prior.values[row]));
  const expected = prior.values.map((value) => PRIOR_SLOPE * (value - markedPrior));
  const markedExpected = marked.map((row) => expected[row]);
  const { dual, leftOut } = average(rows, target, markedExpected, PENALTIES);
  const everyone = kernel.map(
    (row, essay) => expected[essay] + dot(row, dual) + CONSTANT * sum(dual),
  );
  const gain = spread * stretch(leftOut, everyone);
  const leftOutMean = mean(leftOut);
  return {
    intercept: center + gain * (CONSTANT * sum(dual) - leftOutMean - PRIOR_SLOPE * markedPrior),
    priorSlope: gain * PRIOR_SLOPE,
    dual: dual.map((value) => gain * value),
    leftOut: leftOut.map((value) => center + gain * (value - leftOutMean)),
  };
}

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Return dual weights and leave-one-out predictions, averaged over penalties. */
function average(kernel, target, expected, penalties) {
  let used = penalties;
  if (target.length > ALL_PENALTIES_UP_TO) {
    const some = (values) => values.slice(0, ALL_PENALTIES_UP_TO);
    const errors = penalties.map((penalty) =>
      squaredError(
        ridge(some(kernel).map(some), some(target), some(expected), penalty).leftOut,
        some(target),
      ),
    );
    used = [penalties[errors.indexOf(Math.min(...errors))]];
  }
  const fits = used.map((penalty) => ridge(kernel, target, expected, penalty));
  const losses = fits.map((fit) => squaredError(fit.leftOut, target));
  const weights = losses.map((loss) => Math.exp(-target.length * (loss - Math.min(...losses))));
  const whole = sum(weights);
  const blend = (part) =>
    target.map((_, index) => sum(fits.map((fit, one) => (weights[one] / whole) * fit[part][index])));
  return { dual: blend("dual"), leftOut: blend("leftOut") };
}

const squaredError = (left, right) => mean(left.map((value, index) => (value - right[index]) ** 2));

function ridge(kernel, target, expected, penalty) {
  const inverse = invert(
    kernel.map((row, index) => {
      const copy = Float64Array.from(row);
      copy[index] += penalty;
      return copy;
    }),
  );
  const rest = target.map((value, index) => value - expected[index]);
  const dual = inverse.map((row) => dot(row, rest));
  return { dual, leftOut: target.map((value, index) => value - dual[index] / inverse[index][index]) };
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
