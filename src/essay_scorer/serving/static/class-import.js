// A class from what was opened: what its table holds, and its header and rows once it is confirmed.

import { cellText } from "./column-mapping.js";
import { restoreCell } from "./csv.js";
import { formatNumber } from "./i18n.js";
import { guessScale, normalizeMark } from "./mark-scale.js";
import { findOwnColumns, nameBeforeDownload, ownEntries, withoutOwn } from "./own-table.js";

/**
 * Return the table in a file with what it was before.
 *
 * Its `own` columns are those that this page added when a class was downloaded; if the file is a
 * platform's gradebook or a workbook with a column for marks, it is the class's `gradebook`, too.
 * Documents are neither.
 */
export async function withOrigin(table, file) {
  if (table.documents) return { ...table, own: null, gradebook: null };
  const { gradebookOfTable } = await import("./gradebook-file.js");
  const [own, gradebook] = await Promise.all([findOwnColumns(table.rows[0]), gradebookOfTable(file, table)]);
  // Excel keeps the apostrophes of a downloaded CSV file when it saves it as a workbook.
  const rows = own && table.part ? table.rows.map((cells) => cells.map(restoreCell)) : table.rows;
  return { ...table, rows, own, gradebook };
}

/** Return the header and the rows of a class, with what the teacher entered before a download. */
export async function classOfTable(table, prompt) {
  const { rows: [titles, ...body], columns, separator, own, gradebook } = table;
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
  const cell = (role) => cellText(cells, columns[role]);
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
