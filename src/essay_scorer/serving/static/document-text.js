// The text of an essay's file, whatever program wrote it. The content decides what it is.

import { FileError } from "./file-error.js";
import { decodeUnknown, kindOf } from "./file-kind.js";

export const MAX_FILE_BYTES = 20 * 1024 * 1024;
const MAX_ESSAY_CHARACTERS = 2 ** 20; // four times what the server accepts
const PAGE_SUFFIX = /\.(?:x?html?|mhtml?)$/i;

// Each kind's reader is loaded when the first such file is opened.
const READERS = {
  docx: async (bytes) => (await import("./docx.js")).readDocx(bytes),
  odt: async (bytes) => {
    const { readOdt, readOdtXml } = await import("./odt.js");
    return kindOf(bytes) === "zip" ? await readOdt(bytes) : readOdtXml(bytes);
  },
  pdf: async (bytes) => (await import("./pdf.js")).readPdf(bytes),
  rtf: async (bytes) => (await import("./rtf.js")).readRtf(bytes),
  mht: async (bytes) => (await import("./mht.js")).readMht(bytes),
  html: async (bytes) => {
    const { htmlToText, decodeHtml } = await import("./html-text.js");
    return htmlToText(await decodeHtml(bytes));
  },
  text: decodeUnknown,
};

/** Return the text of a chosen file. Throws FileError. */
export async function readEssay(file) {
  if (file.size > MAX_FILE_BYTES) throw new FileError("size");
  return await documentText(await bytesOf(file), file.name);
}

/** Return the bytes of a file. Throws FileError. */
export async function bytesOf(file) {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new FileError("broken"); // it was deleted, or is in a cloud that is not reached
  }
}

/** Return the text of a document. Throws FileError. */
export async function documentText(bytes, name) {
  const text = await guarded(async () => {
    const kind = await documentKind(bytes, name);
    if (kind === "text" && /\.(?:csv|tsv|tab)$/i.test(name)) throw new FileError("sheet_as_essay");
    if (!Object.hasOwn(READERS, kind)) throw new FileError(refusalOf(kind));
    return await READERS[kind](bytes);
  });
  if (!/[\p{L}\p{N}]/u.test(text)) throw new FileError("empty");
  if (text.length > MAX_ESSAY_CHARACTERS) throw new FileError("size");
  return text;
}

/** Return what a file is: a kind of document, "xlsx", "ods", "zip", or a code of FileError. */
export async function documentKind(bytes, name) {
  const kind = kindOf(bytes);
  if (kind === "zip") return await guarded(() => kindOfArchive(bytes));
  // A part of a page does not say that it is one.
  return kind === "text" && PAGE_SUFFIX.test(name) ? "html" : kind;
}

async function kindOfArchive(bytes) {
  const { ZipArchive } = await import("./zip-archive.js");
  const { archiveKind } = await import("./office-package.js");
  return await archiveKind(new ZipArchive(bytes));
}

const refusalOf = (kind) => (["xlsx", "ods", "sheet"].includes(kind) ? "sheet_as_essay" : kind);

/** Return what a reader returns. Throws only FileError: a damaged file has any error. */
async function guarded(read) {
  try {
    return await read();
  } catch (error) {
    throw error instanceof FileError ? error : new FileError("broken");
  }
}
