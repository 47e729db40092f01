// Whether a score means anything: the model reads argument essays in English, and no other text.

const MEANINGLESS = new Set(["not_english", "too_short", "gibberish", "list_or_code"]);
// Flags that suggestions learned from a teacher's marks, which are checked on them, make harmless.
const HARMLESS = new Set(["not_english", "too_short", "too_long"]);

/** Return the flags for which a result's score means nothing. */
export const meaninglessFlags = ({ flags, isLearned = false }) =>
  flags.filter((flag) => MEANINGLESS.has(flag) && !(isLearned && HARMLESS.has(flag)));

/** Say whether a result's score may be shown. */
export const hasMeaning = (result) => meaninglessFlags(result).length === 0;

/** Say whether a flag asks for a reading of an essay whose suggestion was learned from marks. */
export const isSerious = (flag) => !HARMLESS.has(flag);
