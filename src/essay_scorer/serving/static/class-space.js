// The essays of a class as vectors that can be compared; the same sums as adapt/class_space.py
// and adapt/class_essays.py, which explain them.

import { decodeFloats, decodeShorts } from "./base64-arrays.js";

const FEATURES = 52;
const SKETCH = 512;
const FIRST = { raw: 0, features: 1, tokens: 1 + FEATURES };
FIRST.characters = FIRST.tokens + SKETCH;
FIRST.layerMeans = FIRST.characters + SKETCH;
const LENGTH = FIRST.features + 1; // the feature log_words
const UNITS = 256;
const TYPICAL_ESSAYS = 30;
const MAX_DEVIATIONS = 4;
const RAW_WEIGHT = 0.1;
const DERIVED_WEIGHT = 0.1;
const SMALLEST = 1e-12;

export const dot = (left, right) => {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += left[index] * right[index];
  return sum;
};
export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
export const variance = (values) => {
  const middle = mean(values);
  return mean(values.map((value) => (value - middle) ** 2));
};
export const deviation = (values) => Math.sqrt(variance(values));

/** Return the numbers of an essay's vector, as the server sent it. */
export const vectorNumbers = (features) =>
  decodeShorts(features.values).map((value) => value / UNITS);

/** Return an essay's vector in units of its class's deviations. */
export const standardize = (space, numbers) =>
  numbers.map((value, index) => {
    const scaled = (value - space.means[index]) / space.deviations[index];
    return Math.min(Math.max(scaled, -MAX_DEVIATIONS), MAX_DEVIATIONS);
  });

/** Return the weight of each value in a comparison of essays. */
export function groupWeights(size) {
  const weights = new Float64Array(size).fill(1);
  weights[FIRST.raw] = Math.sqrt(RAW_WEIGHT);
  weights.fill(1 / Math.sqrt(FEATURES), FIRST.features, FIRST.tokens);
  weights.fill(1 / Math.sqrt(Math.max(size - FIRST.layerMeans, 1)), FIRST.layerMeans);
  return weights;
}

/**
 * The essays of a class.
 *
 * @param {object[]} vectors The field `features` of each essay's result.
 */
export class ClassEssays {
  constructor(vectors) {
    const numbers = vectors.map(vectorNumbers);
    this.space = spaceOf(numbers);
    this.standardized = numbers.map((one) => standardize(this.space, one));
    this.raw = vectors.map((vector) => vector.raw);
    this.familiarity = mean(vectors.map((vector) => vector.familiarity));
    this.order = orderOf(this.standardized, decodeFloats(vectors[0].prior), this.familiarity);
    this.expected = this.standardized.map((one) => this.order.intercept + dot(one, this.order.weights));
    this.length = this.standardized.map((one) => one[LENGTH]);
    const weights = groupWeights(numbers[0].length);
    this.compared = this.standardized.map((one, row) => [
      ...one.map((value, index) => value * weights[index]),
      Math.sqrt(DERIVED_WEIGHT) * one[LENGTH],
      Math.sqrt(DERIVED_WEIGHT) * this.expected[row],
    ]);
  }

  /** Return the shipped score, standardized in the class, as a model of a standardized vector. */
  scoreOrder() {
    const values = this.standardized.map((one) => one[FIRST.raw]);
    const spread = deviation(values) || 1;
    const weights = new Float64Array(this.standardized[0].length);
    weights[FIRST.raw] = 1 / spread;
    return { intercept: -mean(values) / spread, weights };
  }

  /** Return the shipped score as a model of a standardized vector. */
  scoreLine() {
    const values = this.standardized.map((one) => one[FIRST.raw]);
    const [middle, rawMiddle] = [mean(values), mean(this.raw)];
    const centered = values.map((value) => value - middle);
    const slope =
      dot(centered, this.raw.map((value) => value - rawMiddle)) / (dot(centered, centered) || 1);
    const weights = new Float64Array(this.standardized[0].length);
    weights[FIRST.raw] = slope;
    return { intercept: rawMiddle - slope * middle, weights };
  }

  /** Return a weighted sum of inner products with essays as a model of a standardized vector. */
  kernelModel(dual, rows) {
    const size = this.standardized[0].length;
    const direct = new Float64Array(size + 2);
    rows.forEach((row, index) => {
      this.compared[row].forEach((value, place) => {
        direct[place] += dual[index] * value;
      });
    });
    const order = Math.sqrt(DERIVED_WEIGHT) * direct[size + 1];
    const weights = groupWeights(size).map(
      (weight, index) => direct[index] * weight + order * this.order.weights[index],
    );
    weights[LENGTH] += Math.sqrt(DERIVED_WEIGHT) * direct[size];
    return { intercept: order * this.order.intercept, weights };
  }
}

function spaceOf(numbers) {
  const [essays, size] = [numbers.length, numbers[0].length];
  const means = new Float64Array(size);
  const variances = new Float64Array(size);
  for (const one of numbers) one.forEach((value, index) => (means[index] += value / essays));
  for (const one of numbers) {
    one.forEach((value, index) => (variances[index] += (value - means[index]) ** 2 / essays));
  }
  const deviations = variances.map((one) =>
    Math.sqrt((essays * one + TYPICAL_ESSAYS) / (essays + TYPICAL_ESSAYS)),
  );
  for (const first of [FIRST.tokens, FIRST.characters]) {
    const whole = variances.slice(first, first + SKETCH).reduce((sum, value) => sum + value, 0);
    deviations.fill(Math.sqrt(Math.max(whole, SMALLEST)), first, first + SKETCH);
  }
  return { means: means.map(Math.fround), deviations: deviations.map(Math.fround) };
}

/** Return what orders the essays before any is marked, as a model of a standardized vector. */
function orderOf(standardized, prior, familiarity) {
  const features = standardized.map((one) => dot(one.slice(FIRST.features, FIRST.tokens), prior));
  const weights = new Float64Array(standardized[0].length);
  prior.forEach((weight, index) => {
    weights[FIRST.features + index] = ((1 - familiarity) * weight) / (deviation(features) || 1);
  });
  weights[FIRST.raw] = familiarity / (deviation(standardized.map((one) => one[FIRST.raw])) || 1);
  const values = standardized.map((one) => dot(one, weights));
  const spread = deviation(values) || 1;
  return { intercept: -mean(values) / spread, weights: weights.map((weight) => weight / spread) };
}
