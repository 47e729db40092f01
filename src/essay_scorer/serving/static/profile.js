// A profile: a teacher's assignment and scale, learned from her marks in the browser. The same
// sums as adapt/learner.py and adapt/profile.py, which explain them; the files are the same, too.

import { decodeFloats, decodeShorts, encodeFloats, encodeShorts } from "./base64-arrays.js";
import { ClassEssays, dot, groupWeights, mean, standardize, vectorNumbers } from "./class-space.js";
import { fitMarks } from "./mark-regression.js";
import { MarkScale } from "./mark-scale.js";
import { reportOf } from "./profile-report.js";

export const MIN_MARKS = 5;
const FORMAT = 1;
const MAX_MARKS = 500;
const FOLDS = 5;
const MIN_CURVE_MARKS = 10;
const QUANTILES = 20;
const COVERAGE = 0.9;
const MIN_FAMILIARITY = 0.5;
const SCORE_FAMILIARITY = 0.25;
const SMALLEST = 1e-4;
const LARGEST = 32767;

/**
 * Return {profile, leftOut}, or null if there is nothing to learn from yet. `leftOut` has, by row,
 * the suggestion for each marked essay that was made without its mark.
 *
 * @param {object[]} vectors The field `features` of every essay's result.
 * @param {(number | null)[]} marks Of each essay, null where there is none.
 * @param {MarkScale} scale Of the marks.
 * @param {object} bundleScale The field `scale` of a result without a profile.
 */
export function learnProfile(vectors, marks, scale, bundleScale) {
  const marked = evenlySpaced([...marks.keys()].filter((row) => marks[row] !== null));
  const given = marked.map((row) => marks[row]);
  const texts = new Set(marked.map((row) => vectors[row].values));
  if (texts.size < MIN_MARKS || new Set(given).size < 2) return null;
  const essays = new ClassEssays(vectors);
  const learner = new Learner(essays, marked, given, scale, bundleScale);
  return learner.learn(vectors[0].bundle, marks.filter((mark) => mark !== null).length);
}

/** Return which essays to mark first: the middles of equal parts of the class. */
export function startSet(vectors, size) {
  const expected = new ClassEssays(vectors).expected;
  const order = stableOrder(expected);
  const count = Math.min(size, vectors.length);
  const part = (index) => order[Math.floor(((index + 0.5) * vectors.length) / count)];
  return Array.from({ length: count }, (_, index) => part(index)).sort((a, b) => a - b);
}

/** Return the suggestion {raw, value, low, high, strangeness} of a profile for an essay. */
export function suggest(profile, features) {
  const { scale, space, model, folds } = decoded(profile);
  const standardized = standardize(space, vectorNumbers(features));
  const raw = predict(model, standardized);
  const predictions = folds.map((fold) => predict(fold, standardized));
  const bounds = interval(profile.fold_of.map((fold) => predictions[fold]), profile.errors);
  const strange = strangeness(standardized);
  const rank = profile.strangeness.filter((quantile) => quantile < strange).length;
  return {
    ...inMarks(scale, raw, bounds, profile.errors.length),
    strangeness: rank / profile.strangeness.length,
  };
}

/** Return a prediction and its interval in marks of the scale. */
function inMarks(scale, raw, bounds, marksLearned) {
  const value = scale.nearest(raw);
  const marks = [value];
  for (const [bound, direction] of [[bounds.low, 1], [bounds.high, -1]]) {
    const nearest = scale.nearest(bound);
    const isOutside = (nearest - bound) * direction < -1e-9;
    const position = scale.position(nearest) + (isOutside ? direction : 0);
    if (position >= 0 && position < scale.levels) marks.push(scale.at(position));
  }
  return {
    raw: Math.min(Math.max(raw, scale.min), scale.max),
    value,
    low: Math.min(...marks),
    high: Math.max(...marks),
    coverage: Math.min(COVERAGE, Math.round(100 * (1 - 1 / (marksLearned + 1))) / 100),
  };
}

/** Say whether a value is a profile of the bundle that read these essays. */
export function fitsBundle(profile, features) {
  if (profile?.format !== FORMAT) return false;
  const { name, version, sha256 } = profile.bundle ?? {};
  const { bundle } = features;
  return name === bundle.name && version === bundle.version && sha256 === bundle.sha256;
}

const cache = new WeakMap(); // decoded parts, by profile

function decoded(profile) {
  if (!cache.has(profile)) {
    cache.set(profile, {
      scale: new MarkScale(profile.scale),
      space: { means: decodeFloats(profile.means), deviations: decodeFloats(profile.deviations) },
      model: { intercept: profile.model.intercept, weights: decodeFloats(profile.model.weights) },
      folds: profile.folds.map(({ intercept, unit, weights }) => ({
        intercept,
        weights: decodeShorts(weights).map((value) => value * unit),
      })),
    });
  }
  return cache.get(profile);
}

const predict = (model, standardized) => model.intercept + dot(standardized, model.weights);

function strangeness(standardized) {
  const weights = groupWeights(standardized.length);
  return standardized.reduce((sum, value, index) => sum + (value * weights[index]) ** 2, 0);
}

/** Return the CV+ interval of an essay, in points. */
function interval(predictions, errors) {
  const marks = errors.length;
  const lowest = Math.max(Math.floor((1 - COVERAGE) * (marks + 1) + 1e-9), 1) - 1;
  const highest = Math.min(Math.ceil(COVERAGE * (marks + 1) - 1e-9), marks) - 1;
  const sorted = (sign) =>
    predictions.map((value, index) => value + sign * errors[index]).sort((a, b) => a - b);
  return { low: sorted(-1)[lowest], high: sorted(1)[highest] };
}

