// Tables as text (RFC 4180, and what spreadsheets make of it): read with any usual separator.

const SEPARATORS = [",", ";", "\t"];
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?[\d.,]+%?$/;

/** The rows of a table, the first one its head, and the separator it was written with. */
export function parse(text) {
  const separator = separatorOf(text);
  const rows = [...readRows(text.replace(/^\ufeff/, ""), separator)];
  return { separator, rows: rows.filter((row) => row.some((cell) => cell !== "")) };
}

/** Rows as text that a spreadsheet opens as it stands. */
export function serialise(rows, separator) {
  const line = (row) => row.map((cell) => quoted(String(cell), separator)).join(separator);
  return `\ufeff${rows.map(line).join("\r\n")}\r\n`;
}

/** A cell that a spreadsheet would take for a formula is one no more: an essay may begin with "=". */
function quoted(cell, separator) {
  const safe = FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
  const special = [separator, '"', "\n", "\r"].some((mark) => safe.includes(mark));
  return special ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The separator that stands most often in the first line, outside quotation marks. */
function separatorOf(text) {
  const [head] = text.replace(/"[^"]*"/g, "").split(/[\r\n]/, 1);
  const count = (mark) => head.split(mark).length;
  return SEPARATORS.reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

function* readRows(text, separator) {
  const plain = new RegExp(`[^${separator}\\r\\n]*`, "y");
  const quote = /"([^"]*(?:""[^"]*)*)"?/y;
  let row = [];
  for (let at = 0; at < text.length; ) {
    let cell = "";
    if (text[at] === '"') {
      quote.lastIndex = at;
      cell = quote.exec(text)[1].replaceAll('""', '"');
      at = quote.lastIndex;
    }
    plain.lastIndex = at;
    row.push(cell + plain.exec(text)[0]);
    at = plain.lastIndex;
    if (text[at] === separator) {
      at += 1;
      if (at === text.length) row.push("");
    } else {
      at += text.startsWith("\r\n", at) ? 2 : 1;
      yield row;
      row = [];
    }
  }
  if (row.length > 0) yield row;
}
