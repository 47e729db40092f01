// The class as a CSV file: the table's own columns, then the results and the teacher's entries.

import { formatCsv } from "./csv.js";
import { downloadText } from "./dom.js";
import { decimalSign, translate, translateCode } from "./i18n.js";
import { MarkScale } from "./mark-scale.js";
import { ADDED_COLUMNS } from "./own-table.js";
import { flagSentences } from "./result-view.js";
import { hasMeaning } from "./meaningless-scores.js";

const DECIMAL_COMMA = /^\s*-?\d+,\d+\s*$/;
const DECIMAL_POINT = /^\s*-?\d+\.\d+\s*$/;

/** Offer the class as a file to save, in the format of the file that it came from. */
export function downloadClass({ fileName, titles, separator = usualSeparator() }, rows, marking) {
  const header = [...titles, ...addedTitles(titles)];
  const format = numberFormat(separator, rows);
  const lines = rows.map((row) => rowCells(row, { titles, marking, format }));
  const name = `${fileName.replace(/\.\w+$/, "")}-${translate("download_suffix")}.csv`;
  downloadText(formatCsv([header, ...lines], separator), "text/csv", name);
}

/** Return the separator with which spreadsheet programs in the current language open a file. */
const usualSeparator = () => (decimalSign() === "," ? ";" : ",");

/**
 * Return what writes a number so that the program which wrote the table reads it as one.
 *
 * That program is set to a decimal comma if the table has such numbers or else semicolons.
 */
export function numberFormat(separator, rows) {
  const has = (pattern) => rows.some(({ cells }) => cells.some((cell) => pattern.test(cell)));
  const sign = has(DECIMAL_COMMA) && !has(DECIMAL_POINT) ? "," : has(DECIMAL_POINT) ? "." : null;
  const usual = { ";": ",", ",": "." }[separator] ?? decimalSign();
  return (value) => String(Math.round(value * 1e4) / 1e4).replace(".", sign ?? usual);
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

function rowCells(row, { titles, marking, format }) {
  const { cells, shown, result, error, comment } = row;
  const mark = marking.markOf(row);
  const hasResult = shown && hasMeaning(shown);
  return [
    ...titles.map((_, index) => cells[index] ?? ""),
    ...(hasResult ? scoreCells(shown, format) : ["", "", "", ""]),
    ...(result ? flagCells(shown ?? result) : ["", ""]),
    error ? translateCode("error", error) : "",
    mark === null ? row.teacherScore : marking.scale.format(mark, format),
    comment,
    marking.chosenScale.toText(),
    result ? `${result.model.name} ${result.model.version}` : "",
  ];
}

function scoreCells(result, format) {
  const scale = new MarkScale(result.scale);
  const { low, high } = result.interval;
  const marks = [result["essay score"], low, high].map((score) => scale.format(score, format));
  return [...marks, format(result.raw)];
}

const flagCells = (result) => [
  flagSentences(result).join(" "),
  translate(result.review ? "yes" : "no"),
];
