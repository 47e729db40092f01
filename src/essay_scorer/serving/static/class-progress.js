// How far a class is: the bar, the counts, the chart, and the buttons that stop and resume.

import { pendingRows } from "./class-scoring.js";
import { byId } from "./dom.js";
import { formatNumber, plural, translate } from "./i18n.js";
import { renderScoreChart } from "./score-chart.js";

/** Show the progress of a class; `statusKey` is the message about its run. */
export function renderProgress(rows, { statusKey, isRunning }) {
  const pending = pendingRows(rows).length;
  byId("class-progress").max = rows.length;
  byId("class-progress").value = rows.length - pending;
  byId("class-progress-text").textContent = progressText(rows);
  byId("class-status").textContent = statusKey ? translate(statusKey) : "";
  showInPlace(byId("stop-class"), isRunning);
  showInPlace(byId("resume-class"), !isRunning && pending > 0);
}

/** Show the chart of a class. */
export function renderChart(rows, marking, header) {
  byId("score-chart").replaceChildren(...renderScoreChart(rows, marking, header.blind));
}

/** Show or hide a button; if it has the focus, the class's name gets it. */
function showInPlace(button, isShown) {
  const isFocused = document.activeElement === button;
  button.hidden = !isShown;
  if (isFocused && !isShown) byId("class-file-name").focus({ preventScroll: true });
}

/** Return the counts of a class as sentences. */
export function progressText(rows) {
  const scored = rows.filter((row) => row.result).length;
  const failed = rows.filter((row) => row.error).length;
  const toReview = rows.filter((row) => (row.shown ?? row.result)?.review).length;
  const counts = { done: formatNumber(scored), count: formatNumber(rows.length) };
  const parts = [translate("progress", counts)];
  if (toReview > 0) parts.push(plural("to_review", toReview));
  if (failed > 0) parts.push(plural("failed", failed));
  return parts.join(" ");
}
