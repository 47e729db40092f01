// The file of a class's gradebook: opened, laid out, and filled. It is CSV, whose text is kept, or
// an Excel workbook, whose bytes are.

import { bytesOf, documentKind, MAX_FILE_BYTES } from "./document-text.js";
import { FileError } from "./file-error.js";
import { encodeGradebook, fillGradebook, readGradebook, readLayout } from "./gradebook.js";
import { matchStudents } from "./gradebook-match.js";

const REFUSED = new Set(["sheet", "ods", "password", "doc", "broken"]);

/** Return a file as the gradebook of a class. Throws FileError. */
export async function openGradebook(file, { header, rows }) {
  const gradebook = await readFile(file);
  const layouts = await layoutsOf(gradebook);
  if (layouts.length === 0) throw new FileError("gradebook");
  const layout = mostMatched(layouts, rows, header.titles ?? []);
  const { name, fileName, prompt = "" } = header;
  const grade = likelyColumn(layout, `${name ?? ""} ${fileName} ${prompt}`);
  return { ...gradebook, part: layout.part, grade };
}

/**
 * Return the gradebook that a file with essays is, or null if it is another file.
 *
 * It is a platform's, or an Excel workbook with a column for marks.
 *
 * @param {{part?: string}} table The part of a workbook that the essays are from.
 */
export async function gradebookOfTable(file, { part }) {
  try {
    const gradebook = await readFile(file);
    const layout = (await layoutsOf(gradebook)).find((one) => one.part === part);
    const isGradebook = part ? layout?.isNamed : layout?.kind !== "table";
    return layout && isGradebook ? { ...gradebook, part, grade: layout.grade } : null;
  } catch {
    return null;
  }
}

async function readFile(file) {
  if (file.size > MAX_FILE_BYTES) throw new FileError("size");
  const bytes = await bytesOf(file);
  const kind = await documentKind(bytes, file.name);
  if (kind === "xlsx") return { fileName: file.name, bytes };
  if (REFUSED.has(kind)) throw new FileError(kind === "ods" ? "sheet" : kind);
  return await readGradebook(bytes, file.name);
}

/** Return the class lists in a gradebook: of a workbook, that of each sheet. Throws FileError. */
async function layoutsOf({ bytes, text }) {
  if (!bytes) return [readLayout(text)].filter(Boolean);
  const { readWorkbookLayouts } = await import("./workbook-gradebook.js");
  try {
    return await readWorkbookLayouts(bytes);
  } catch (error) {
    throw error instanceof FileError ? error : new FileError("broken");
  }
}

/** Return the class list of a class's gradebook. */
export async function layoutOf(gradebook) {
  const layouts = await layoutsOf(gradebook);
  return layouts.find(({ part }) => part === gradebook.part);
}

/**
 * Return a gradebook's file with cells filled in, and its media type.
 *
 * @param {Map<object, Map<number, number | string>>} filled New cells, by record and column.
 */
export async function fillFile({ bytes, text, encoding }, layout, filled) {
  if (!bytes) {
    return { content: encodeGradebook(fillGradebook(text, layout, filled), encoding), type: "text/csv" };
  }
  const { fillWorkbook, WORKBOOK_TYPE } = await import("./workbook-gradebook.js");
  return { content: await fillWorkbook(bytes, layout, filled), type: WORKBOOK_TYPE };
}

/** Return the class list with most students of a class, or else one with a column for marks. */
function mostMatched(layouts, rows, titles) {
  const rank = ({ students, isNamed }) => matchStudents(rows, students, titles).pairs.size + (isNamed ? 0.5 : 0);
  return layouts.reduce((best, next) => (rank(next) > rank(best) ? next : best));
}

/** Return the column for marks whose title shares most words with what is known of the class. */
function likelyColumn({ grades, grade, titles, students, kind }, words) {
  if (kind !== "canvas") return grade;
  const known = new Set(words.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
  const shared = (index) => (titles[index].toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => known.has(word)).length;
  const isEmpty = (index) => students.every(({ record }) => (record.cells[index] ?? "").trim() === "");
  const rank = (index) => shared(index) * 2 + (isEmpty(index) ? 1 : 0);
  return grades.reduce((best, next) => (rank(next) > rank(best) ? next : best), grade);
}
