// File selection and drag and drop. Files are read in the browser and never uploaded.

const READERS = {
  txt: readText,
  md: readText,
  docx: async (file) => (await import("./docx.js")).readDocx(file),
};
const SPREADSHEETS = new Set(["xlsx", "xlsm", "xls", "ods", "numbers"]);
const MAX_FILE_BYTES = 20 * 1024 * 1024;

/** A file that has no readable text; its code is "pdf", "type", "sheet", "size", or "broken". */
export class FileError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** Return the text of an essay file. Throws FileError. */
export async function readEssay(file) {
  const extension = extensionOf(file);
  if (extension === "pdf") throw new FileError("pdf");
  if (!Object.hasOwn(READERS, extension)) throw new FileError("type");
  return await read(file, READERS[extension]);
}

/** Return the text of a CSV file. Throws FileError. */
export async function readTable(file) {
  if (SPREADSHEETS.has(extensionOf(file))) throw new FileError("sheet");
  return await read(file, readText);
}

const extensionOf = (file) => file.name.split(".").pop().toLowerCase();

async function read(file, reader) {
  if (file.size > MAX_FILE_BYTES) throw new FileError("size");
  try {
    return await reader(file);
  } catch {
    throw new FileError("broken");
  }
}

/** Decode UTF-8, UTF-16 with a byte order mark, or else Windows-1252. */
async function readText(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** Call `onFile` with each file that is dropped on the zone or chosen with the button. */
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
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    onFile(event.dataTransfer.files[0]);
  });
}
