// A class from a table: what its file holds, and its header and rows once the columns are chosen.

import { parseCsv } from "./csv.js";
import { readTable } from "./file-input.js";
import { plainText } from "./html-text.js";
import { formatNumber } from "./i18n.js";
import { guessScale, normalizeMark } from "./mark-scale.js";
import { findOwnColumns, nameBeforeDownload, ownEntries, withoutOwn } from "./own-table.js";
import { trimTable } from "./table-header.js";

/**
 * Return a file's table. Throws FileError and UnclosedQuote.
 *
 * Its `own` columns are those that this page added when a class was downloaded; if the file is a
 * platform's gradebook, it is the class's `gradebook`, too.
 */
export async function readClassTable(file) {
  const { separator, rows } = parseCsv(await readTable(file));
  const table = { fileName: file.name, separator, ...trimTable(rows) };
  const { platformGradebook } = await import("./gradebook-file.js");
  const [own, gradebook] = await Promise.all([findOwnColumns(table.rows[0]), platformGradebook(file)]);
  return { ...table, own, gradebook };
}

/** Return the header and the rows of a class, with what the teacher entered before a download. */
export async function classOfTable(table, { columns, prompt }) {
  const { rows: [titles, ...body], separator, own, gradebook } = table;
  const fileName = own ? await nameBeforeDownload(table.fileName) : table.fileName;
  const header = { fileName, separator, titles: own ? withoutOwn(titles, own) : titles, prompt };
  const scale = scaleOf(body, { columns, own });
  if (scale) header.scale = scale;
  if (gradebook) header.gradebook = gradebook;
  return { header, rows: body.map((cells, index) => createRow(cells, index, { columns, own })) };
}

/** Return the scale of a table's marks: the one in a downloaded class, or what the marks show. */
function scaleOf(body, { columns, own }) {
  const saved = own && body.map((cells) => ownEntries(cells, own).scale).find(Boolean);
  return saved || guessScale(body.map((cells) => cells[columns.teacherScore] ?? ""));
}

function createRow(cells, index, { columns, own }) {
  const cell = (role) => (columns[role] === null ? "" : plainText(cells[columns[role]] ?? ""));
  return {
    index,
    cells: own ? withoutOwn(cells, own) : cells,
    name: cell("name").trim() || formatNumber(index + 1),
    text: cell("text"),
    prompt: cell("prompt").trim(),
    result: null,
    error: null,
    teacherScore: normalizeMark(cell("teacherScore")),
    comment: own ? ownEntries(cells, own).comment : "",
  };
}
