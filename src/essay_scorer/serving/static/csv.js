// CSV as in RFC 4180, with the separators and quirks of common spreadsheet programs.

import { countUsual } from "./table-header.js";

const SEPARATORS = [",", ";", "\t", "|"];
const DECLARED = /^"?sep=(.)"?[,;\t]*(?:\r\n|\r|\n)/i;
const LINE_END = /\r\n|\r|\n/;
const SAMPLE_LINES = 12; // among which the titles are
// What spreadsheet programs take for a formula: some after spaces, some in full width, too.
const FORMULA = /^(?:[\t\r]|\s*[=+\-@＝＋－＠])/;
const NUMBER = /^\s*[+-]?[.,]?\d[\d.,]*(?:e[+-]?\d+)?\s*%?\s*$/i;

/** A quote that is never closed would swallow the rows after it; `line` is where it begins. */
export class UnclosedQuote extends Error {
  constructor(line) {
    super(`line ${line}`);
    this.line = line;
  }
}

/**
 * Return the separator of a table and its non-empty rows, the header row first.
 *
 * A first line "sep=;" declares the separator. Throws UnclosedQuote.
 */
export function parseCsv(text) {
  const { separator, records } = parseRecords(text);
  return { separator, rows: records.map(({ cells }) => cells) };
}

/**
 * Return the separator of a table and its non-empty records, with where each cell is in the text.
 *
 * @returns {{separator: string, records: {cells: string[], spans: number[][]}[]}} A cell's span is
 *   from its first character, which may be a quote, to the one after its last.
 */
export function parseRecords(text) {
  const start = text.startsWith("\ufeff") ? 1 : 0;
  const declared = DECLARED.exec(text.slice(start));
  const offset = start + (declared ? declared[0].length : 0);
  const table = text.slice(offset);
  const separator = declared ? declared[1] : detectSeparator(table);
  const records = [];
  for (const { cells, spans } of parseRows(table, separator, declared ? 2 : 1)) {
    if (cells.every((cell) => cell === "")) continue;
    records.push({ cells, spans: spans.map((span) => span.map((place) => place + offset)) });
  }
  return { separator, records };
}

/** Return rows as CSV with a byte order mark, so that spreadsheet programs read it as UTF-8. */
export function formatCsv(rows, separator) {
  const line = (row) => row.map((cell) => formatCell(String(cell), separator)).join(separator);
  return `\ufeff${rows.map(line).join("\r\n")}\r\n`;
}

/**
 * Say whether a cell is a formula, or one that is neutralized by apostrophes already.
 *
 * As those get another one, removing one always gives back the cell.
 */
function isFormula(cell) {
  const bare = cell.replace(/^'+/, "");
  return FORMULA.test(bare) && !NUMBER.test(bare);
}

/** Return a cell without the apostrophe that neutralizes a formula. */
export const restoreCell = (cell) => (cell.startsWith("'") && isFormula(cell) ? cell.slice(1) : cell);

/** Say whether a spreadsheet program would evaluate a cell as it stands; "-" alone is none. */
export const isLiveFormula = (cell) =>
  FORMULA.test(cell) && !NUMBER.test(cell) && /[\p{L}\p{N}("]/u.test(cell);

/** Quote a cell if needed, and neutralize formulas: an essay may begin with "=". */
export function formatCell(cell, separator, isQuoted = false) {
  const safe = isFormula(cell) ? `'${cell}` : cell;
  const needsQuotes = isQuoted || [separator, '"', "\n", "\r"].some((character) => safe.includes(character));
  return needsQuotes ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Return the separator that gives the most usual titles, or else occurs most in the titles. */
function detectSeparator(text) {
  const lines = text.split(LINE_END, SAMPLE_LINES);
  const unquoted = (title) => title.replace(/^"(.*)"$/, "$1");
  const titles = (separator) =>
    Math.max(...lines.map((line) => countUsual(line.split(separator).map(unquoted))));
  const best = mostOf(SEPARATORS, titles);
  if (SEPARATORS.every((one) => one === best || titles(one) < titles(best))) return best;
  const [first, second] = text.replace(/"[^"]*"/g, "").split(LINE_END, 2);
  const isTitles = countUsual([first]) > 0 || SEPARATORS.some((one) => first.includes(one));
  const header = isTitles ? first : (second ?? "");
  return mostOf(SEPARATORS, (separator) => header.split(separator).length);
}

const mostOf = (items, count) =>
  items.reduce((best, next) => (count(next) > count(best) ? next : best));

function* parseRows(text, separator, firstLine) {
  const code = separator.charCodeAt(0).toString(16).padStart(4, "0");
  const unquoted = new RegExp(`[^\\u${code}\\r\\n]*`, "y");
  const quoted = /"([^"]*(?:""[^"]*)*)"?/y;
  let row = { cells: [], spans: [] };
  let start = 0; // of the row
  let line = firstLine;
  for (let position = 0; position < text.length; ) {
    const first = position;
    let cell = "";
    if (text[position] === '"') {
      quoted.lastIndex = position;
      cell = quoted.exec(text)[1].replaceAll('""', '"');
      position = quoted.lastIndex;
    }
    unquoted.lastIndex = position;
    row.cells.push(restoreCell(cell + unquoted.exec(text)[0]));
    position = unquoted.lastIndex;
    row.spans.push([first, position]);
    if (text[position] === separator) {
      position += 1;
      if (position < text.length) continue;
      row.cells.push("");
      row.spans.push([position, position]);
    } else {
      const lines = linesOfRow(text.slice(start, position), line);
      position += text.startsWith("\r\n", position) ? 2 : 1;
      yield row;
      row = { cells: [], spans: [] };
      start = position;
      line += lines;
    }
  }
  if (row.cells.length > 0) {
    linesOfRow(text.slice(start), line);
    yield row;
  }
}

/** Return how many lines a row takes. Throws UnclosedQuote if its quotes do not balance. */
function linesOfRow(raw, line) {
  const lines = raw.split(LINE_END).length;
  if (lines > 1 && raw.split('"').length % 2 === 0) throw new UnclosedQuote(line);
  return lines;
}
