// A teacher's scale and her marks as she writes them; the rules of adapt/mark_scale.py and
// adapt/marks.py, for one scale that is known.

const MAX_LEVELS = 1001;
const DIGITS = 1e6;
const MAX_MARK_CHARACTERS = 24; // longer cells of a table are no marks
const NO_MARK = new Set(["", "-", "–", "—", "?", "n/a", "absent", "absente", "abs", "abs."]);
const NUMBER = /^([+-]?\d+(?:[.,]\d+)?)\s*(?:(?:\/|out of|sur|von)\s*(\d+(?:[.,]\d+)?)|(%)|(?:points?|pts?|p)\.?)?$/i;
const RANGE = /^(-?\d+(?:[.,]\d+)?)\s*(?:-|–|to|à|\.\.)\s*(-?\d+(?:[.,]\d+)?)\s*%?(?:\s*:\s*(\d+(?:[.,]\d+)?))?$/;

const toNumber = (text) => Number(text.replace(",", "."));

/** A scale: {min, max}, and a step or the labels of its levels, the lowest first. */
export class MarkScale {
  constructor({ min, max, step = 1, labels = [] }) {
    Object.assign(this, { min, max, step, labels });
  }

  /** Return the scale in a text such as "0-20", "0-10:0.5" or "A,B,C,D,F"; null if it is none. */
  static parse(text) {
    const range = RANGE.exec(text.trim());
    if (range) {
      const [min, max] = [toNumber(range[1]), toNumber(range[2])];
      const scale = new MarkScale({ min, max, step: range[3] ? toNumber(range[3]) : 1 });
      return scale.#isUsable() ? scale : null;
    }
    const labels = text.split(",").map((label) => label.trim());
    if (labels.length < 2 || labels.some((label) => label === "")) return null;
    if (new Set(labels).size < labels.length) return null;
    return new MarkScale({ min: 0, max: labels.length - 1, labels: labels.reverse() });
  }

  #isUsable() {
    const { min, max, step } = this;
    const last = min + (this.levels - 1) * step;
    return step > 0 && max > min && this.levels <= MAX_LEVELS && Math.abs(last - max) < 1e-6;
  }

  get levels() {
    return Math.round((this.max - this.min) / this.step) + 1;
  }

  /** Return the scale as `parse` reads it and as no spreadsheet program takes it for a date. */
  toText() {
    const { min, max, step, labels } = this;
    if (labels.length > 0) return labels.toReversed().join(",");
    return `${min} to ${max}${step === 1 ? "" : `:${step}`}`;
  }

  /** Return the scale as a profile has it. */
  toJson() {
    const { min, max, step, labels } = this;
    return { min, max, ...(step !== 1 && { step }), ...(labels.length > 0 && { labels }) };
  }

  /** Say whether another scale is the same. */
  equals(other) {
    return JSON.stringify(this.toJson()) === JSON.stringify(new MarkScale(other).toJson());
  }

  /** Say whether another scale has the same points, in steps of any size. */
  hasSamePoints({ min, max, labels = [] }) {
    return this.min === min && this.max === max && this.labels.length + labels.length === 0;
  }

  /** Return the mark at a position, from 0. */
  at(position) {
    return Math.round((this.min + position * this.step) * DIGITS) / DIGITS;
  }

  position(mark) {
    return Math.round((mark - this.min) / this.step);
  }

  /** Return the mark that is nearest to a number; between two, the higher. */
  nearest(value) {
    const position = Math.floor((value - this.min) / this.step + 0.5);
    return this.at(Math.min(Math.max(position, 0), this.levels - 1));
  }

  contains(value) {
    const inside = value >= this.min - 1e-9 && value <= this.max + 1e-9;
    return inside && Math.abs(this.at(this.position(value)) - value) < 1e-6;
  }

  /** Return the distance up to which marks count as adjacent: a step, or 5% of the range. */
  get tolerance() {
    const steps = roundHalfEven(((this.max - this.min) * 0.05) / this.step);
    return Math.max(steps, 1) * this.step;
  }

  /** Return a mark as text. */
  format(mark, formatNumber = String) {
    return this.labels.length > 0 ? this.labels[this.position(mark)] : formatNumber(mark);
  }

  /** Return a mark that was written, as a number; null if there is none, NaN if it is no mark. */
  parseMark(text) {
    const written = text.trim();
    if (NO_MARK.has(written.toLowerCase())) return null;
    if (this.labels.length > 0) {
      const wanted = written.replace(/[−–]/g, "-").toLowerCase();
      const place = this.labels.findIndex((label) => label.toLowerCase() === wanted);
      return place >= 0 ? place : Number.NaN;
    }
    const found = NUMBER.exec(written);
    if (!found) return Number.NaN;
    const maximum = found[3] ? 100 : found[2] ? toNumber(found[2]) : this.max;
    const mark = toNumber(found[1]);
    return maximum === this.max && this.contains(mark) ? this.at(this.position(mark)) : Number.NaN;
  }
}

