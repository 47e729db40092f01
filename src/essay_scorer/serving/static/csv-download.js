// The class as a CSV file: the table's own columns, then the results and the teacher's entries.

import { formatCsv } from "./csv.js";
import { downloadText } from "./dom.js";
import { formatNumber, translate, translateCode } from "./i18n.js";
import { MarkScale } from "./mark-scale.js";
import { flagSentences } from "./result-view.js";

const ADDED_COLUMNS = [
  "suggested_score",
  "interval_low",
  "interval_high",
  "raw_score",
  "flags",
  "needs_review",
  "error",
  "teacher_score",
  "comment",
  "model_name",
];

/** Offer the class as a file to save, in the format of the file that it came from. */
export function downloadClass({ fileName, titles, separator }, rows, marking) {
  const header = [...titles, ...addedTitles(titles)];
  const text = formatCsv([header, ...rows.map((row) => rowCells(row, titles, marking))], separator);
  const name = `${fileName.replace(/\.\w+$/, "")}-${translate("download_suffix")}.csv`;
  downloadText(text, "text/csv", name);
}

/** Return the titles of the added columns; a class that was downloaded before has them already. */
function addedTitles(titles) {
  const taken = new Set(titles);
  return ADDED_COLUMNS.map((key) => {
    const title = translate(key);
    let unique = title;
    for (let number = 2; taken.has(unique); number++) unique = `${title} (${number})`;
    taken.add(unique);
    return unique;
  });
}

function rowCells(row, titles, marking) {
  const { cells, shown, result, error, comment } = row;
  const mark = marking.markOf(row);
  return [
    ...titles.map((_, index) => cells[index] ?? ""),
    ...(shown ? resultCells(shown) : ["", "", "", "", "", ""]),
    error ? translateCode("error", error) : "",
    mark === null ? "" : marking.scale.format(mark, formatForSpreadsheet),
    comment,
    result ? `${result.model.name} ${result.model.version}` : "",
  ];
}

function resultCells(result) {
  return [
    ...[result["essay score"], result.interval.low, result.interval.high].map((score) =>
      new MarkScale(result.scale).format(score, formatForSpreadsheet),
    ),
    formatForSpreadsheet(result.raw),
    flagSentences(result).join(" "),
    translate(result.review ? "yes" : "no"),
  ];
}

/** Format a number so that a spreadsheet program in the current language reads it as one. */
const formatForSpreadsheet = (value) =>
  formatNumber(value, { useGrouping: false, maximumFractionDigits: 4 });
