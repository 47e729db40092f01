// CSV as in RFC 4180, with the separators and quirks of common spreadsheet programs.

const SEPARATORS = [",", ";", "\t"];
const DECLARED = /^"?sep=(.)"?[,;\t]*\r?\n/i;
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?[\d.,]+%?$/;

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
  const whole = text.replace(/^\ufeff/, "");
  const declared = DECLARED.exec(whole);
  const table = declared ? whole.slice(declared[0].length) : whole;
  const separator = declared ? declared[1] : detectSeparator(table);
  const rows = [...parseRows(table, separator, declared ? 2 : 1)];
  return { separator, rows: rows.filter((row) => row.some((cell) => cell !== "")) };
}

/** Return rows as CSV with a byte order mark, so that spreadsheet programs read it as UTF-8. */
export function formatCsv(rows, separator) {
  const line = (row) => row.map((cell) => formatCell(String(cell), separator)).join(separator);
  return `\ufeff${rows.map(line).join("\r\n")}\r\n`;
}

/** Quote a cell if needed, and neutralize formulas: an essay may begin with "=". */
function formatCell(cell, separator) {
  const safe = FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
  const needsQuotes = [separator, '"', "\n", "\r"].some((character) => safe.includes(character));
  return needsQuotes ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Return the separator that occurs most often in the header row, outside quotes. */
function detectSeparator(text) {
  const [header] = text.replace(/"[^"]*"/g, "").split(/[\r\n]/, 1);
  const count = (separator) => header.split(separator).length;
  return SEPARATORS.reduce((best, next) => (count(next) > count(best) ? next : best));
}

function* parseRows(text, separator, firstLine) {
  const unquoted = new RegExp(`[^${separator}\\r\\n]*`, "y");
  const quoted = /"([^"]*(?:""[^"]*)*)"?/y;
  let row = [];
  let start = 0; // of the row
  let line = firstLine;
  for (let position = 0; position < text.length; ) {
    let cell = "";
    if (text[position] === '"') {
      quoted.lastIndex = position;
      cell = quoted.exec(text)[1].replaceAll('""', '"');
      position = quoted.lastIndex;
    }
    unquoted.lastIndex = position;
    row.push(cell + unquoted.exec(text)[0]);
    position = unquoted.lastIndex;
    if (text[position] === separator) {
      position += 1;
      if (position === text.length) row.push("");
    } else {
      const lines = linesOfRow(text.slice(start, position), line);
      position += text.startsWith("\r\n", position) ? 2 : 1;
      yield row;
      row = [];
      start = position;
      line += lines;
    }
  }
  if (row.length > 0) {
    linesOfRow(text.slice(start), line);
    yield row;
  }
}

/** Return how many lines a row takes. Throws UnclosedQuote if its quotes do not balance. */
function linesOfRow(raw, line) {
  const lines = raw.split(/\r\n|\r|\n/).length;
  if (lines > 1 && raw.split('"').length % 2 === 0) throw new UnclosedQuote(line);
  return lines;
}
