// What was opened as a class, before it is sent: its essays, what is left out, and what is wrong.

import { readClassFiles } from "./class-files.js";
import { guessColumns, hasEssays, showColumnForm, updatePreview } from "./column-mapping.js";
import { announce, byId, create } from "./dom.js";
import { FileError } from "./file-error.js";
import { formatNumber, plural, translate, translateCode } from "./i18n.js";
import { ImportList } from "./import-list.js";
import { normalizeTitle, USUAL_TITLES } from "./table-header.js";

const MAX_REASONS = 5; // in one message
const DOCUMENT_COLUMNS = { text: 2, name: 0, prompt: null, teacherScore: null };

const importList = new ImportList();
let isReading = false;

/**
 * Return the table in files; documents become one, with a row for each student.
 *
 * Throws FileError. Returns null if other files are still being read.
 */
export async function importClass(files) {
  if (isReading) return null;
  isReading = true;
  try {
    const { table, essays, skipped } = await readClassFiles(files, showProgress);
    return table ? withColumns(table) : documentTable(files, essays, skipped);
  } finally {
    isReading = false;
    byId("import-progress").hidden = true;
  }
}

function showProgress(done, count) {
  if (count < 2) return;
  byId("import-progress").hidden = false;
  byId("import-bar").max = count;
  byId("import-bar").value = done;
  const counts = { done: formatNumber(done), count: formatNumber(count) };
  byId("import-progress-text").textContent = translate("reading_files", counts);
  if (done === count) announce(translate("reading_files", counts));
}

function withColumns(table) {
  const [titles, ...body] = table.rows;
  const columns = guessColumns(titles, body);
  if (columns.text === null) throw new FileError("no_essays");
  return { ...table, columns };
}

function documentTable(files, essays, skipped) {
  const readable = essays.filter(({ text }) => text !== undefined);
  const refused = essays.filter(({ error }) => error);
  if (readable.length === 0) throw refusalOf(refused);
  const rows = readable.map(({ name, paths, text }) => [name, paths.join(", "), text]);
  const titles = ["name", "file", "essay"].map((key) => translate(key));
  return {
    ...{ fileName: nameOf(files), separator: formatNumber(0.5).includes(",") ? ";" : "," },
    ...{ rows: [titles, ...rows], columns: { ...DOCUMENT_COLUMNS }, above: [], hasImportIds: false },
    documents: { readable, refused, skipped },
  };
}

function refusalOf(refused) {
  if (refused.length === 1) return refused[0].error;
  const reasons = refused.slice(0, MAX_REASONS).map(reasonOf);
  return new FileError("none_readable", { reasons: reasons.join(" ") });
}

const reasonOf = ({ paths, error }) =>
  translate("file_reason", { file: paths[0], reason: translateCode("file", error.code, error.values) });

/** Return the name of a class: its only file's, or the folder's. */
function nameOf(files) {
  if (files.length === 1) return files[0].path.split("/").at(-1);
  const [folder, ...others] = files[0].path.split("/");
  const isFolder = others.length > 0 && files.every(({ path }) => path.startsWith(`${folder}/`));
  return isFolder ? folder : plural("documents", files.length);
}

/** Show a table with the choices that its columns and essays need. */
export function showImport(table) {
  const { documents } = table;
  byId("import-heading").textContent = translate(documents ? "documents_title" : "columns");
  for (const id of ["column-fields", "table-preview"]) byId(id).hidden = Boolean(documents);
  showColumnForm(table);
  if (documents) showDocumentNotes(documents);
  showEssays(table);
}

/** Follow a choice of another column. */
export function updateImport(table) {
  updatePreview(table);
  showEssays(table);
}

function showEssays(table) {
  byId("no-essays").textContent = canSend(table) ? "" : translate("file_no_essays");
  importList.show(table);
}

/** Say whether the chosen column has essays. */
export function canSend({ rows: [titles, ...body], columns, documents }) {
  const isUsual = USUAL_TITLES.text.includes(normalizeTitle(titles[columns.text] ?? ""));
  return Boolean(documents) || hasEssays(body, columns.text, isUsual);
}

/** Leave the headings out of the essays in rows of a class, as the teacher chose. */
export const leaveOutHeadings = (rows) => importList.applyTo(rows);

function showDocumentNotes({ readable, refused, skipped }) {
  const notes = [];
  const list = (essays) => essays.map(({ name }) => name).join(", ");
  const joined = readable.filter(({ paths }) => paths.length > 1);
  const repeated = readable.flatMap(({ left }) => left);
  if (joined.length > 0) notes.push(plural("files_joined", joined.length, { names: list(joined) }));
  if (repeated.length > 0) notes.push(plural("files_repeated", repeated.length, { files: repeated.join(", ") }));
  if (skipped.length > 0) notes.push(plural("files_skipped", skipped.length));
  if (refused.length > 0) notes.push(plural("files_refused", refused.length));
  const reasons = refused.map((one) => create("li", { class: "error" }, reasonOf(one)));
  byId("table-notes").replaceChildren(...notes.map((note) => create("li", {}, note)), ...reasons);
}