class Learner {
  constructor(essays, marked, points, scale, bundleScale) {
    Object.assign(this, { essays, marked, points, scale });
    this.kernel = essays.compared.map((one) => marked.map((row) => dot(one, essays.compared[row])));
    const inPoints = scale.hasSamePoints(bundleScale) && essays.familiarity >= MIN_FAMILIARITY;
    this.expectations = inPoints ? [essays.scoreLine()] : [essays.order, essays.scoreOrder()];
    const familiar = Math.min(Math.max(essays.familiarity / SCORE_FAMILIARITY, SMALLEST), 1);
    this.prior = {
      values: this.expectations.map((model) => essays.standardized.map((one) => predict(model, one))),
      weights: inPoints ? [1] : [1, familiar ** 2],
      inPoints,
    };
  }

  learn(bundle, allMarks) {
    const regression = this.#fit([...this.points.keys()]);
    return { profile: this.#profile(regression, bundle, allMarks), leftOut: this.#leftOut(regression) };
  }

  #profile(regression, bundle, allMarks) {
    const { essays, scale } = this;
    const everything = [...this.points.keys()];
    const folds = this.#crossValidate(Math.min(FOLDS, this.points.length));
    const distances = essays.standardized.map(strangeness).sort((a, b) => a - b);
    const model = this.#model(regression, everything);
    return {
      format: FORMAT,
      bundle,
      scale: scale.toJson(),
      means: encodeFloats(essays.space.means),
      deviations: encodeFloats(essays.space.deviations),
      model: { intercept: model.intercept, weights: encodeFloats(model.weights) },
      folds: folds.models.map(short),
      errors: folds.errors.map((error) => Math.round(error * 1e6) / 1e6),
      fold_of: folds.foldOf,
      strangeness: Array.from({ length: QUANTILES }, (_, index) =>
        Number(quantile(distances, index / QUANTILES).toPrecision(6)),
      ),
      report: this.#report(regression, folds, allMarks),
    };
  }

  #fit(used) {
    return fitMarks(
      this.kernel.map((row) => used.map((index) => row[index])),
      this.prior,
      used.map((index) => this.marked[index]),
      used.map((index) => this.points[index]),
    );
  }

  #model(regression, used) {
    const rows = used.map((index) => this.marked[index]);
    const { intercept, weights } = this.essays.kernelModel(regression.dual, rows);
    const priors = this.expectations.map((model, index) => ({
      ...model,
      slope: regression.priorSlopes[index],
    }));
    const added = (part) => priors.reduce((sum, one) => sum + one.slope * part(one), 0);
    return {
      intercept: regression.intercept + intercept + added((one) => one.intercept),
      weights: weights.map((weight, index) => weight + added((one) => one.weights[index])),
    };
  }

  /** Return the suggestion for each marked essay without its mark, by row. */
  #leftOut({ leftOut }) {
    const errors = leftOut.map((value, index) => Math.abs(value - this.points[index]));
    const suggestions = leftOut.map((raw, index) => {
      const others = errors.filter((_, other) => other !== index);
      const predictions = others.map(() => raw);
      return [this.marked[index], inMarks(this.scale, raw, interval(predictions, others), others.length)];
    });
    return new Map(suggestions);
  }

  /** Return a model for each fold, the absolute error on each mark, and its fold. */
  #crossValidate(folds) {
    const foldOf = [];
    stableOrder(this.points).forEach((index, rank) => {
      foldOf[index] = rank % folds;
    });
    const models = [];
    const errors = [];
    for (let fold = 0; fold < folds; fold++) {
      const used = [...this.points.keys()].filter((index) => foldOf[index] !== fold);
      models.push(this.#foldModel(used));
      this.points.forEach((point, index) => {
        if (foldOf[index] !== fold) return;
        const standardized = this.essays.standardized[this.marked[index]];
        errors[index] = Math.abs(predict(models[fold], standardized) - point);
      });
    }
    return { models, errors, foldOf };
  }

  #foldModel(used) {
    const points = used.map((index) => this.points[index]);
    if (new Set(points).size > 1) return this.#model(this.#fit(used), used);
    return { intercept: points[0], weights: new Float64Array(this.essays.standardized[0].length) };
  }

  #report(regression, folds, allMarks) {
    const ofMarked = (values) => this.marked.map((row) => values[row]);
    const marks = this.points.length;
    const withCurve = marks >= MIN_CURVE_MARKS && allMarks <= MAX_MARKS;
    const parts = withCurve ? [[2, this.#crossValidate(2)], [FOLDS, folds]] : [];
    const curve = parts.map(([count, { errors }]) => ({
      marks: marks - Math.floor(marks / count),
      error: mean(errors),
    }));
    const bounds = this.essays.standardized.map((one) => {
      const predictions = folds.models.map((fold) => predict(fold, one));
      return interval(folds.foldOf.map((fold) => predictions[fold]), folds.errors);
    });
    return reportOf({
      scale: this.scale,
      points: this.points,
      leftOut: regression.leftOut,
      length: ofMarked(this.essays.length),
      raw: ofMarked(this.essays.raw),
      curve,
      bounds,
      allMarks,
    });
  }
}

/** Return a model with its weights as int16. */
function short({ intercept, weights }) {
  const unit = weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0) / LARGEST || 1;
  return { intercept, unit, weights: encodeShorts(weights.map((weight) => Math.round(weight / unit))) };
}

function evenlySpaced(rows) {
  if (rows.length <= MAX_MARKS) return rows;
  const step = (rows.length - 1) / (MAX_MARKS - 1);
  return Array.from({ length: MAX_MARKS }, (_, index) => rows[Math.floor(index * step)]);
}

const stableOrder = (values) => [...values.keys()].sort((a, b) => values[a] - values[b]);

/** Return a quantile of ascending numbers, by linear interpolation. */
function quantile(sorted, share) {
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}
