// The passages that sheets mark: the essays that aren't explained yet are, before they are printed.

import { RequestError } from "./api-client.js";
import { explainRow, isUnexplained } from "./class-explanations.js";
import { byId } from "./dom.js";
import { formatNumber, plural, translate } from "./i18n.js";

const CONCURRENCY = 4;
// Errors that every essay would meet.
const FINAL_ERRORS = new Set(["no_explanation", "unauthorised", "unreachable", "quota_exceeded"]);

let running = null; // AbortController of the requests

/** Stop finding passages. */
export const stopFindingPassages = () => running?.abort();

/**
 * Explain the rows that aren't explained yet, and say how far that is.
 *
 * @param {object[]} rows
 * @param {{essayOf: (row) => object, onExplained: (row) => void}} classroom `onExplained` is
 *   called with each row that has got its explanation.
 * @returns {Promise<boolean>} Whether nobody stopped it. An essay that can't be explained keeps
 *   its result.
 */
export async function findPassages(rows, { essayOf, onExplained }) {
  const { signal } = (running = new AbortController());
  const missing = rows.filter(isUnexplained).length;
  let done = 0;
  const onRow = (row) => {
    onExplained(row);
    showProgress(++done, missing);
  };
  byId("stop-sheets").hidden = missing === 0;
  showProgress(done, missing);
  try {
    await explainRows(rows, { essayOf, signal, onRow });
  } finally {
    running = null;
    if (document.activeElement === byId("stop-sheets")) byId("print-sheets").focus();
    byId("stop-sheets").hidden = true;
    const left = signal.aborted ? 0 : rows.filter(isUnexplained).length;
    byId("sheets-status").textContent = left > 0 ? plural("sheets_unmarked", left) : "";
  }
  return !signal.aborted;
}

function showProgress(done, missing) {
  const counts = { done: formatNumber(done), count: formatNumber(missing) };
  byId("sheets-status").textContent = missing > 0 ? translate("finding_passages", counts) : "";
}

/** Explain rows, a few at a time, until all are done or `signal` aborts. */
async function explainRows(rows, { essayOf, signal, onRow }) {
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
