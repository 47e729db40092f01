// A class from what a teacher opens: a table, or documents in any number, a folder, or a ZIP archive.

import { documentKind, documentText, bytesOf, MAX_FILE_BYTES } from "./document-text.js";
import { FileError } from "./file-error.js";
import { decodeUnknown, kindOf } from "./file-kind.js";
import { essaysOf } from "./student-essays.js";
import { isJunk } from "./submission-names.js";
import { isTable, sheetTable, textTable } from "./table-files.js";
import { ZipArchive } from "./zip-archive.js";

const MAX_ARCHIVE_BYTES = 1024 * 1024 * 1024; // photos in essays of a class take hundreds of MB
const MAX_DOCUMENTS = 2000;
const SIGNATURE_BYTES = 4;

/**
 * Return the table or the essays in files.
 *
 * Throws FileError if there is nothing to score; one document that cannot be read is no error.
 *
 * @param {{file: File, path: string}[]} files
 * @param {(done: number, count: number) => void} onProgress
 * @returns {Promise<{table: object} | {essays: object[], skipped: string[]}>} An essay has a name,
 *   the paths of its files, and a text or an error.
 */
export async function readClassFiles(files, onProgress) {
  if (files.length === 1) {
    const table = await readTable(files[0].file);
    if (table) return { table };
  }
  const { entries, skipped } = await expand(files);
  if (entries.length === 0) throw new FileError("no_documents");
  if (entries.length > MAX_DOCUMENTS) throw new FileError("many");
  const documents = [];
  for (const entry of entries) {
    onProgress(documents.length, entries.length);
    await new Promise((resolve) => setTimeout(resolve)); // lets the page show it
    documents.push(await readEntry(entry));
  }
  onProgress(entries.length, entries.length);
  return { essays: essaysOf(documents), skipped };
}

/** Return the table in a file, or null if it is no table. */
async function readTable(file) {
  if (file.size > MAX_FILE_BYTES) return null;
  const bytes = await bytesOf(file);
  const kind = await documentKind(bytes, file.name);
  if (kind === "xlsx") return await sheetTable(bytes, file.name);
  const isPage = kind === "html" && /\.xls$/i.test(file.name); // which Excel opens, too
  if (kind === "sheet" || kind === "ods" || isPage) throw new FileError("sheet");
  const isNamedTable = /\.(?:csv|tsv|tab)$/i.test(file.name);
  if (kind === "empty") throw new FileError(isNamedTable ? "table" : "empty");
  if (kind !== "text") return null;
  const text = await decodeUnknown(bytes);
  return isNamedTable || isTable(text) ? textTable(text, file.name) : null;
}

/** Return what can be read of files: themselves, or what is in those that are archives. */
async function expand(files) {
  const [entries, skipped] = [[], []];
  for (const { file, path } of files) {
    if (isJunk(path)) skipped.push(path);
    else if (await isArchive(file)) await expandArchive(file, path, { entries, skipped });
    else entries.push({ path, read: () => readFile(file) });
  }
  const order = new Intl.Collator(undefined, { numeric: true });
  return { entries: entries.sort((one, other) => order.compare(one.path, other.path)), skipped };
}

async function readFile(file) {
  if (file.size > MAX_FILE_BYTES) throw new FileError("size");
  return await bytesOf(file);
}

/** Say whether a file is an archive of files, and no document that is one, too. */
async function isArchive(file) {
  if (file.size > MAX_ARCHIVE_BYTES) return false;
  const start = await bytesOf(file.slice(0, SIGNATURE_BYTES));
  if (kindOf(start) !== "zip") return false;
  try {
    return (await documentKind(await bytesOf(file), file.name)) === "zip";
  } catch {
    return false; // the error is told when it is read
  }
}

async function expandArchive(file, path, { entries, skipped }) {
  const budget = { bytes: 0 };
  const archive = new ZipArchive(await bytesOf(file), budget);
  const read = async (name) => {
    budget.bytes = MAX_FILE_BYTES; // of each file
    return await archive.read(name);
  };
  for (const name of archive.paths()) {
    if (isJunk(name)) skipped.push(name);
    else entries.push({ path: name, read: () => read(name), archive: path });
  }
}

/** Return {path, text}, or {path, error} of a file that cannot be read. */
async function readEntry({ path, read, archive }) {
  try {
    const bytes = await read();
    if ((await documentKind(bytes, path)) === "zip") throw new FileError(archive ? "nested" : "size");
    return { path, text: await documentText(bytes, path) };
  } catch (error) {
    return { path, error: error instanceof FileError ? error : new FileError("broken") };
  }
}
