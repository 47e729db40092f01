// Tables in files: CSV as any program writes it, or sheets of Excel.

import { guessColumns } from "./column-mapping.js";
import { parseCsv, UnclosedQuote } from "./csv.js";
import { FileError } from "./file-error.js";
import { formatNumber } from "./i18n.js";
import { countUsual, trimTable } from "./table-header.js";

const MAX_ROWS_ABOVE = 10; // lines above the titles

/** Say whether a text is a table, and no essay: several columns, with usual titles. */
export function isTable(text) {
  try {
    const { rows } = parseCsv(text);
    const titles = rows.slice(0, MAX_ROWS_ABOVE).findIndex((row) => countUsual(row) >= 2);
    const width = rows[titles]?.length ?? 0;
    return width > 1 && rows.length > titles + 1 && rows.slice(titles).every((row) => row.length <= width + 1);
  } catch {
    return false;
  }
}

/** Return the table in a text. Throws FileError. */
export function textTable(text, fileName) {
  try {
    const { separator, rows } = parseCsv(text);
    return { fileName, separator, ...trimTable(rows) };
  } catch (error) {
    if (!(error instanceof UnclosedQuote)) throw error;
    throw new FileError("quote", { line: formatNumber(error.line) });
  }
}

/** Return the table in the sheets of an Excel file: the first that has essays. Throws FileError. */
export async function sheetTable(bytes, fileName) {
  const { readSheets } = await import("./xlsx.js");
  const tables = [];
  let problem = new FileError("table");
  for (const { rows, part } of await sheets(readSheets, bytes)) {
    try {
      tables.push({ fileName, separator: localSeparator(), part, ...trimTable(rows) });
    } catch (error) {
      problem = error;
    }
  }
  const hasEssays = ({ rows: [titles, ...body] }) => guessColumns(titles, body).text !== null;
  const table = tables.find(hasEssays) ?? tables[0];
  if (!table) throw problem;
  return table;
}

async function sheets(readSheets, bytes) {
  try {
    return await readSheets(bytes);
  } catch (error) {
    throw error instanceof FileError ? error : new FileError("broken");
  }
}

/** Return what spreadsheet programs separate cells by, where a comma is in numbers. */
const localSeparator = () => (formatNumber(0.5).includes(",") ? ";" : ",");
