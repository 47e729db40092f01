// CSV as in RFC 4180, with the separators and quirks of common spreadsheet programs.

const SEPARATORS = [",", ";", "\t"];
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?[\d.,]+%?$/;

/** Return the separator of a table and its non-empty rows, the header row first. */
export function parseCsv(text) {
  const separator = detectSeparator(text);
  const rows = [...parseRows(text.replace(/^\ufeff/, ""), separator)];
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

function* parseRows(text, separator) {
  const unquoted = new RegExp(`[^${separator}\\r\\n]*`, "y");
  const quoted = /"([^"]*(?:""[^"]*)*)"?/y;
  let row = [];
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
      position += text.startsWith("\r\n", position) ? 2 : 1;
      yield row;
      row = [];
    }
  }
  if (row.length > 0) yield row;
}
