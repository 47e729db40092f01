// Scoring of a class: a few essays at a time; an essay that fails does not affect the others.

import { RequestError, requestScore } from "./api-client.js";

const CONCURRENCY = 4;
const PERMANENT_ERRORS = new Set(["text_without_words", "too_large"]); // a retry cannot help

/** Return the rows that still need a score. */
export const pendingRows = (rows) =>
  rows.filter((row) => row.result === null && !PERMANENT_ERRORS.has(row.error));

/**
 * Score all pending rows. Each row gets its result or its error, then `onRow` is called with it and
 * awaited, such as for its storage: when this returns, all rows are dealt with.
 *
 * Ends early if it is stopped, or if no valid access key is entered.
 */
export async function scoreRows(rows, { essayOf, signal, onRow, onConnectionChange }) {
  const queue = pendingRows(rows);
  const noKey = new AbortController();
  const stop = AbortSignal.any([signal, noKey.signal]);
  async function work() {
    while (queue.length > 0 && !stop.aborted) {
      const row = queue.shift();
      await scoreRow(row, essayOf(row), { signal: stop, onConnectionChange });
      if (stop.aborted) return;
      if (row.error === "unauthorised") noKey.abort();
      await onRow(row);
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
}

let withFeatures = true; // until the server says that its model has none

async function scoreRow(row, essay, options) {
  row.error = null;
  try {
    if (!/\S/.test(essay.text)) throw new RequestError("text_without_words");
    row.result = await requestWithFeatures(essay, options);
  } catch (error) {
    if (options.signal.aborted) return;
    if (!(error instanceof RequestError)) throw error;
    row.error = error.code;
  }
}

/** Return the server's score of an essay, with what suggestions are learned from, if it has that. */
export async function requestWithFeatures(essay, options) {
  if (!withFeatures) return await requestScore(essay, options);
  try {
    return await requestScore({ ...essay, features: true }, options);
  } catch (error) {
    if (error.code !== "no_adaptation") throw error;
    withFeatures = false;
    return await requestScore(essay, options);
  }
}
