// A dropped or chosen file becomes text, in the browser alone.

const READERS = {
  txt: readText,
  md: readText,
  docx: async (file) => (await import("./docx.js")).readDocx(file),
};
const LIMIT = 20 * 1024 * 1024; // bytes; far more than an essay, far less than what stops a browser

const SHEETS = new Set(["xlsx", "xlsm", "xls", "ods", "numbers"]);

/** Why a file gives no text: "pdf", "type", "sheet", "size" or "broken"; each has its sentence. */
export class FileRefusal extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** The text of an essay's file. */
export async function readEssay(file) {
  const ending = endingOf(file);
  if (ending === "pdf") throw new FileRefusal("pdf");
  if (!Object.hasOwn(READERS, ending)) throw new FileRefusal("type");
  return await read(file, READERS[ending]);
}

/** The text of a table's file. */
export async function readTable(file) {
  if (SHEETS.has(endingOf(file))) throw new FileRefusal("sheet");
  return await read(file, readText);
}

const endingOf = (file) => file.name.split(".").pop().toLowerCase();

async function read(file, reader) {
  if (file.size > LIMIT) throw new FileRefusal("size");
  try {
    return await reader(file);
  } catch {
    throw new FileRefusal("broken");
  }
}

/** Text as UTF-8 or, with its mark, UTF-16; else as Windows wrote it before there was UTF-8. */
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

/** Make a part of the page take dropped files, and a button open the file dialogue. */
export function takeFiles({ area, button, input, take }) {
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    if (input.files.length > 0) take(input.files[0]);
    input.value = ""; // the same file may be chosen again
  });
  area.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    area.classList.add("over");
  });
  area.addEventListener("dragleave", () => area.classList.remove("over"));
  area.addEventListener("drop", (event) => {
    area.classList.remove("over");
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
}
