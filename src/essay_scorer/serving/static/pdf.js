// The text of PDF files, which pdf.js reads in a thread of its own.

import { FileError } from "./file-error.js";
import { startParser } from "./inert-parser.js";
import { layOut } from "./pdf-layout.js";

const MAX_PAGES = 100; // an essay has a tenth of them
const WORKER = new URL("./vendor/pdfjs/pdf.worker.min.mjs", import.meta.url).href;
// Only text is read: nothing is drawn, and no font is loaded.
const OPTIONS = {
  ...{ verbosity: 0, disableFontFace: true, useSystemFonts: false, useWasm: false },
  ...{ useWorkerFetch: false, isOffscreenCanvasSupported: false, enableXfa: false },
};

/** Return the text of a PDF file, with blank lines between paragraphs. Throws FileError. */
export async function readPdf(bytes) {
  const pdfjs = await import("./vendor/pdfjs/pdf.min.mjs");
  const port = startParser(WORKER);
  const worker = new pdfjs.PDFWorker({ port, verbosity: OPTIONS.verbosity });
  try {
    const data = bytes.slice(); // pdf.js takes it to the other thread
    return await readText(await pdfjs.getDocument({ data, worker, ...OPTIONS }).promise);
  } catch (error) {
    throw error?.name === "PasswordException" ? new FileError("password") : error;
  } finally {
    worker.destroy();
    port.terminate();
  }
}

async function readText(file) {
  if (file.numPages > MAX_PAGES) throw new FileError("size");
  const pages = [];
  for (let number = 1; number <= file.numPages; number++) {
    const page = await file.getPage(number);
    const { items } = await page.getTextContent();
    pages.push({ items, height: page.view[3] - page.view[1] });
  }
  const text = layOut(pages);
  if (!/\p{L}/u.test(text)) throw new FileError("scan");
  return text;
}
