// File selection and drag and drop. Files are read in the browser and never uploaded.

import { FileError } from "./file-error.js";
import { decodeText, kindOf } from "./file-kind.js";

const TEXT_FILES = new Set(["txt", "text", "md", "markdown"]);
const WEB_PAGES = new Set(["html", "htm", "xhtml", "mht", "mhtml", "doc", "docx"]); // some are
const WORD_FILES = new Set(["docx", "docm", "dotx", "dotm"]);
const SPREADSHEETS = new Set(["xlsx", "xlsm", "xls", "ods", "numbers"]);
const REFUSED = new Set(["pdf", "rtf", "doc", "odt"]); // a message says what to do with each
const MAX_FILE_BYTES = 20 * 1024 * 1024;
const MAX_ESSAY_CHARACTERS = 2 ** 20; // four times what the server accepts

/** Return the text of an essay file. Throws FileError. */
export async function readEssay(file) {
  const text = await read(file, essayText);
  if (!/[\p{L}\p{N}]/u.test(text)) throw new FileError("empty");
  if (text.length > MAX_ESSAY_CHARACTERS) throw new FileError("size");
  return text;
}

/** Return the text of a CSV file. Throws FileError. */
export async function readTable(file) {
  if (SPREADSHEETS.has(extensionOf(file))) throw new FileError("sheet");
  return await read(file, tableText);
}

const extensionOf = (file) => /\.([^.]*)$/.exec(file.name)?.[1].toLowerCase() ?? "";

async function read(file, reader) {
  if (file.size > MAX_FILE_BYTES) throw new FileError("size");
  try {
    return await reader(new Uint8Array(await file.arrayBuffer()), extensionOf(file));
  } catch (error) {
    throw error instanceof FileError ? error : new FileError("broken");
  }
}

async function essayText(bytes, extension) {
  const kind = kindOf(bytes);
  if (kind === "zip") return await readOfficeFile(bytes, extension);
  if (kind === "sheet") throw new FileError("type");
  if (!["text", "html", "mht"].includes(kind)) throw new FileError(kind);
  if (TEXT_FILES.has(extension)) return readText(bytes);
  if (WEB_PAGES.has(extension) && kind === "mht") return (await import("./mht.js")).readMht(bytes);
  const isPage = WEB_PAGES.has(extension) && kind === "html";
  if (isPage || /htm/.test(extension)) {
    const { htmlToText, decodeHtml } = await import("./html-text.js");
    return htmlToText(decodeHtml(bytes));
  }
  if (WORD_FILES.has(extension)) throw new Error("archive");
  throw new FileError(REFUSED.has(extension) ? extension : "type");
}

/** Decode a text file; programs and pictures have characters that no text has. */
function readText(bytes, code = "type") {
  const text = decodeText(bytes);
  if (text.includes("\0")) throw new FileError(code);
  return text;
}

async function readOfficeFile(bytes, extension) {
  const { archiveKind, readDocx } = await import("./docx.js");
  const kind = await archiveKind(bytes);
  if (kind === "docx") return await readDocx(bytes);
  if (kind === "odt") throw new FileError("odt");
  if (WORD_FILES.has(extension)) throw new Error("absent");
  throw new FileError("type");
}

/** Return the text of a table; that of another kind of file is none. */
async function tableText(bytes) {
  const kind = kindOf(bytes);
  if (kind === "text") return readText(bytes, "table");
  if (kind === "sheet" || kind === "password") throw new FileError(kind);
  const inside = kind === "zip" ? await (await import("./docx.js")).archiveKind(bytes) : kind;
  throw new FileError(inside === "sheet" ? "sheet" : "table");
}

/** Call `onFile` with each file that is dropped on or pasted into the zone, or chosen. */
export function acceptFiles({ zone, button, input, onFile }) {
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    if (input.files.length > 0) onFile(input.files[0]);
    input.value = ""; // lets the same file be chosen again
  });
  zone.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    zone.classList.add("drag-over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("drag-over"));
  zone.addEventListener("drop", (event) => {
    zone.classList.remove("drag-over");
    takeFile(event, event.dataTransfer);
  });
  zone.addEventListener("paste", (event) => takeFile(event, event.clipboardData));

  function takeFile(event, transfer) {
    // Office programs add a picture to the text that they copy.
    if (!transfer?.files.length || transfer.types.includes("text/plain")) return;
    event.preventDefault();
    onFile(transfer.files[0]);
  }
}
