// A class is scored a few essays at a time; what fails costs only itself.

import { Refusal, score } from "./request.js";

const AT_ONCE = 4;
const LASTING = new Set(["text_without_words", "too_large"]); // asking again would not help

/** The rows that wait for a score. */
export const waiting = (rows) =>
  rows.filter((row) => row.answer === null && !LASTING.has(row.problem));

/**
 * Score all rows that wait; each row gets its answer or its problem, and `each` is called with it.
 *
 * It ends early where every further essay would fail as well: it was stopped, or has no key.
 */
export async function scoreAll(rows, { essayOf, signal, each, offline }) {
  const queue = waiting(rows);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  async function work() {
    while (queue.length > 0 && !either.aborted) {
      const row = queue.shift();
      const problem = await scoreRow(row, essayOf(row), { signal: either, offline });
      if (either.aborted) return;
      if (problem === "unauthorised") stop.abort();
      each(row);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function scoreRow(row, essay, options) {
  row.problem = null;
  try {
    if (!/\S/.test(essay.text)) throw new Refusal("text_without_words");
    row.answer = await score(essay, options);
  } catch (error) {
    if (options.signal.aborted) return null;
    if (!(error instanceof Refusal)) throw error;
    row.problem = error.code;
  }
  return row.problem;
}
