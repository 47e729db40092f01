// Explanations of a class's essays: of one that is open, or of all that will be printed.

import { RequestError } from "./api-client.js";
import { requestWithFeatures } from "./class-scoring.js";
import { hasMeaning } from "./meaningless-scores.js";

const CONCURRENCY = 4;
// Errors that every essay would meet.
const FINAL_ERRORS = new Set(["no_explanation", "unauthorised", "unreachable", "quota_exceeded"]);

/** Say whether a row has a score that isn't explained yet. */
export const isUnexplained = ({ result }) =>
  Boolean(result) && !result.explanation && hasMeaning(result);

/** Replace a row's result by one with an explanation. Throws RequestError. */
export async function explainRow(row, { essayOf, signal }) {
  const result = await requestWithFeatures({ ...essayOf(row), explain: true }, { signal });
  if (!result.explanation) throw new RequestError("no_explanation");
  row.result = result;
}

/**
 * Explain all rows that aren't explained yet, a few at a time, and call `onRow` with each.
 *
 * An essay that can't be explained keeps its result. Returns when all are done, or `signal` aborts.
 */
export async function explainRows(rows, { essayOf, signal, onRow }) {
  const queue = rows.filter(isUnexplained);
  async function work() {
    while (queue.length > 0 && !signal.aborted) {
      const row = queue.shift();
      try {
        await explainRow(row, { essayOf, signal });
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof RequestError)) throw error;
        if (FINAL_ERRORS.has(error.code)) queue.length = 0;
        continue;
      }
      if (!signal.aborted) onRow(row);
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
}