/** Round as Python's round does: a half to the even neighbor. */
function roundHalfEven(value) {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** The scales to choose from, as `MarkScale.parse` reads them. */
export const PRESETS = ["1-6", "0-10", "0-20", "0-100", "A,B,C,D,F", "A+,A,A-,B+,B,B-,C+,C,C-,D+,D,D-,F"];

/** Return the preset that marks in a table show; null if they fit several or none. */
export function guessScale(texts) {
  const written = texts.filter((text) => !NO_MARK.has(text.trim().toLowerCase()));
  if (written.length === 0) return null;
  const maxima = new Set(written.map((text) => NUMBER.exec(text.trim())?.[2] ?? null));
  const [maximum] = maxima;
  if (maxima.size === 1 && maximum !== null) return `0-${toNumber(maximum)}`;
  const fits = (preset) => {
    const scale = withFinerStep(MarkScale.parse(preset), written);
    return written.every((text) => !Number.isNaN(scale.parseMark(text)));
  };
  if (written.every((text) => NUMBER.exec(text.trim())?.[3])) return "0-100";
  const numbers = written.map((text) => toNumber(text));
  const highest = Math.max(...numbers);
  if (Number.isNaN(highest)) return PRESETS.slice(4).find(fits) ?? null;
  if (highest > 10 && highest <= 20) return "0-20";
  return highest > 60 && highest <= 100 ? "0-100" : null;
}

const STEPS = [1, 0.5, 0.25, 0.2, 0.1, 0.05, 0.01];

/** Return a scale whose step is small enough for marks that were written. */
export function withFinerStep(scale, texts) {
  if (scale.labels.length > 0) return scale;
  const values = texts.map((text) => NUMBER.exec(text.trim())).filter(Boolean);
  const numbers = values.map((found) => toNumber(found[1])).filter((value) => value >= scale.min && value <= scale.max);
  const step = STEPS.find(
    (one) => one <= scale.step && numbers.every((n) => new MarkScale({ ...scale.toJson(), step: one }).contains(n)),
  );
  return new MarkScale({ ...scale.toJson(), step: step ?? scale.step });
}

/** Return a mark in a table as rows have it: a number with a point, or else as it is written. */
export function normalizeMark(text) {
  const written = text.trim().replace(/^−/, "-");
  if (NO_MARK.has(written.toLowerCase())) return "";
  const found = NUMBER.exec(written);
  if (found) return String(toNumber(found[1]));
  return written.length <= MAX_MARK_CHARACTERS ? written : "";
}

/**
 * Return a mark that a teacher wrote, as rows have it: "14.5", "B+", or "" for none.
 *
 * A word such as "absent" stays as it is. Returns null if the scale does not have the mark.
 */
export function readMark(text, scale) {
  const written = text.trim().replace(/^−/, "-");
  if (NO_MARK.has(written.toLowerCase())) return /[a-z]/i.test(written) ? written : "";
  const fitting = withFinerStep(scale, [written]);
  const mark = fitting.parseMark(written);
  return Number.isNaN(mark) ? null : fitting.format(mark);
}

/** Say whether a text that is no mark may become one as more is typed: "14," or "abs". */
export function isUnfinishedMark(text, { min, max, labels }) {
  const written = text.trim().replace(/^−/, "-").toLowerCase();
  if ([...labels, ...NO_MARK].some((one) => one.toLowerCase().startsWith(written))) return true;
  if (labels.length > 0) return false;
  if (written === "-") return min < 0;
  const found = /^(-?\d+)(?:[.,](\d*))?\s*(?:\/\s*(\d*))?$/.exec(written);
  if (!found) return false;
  const [, whole, decimals, maximum] = found;
  const value = Number(whole);
  if (maximum !== undefined) return value <= max && String(max).startsWith(maximum);
  if (decimals === "") return value >= min && value <= max;
  return decimals === undefined && value > 0 && value < min && value * 10 <= max;
}
