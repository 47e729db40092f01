// Suggestions on the teacher's own scale, learned from her marks, and the blind second reader.

import { MarkScale, withFinerStep } from "./mark-scale.js";
import { hasMeaning, isSerious } from "./meaningless-scores.js";
import { fitsBundle, learnProfile, MIN_MARKS, startSet, suggest } from "./profile.js";

const START_SET = 10;
const MIN_ESSAYS_TO_CHOOSE = 15; // in a smaller class, any ten are as good
const MAX_UNMARKED = 300; // unmarked essays that show what is usual in a class
const REVIEWED_FROM = 0.8; // strangeness of an essay that a person should read
const LITTLE = 0.03; // share of the error that more marks must take away to be worth the effort

/** What is known of a class's marks. Every row gets `shown`: its result on the teacher's scale. */
export class ClassMarking {
  profile = null; // the one that makes the suggestions
  problem = null; // {key, first, second} of marks that nothing can be learned from
  first = new Set(); // rows to mark first
  offScale = []; // rows whose mark the scale does not have

  /** Learn from the rows' marks again. */
  update(header, rows) {
    const read = rows.filter((row) => row.result);
    const bundleScale = scaleOfBundle(rows);
    const withFeatures = read.filter((row) => row.result.features);
    this.updateScale(header, rows);
    this.offScale = rows.filter((row) => Number.isNaN(this.scale.parseMark(row.teacherScore)));
    this.problem = contradiction(withFeatures.filter((row) => !row.accepted), this.scale);
    const learned = this.problem ? null : this.#learn(withFeatures, bundleScale);
    const loaded = usable(header.profile, withFeatures[0], this.scale);
    this.isLearned = learned !== null;
    this.profile = learned?.profile ?? loaded;
    this.first = this.#chooseFirst(rows, withFeatures);
    for (const row of rows) row.shown = this.#shown(row, learned);
  }

  /** Choose the scale again: a mark may need a smaller step. */
  updateScale(header, rows) {
    const bundleScale = scaleOfBundle(rows);
    const chosen = header.scale ? MarkScale.parse(header.scale) : null;
    this.chosenScale = chosen ?? new MarkScale(header.profile?.scale ?? bundleScale);
    this.scale = withFinerStep(this.chosenScale, rows.map((row) => row.teacherScore));
    this.isBundleScale = this.scale.hasSamePoints(bundleScale);
  }

  /** Return a row's mark as a number; null if there is none. */
  markOf(row) {
    const mark = this.scale.parseMark(row.teacherScore);
    return Number.isNaN(mark) ? null : mark;
  }

  /** Return a row's mark that the teacher found herself: one that teaches, and can agree. */
  ownMarkOf(row) {
    return row.accepted ? null : this.markOf(row);
  }

  /** Say whether a mark lies outside of the interval that was suggested without it. */
  isSurprising(row) {
    const mark = this.markOf(row);
    if (mark === null || !row.shown || !hasMeaning(row.shown)) return false;
    const { low, high } = row.shown.interval;
    return mark < low - 1e-9 || mark > high + 1e-9;
  }

  /** Say whether twenty more marks would change little. */
  get isSettled() {
    const report = this.profile?.report;
    if (!report || report.curve.length < 2) return false;
    const { error } = report.curve.at(-1);
    return error - report.error_with_more < LITTLE * error;
  }

  #learn(rows, bundleScale) {
    const marks = rows.map((row) => this.ownMarkOf(row));
    if (marks.filter((mark) => mark !== null).length < MIN_MARKS) return null;
    let unmarked = 0;
    const used = rows.filter((_, index) => marks[index] !== null || unmarked++ < MAX_UNMARKED);
    const vectors = used.map((row) => row.result.features);
    const given = used.map((row) => this.ownMarkOf(row));
    const learned = learnProfile(vectors, given, this.scale, bundleScale);
    if (!learned) return null;
    const entries = [...learned.leftOut].map(([index, one]) => [used[index], one]);
    return { profile: learned.profile, leftOut: new Map(entries) };
  }

  #chooseFirst(rows, withFeatures) {
    const marked = rows.filter((row) => this.markOf(row) !== null).length;
    const isRead = rows.every((row) => row.result || row.error);
    if (!isRead || marked >= START_SET || withFeatures.length < MIN_ESSAYS_TO_CHOOSE) return new Set();
    const vectors = withFeatures.map((row) => row.result.features);
    return new Set(startSet(vectors, START_SET).map((index) => withFeatures[index]));
  }

  /** Return a row's result on the teacher's scale; null if it has none. */
  #shown(row, learned) {
    const { result } = row;
    if (!result) return null;
    const suggestion =
      learned?.leftOut.get(row) ??
      (this.profile && result.features ? suggest(this.profile, result.features) : null);
    if (suggestion === null) return this.isBundleScale ? result : null;
    const serious = result.flags.some(isSerious);
    const { raw, value, low, high, coverage, strangeness = 0 } = suggestion;
    return {
      ...result,
      "essay score": value,
      raw,
      scale: this.scale.toJson(),
      profile: { marks: this.profile.report.marks },
      interval: { low, high, coverage },
      isLearned: true,
      review: serious || strangeness > REVIEWED_FROM,
    };
  }
}

const scaleOfBundle = (rows) => rows.find((row) => row.result)?.result.scale ?? { min: 1, max: 6 };

/** Return the first two rows that have the same text and different marks, as a problem. */
function contradiction(rows, scale) {
  const seen = new Map();
  for (const row of rows) {
    const mark = scale.parseMark(row.teacherScore);
    if (mark === null || Number.isNaN(mark)) continue;
    const other = seen.get(row.result.features.values);
    if (other && other.mark !== mark) {
      return { key: "same_text_two_marks", first: other.name, second: row.name };
    }
    seen.set(row.result.features.values, { mark, name: row.name });
  }
  return null;
}

function usable(profile, row, scale) {
  if (!profile || !row || !fitsBundle(profile, row.result.features)) return null;
  return new MarkScale(profile.scale).equals(scale) ? profile : null;
}
