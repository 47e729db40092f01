// How good a profile is, by leaving out marks that are known; as adapt/adaptation_report.py.

import { deviation, mean, variance } from "./class-space.js";

export const MORE_MARKS = 20;
const COVERAGE = 0.9;
const SMALLEST = 1e-12;

/** Return the report of a profile, as its file has it. */
export function reportOf({ scale, points, leftOut, length, raw, curve, bounds, allMarks }) {
  const marks = points.length;
  const profile = agreement(leftOut, points, scale);
  const byLength = agreement(lineWithoutEach(length, points), points, scale);
  const error = mean(leftOut.map((value, index) => Math.abs(value - points[index])));
  const rounded = [...curve, { marks, error }].map((point) => ({
    marks: point.marks,
    error: round(point.error),
  }));
  const notes = [];
  if (new Set(points).size === 2) notes.push("two_values");
  if (allMarks > marks) notes.push("more_than_learned");
  if (profile.qwk <= byLength.qwk) notes.push("not_better_than_length");
  const width = ({ low, high }) =>
    Math.max(Math.min(high, scale.max) - Math.max(low, scale.min), 0);
  return {
    marks: allMarks,
    profile,
    length: byLength,
    scale_map: agreement(lineWithoutEach(raw, points), points, scale),
    tolerance: scale.tolerance,
    correlation: round(correlation(leftOut, points)),
    without_length: round(partialCorrelation(leftOut, points, length)),
    coverage: round(leftOutCoverage(leftOut, points)),
    interval_width: round(mean(bounds.map(width))),
    curve: rounded,
    error_with_more: round(expectedError(rounded)),
    notes,
  };
}

const round = (value) => Math.round(value * 1e4) / 1e4;

function agreement(predicted, points, scale) {
  const given = predicted.map((value) => scale.nearest(value));
  const distances = given.map((value, index) => Math.abs(value - points[index]));
  const share = (limit) => mean(distances.map((distance) => (distance < limit ? 1 : 0)));
  return {
    qwk: round(kappa(given, points)),
    exact: round(share(SMALLEST)),
    adjacent: round(share(scale.tolerance + 1e-9)),
    error: round(mean(distances)),
  };
}

/** Return quadratic weighted kappa of two lists of marks, in any unit. */
function kappa(first, second) {
  const observed = mean(first.map((value, index) => (value - second[index]) ** 2));
  const expected = variance(first) + variance(second) + (mean(first) - mean(second)) ** 2;
  return expected > SMALLEST ? 1 - observed / expected : 0;
}

function correlation(first, second) {
  const spread = deviation(first) * deviation(second);
  if (spread < SMALLEST) return 0;
  const [left, right] = [mean(first), mean(second)];
  return mean(first.map((value, index) => (value - left) * (second[index] - right))) / spread;
}

function partialCorrelation(first, second, controlled) {
  const whole = correlation(first, second);
  const [left, right] = [correlation(first, controlled), correlation(second, controlled)];
  const rest = (1 - left ** 2) * (1 - right ** 2);
  return rest > SMALLEST ? (whole - left * right) / Math.sqrt(rest) : 0;
}

/** Return the error with more marks: the curve as a + b / marks, with b not negative. */
function expectedError(curve) {
  const last = curve.at(-1);
  if (curve.length < 2) return last.error;
  const inverse = curve.map((point) => 1 / point.marks);
  const middle = mean(inverse);
  const errors = curve.map((point) => point.error);
  const slope =
    correlationSum(inverse, errors) / inverse.reduce((sum, one) => sum + (one - middle) ** 2, 0);
  const gained = Math.max(slope, 0) * (1 / last.marks - 1 / (last.marks + MORE_MARKS));
  return Math.max(last.error - gained, 0);
}

function correlationSum(first, second) {
  const [left, right] = [mean(first), mean(second)];
  return first.reduce((sum, value, index) => sum + (value - left) * (second[index] - right), 0);
}

/** Predict each mark from one number of its essay, by the other marks' mean and spread. */
function lineWithoutEach(values, points) {
  const [x, y] = [momentsWithoutEach(values), momentsWithoutEach(points)];
  return values.map((value, index) => {
    const slope = x[index].spread > 0 ? y[index].spread / x[index].spread : 0;
    return y[index].mean + slope * (value - x[index].mean);
  });
}

function momentsWithoutEach(values) {
  const middle = mean(values);
  const centered = values.map((value) => value - middle);
  const total = centered.reduce((sum, value) => sum + value, 0);
  const squares = centered.reduce((sum, value) => sum + value ** 2, 0);
  const others = values.length - 1;
  return centered.map((value) => {
    const average = (total - value) / others;
    const spread = Math.sqrt(Math.max((squares - value ** 2) / others - average ** 2, 0));
    return { mean: average + middle, spread };
  });
}

function leftOutCoverage(leftOut, points) {
  const errors = leftOut.map((value, index) => Math.abs(value - points[index]));
  const marks = points.length;
  const rank = Math.min(Math.ceil(COVERAGE * marks - 1e-9), marks - 1) - 1;
  const limit = [...errors].sort((a, b) => a - b)[rank];
  return mean(errors.map((error) => (error <= limit + 1e-9 ? 1 : 0)));
}
