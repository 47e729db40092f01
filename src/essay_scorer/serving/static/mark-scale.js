// A teacher's scale and her marks as she writes them; the rules of adapt/mark_scale.py and
// adapt/marks.py, for one scale that is known.

const MAX_LEVELS = 1001;
const DIGITS = 1e6;
const NO_MARK = new Set(["", "-", "–", "—", "?", "n/a", "absent", "absente", "abs", "abs."]);
const NUMBER = /^([+-]?\d+(?:[.,]\d+)?)\s*(?:(?:\/|out of|sur|von)\s*(\d+(?:[.,]\d+)?)|(%)|(?:points?|pts?|p)\.?)?$/i;
const RANGE = /^(-?\d+(?:[.,]\d+)?)\s*(?:-|–|to|\.\.)\s*(-?\d+(?:[.,]\d+)?)\s*%?(?:\s*:\s*(\d+(?:[.,]\d+)?))?$/;

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

  /** Return the scale as a profile has it. */
  toJson() {
    const { min, max, step, labels } = this;
    return { min, max, ...(step !== 1 && { step }), ...(labels.length > 0 && { labels }) };
  }

  /** Say whether another scale is the same. */
  equals(other) {
    return JSON.stringify(this.toJson()) === JSON.stringify(new MarkScale(other).toJson());
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
