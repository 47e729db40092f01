// The text of PDF files, which pdf.js reads in a thread of its own. They place lines on pages, and
// only these places tell where a paragraph ends.

import { FileError } from "./file-error.js";
import { startParser } from "./inert-parser.js";

const MAX_PAGES = 100; // an essay has a tenth of them
const WORKER = new URL("./vendor/pdfjs/pdf.worker.min.mjs", import.meta.url).href;
// Only text is read: nothing is drawn, and no font is loaded.
const OPTIONS = {
  ...{ verbosity: 0, disableFontFace: true, useSystemFonts: false, useWasm: false },
  ...{ useWorkerFetch: false, isOffscreenCanvasSupported: false, enableXfa: false },
};

const SAME_LINE = 0.4; // of the font's size, by which two baselines differ at most
const MAX_SPACE = 0.15; // of the font's size; a wider gap between two pieces is a space
const MARGIN = 0.1; // of the page's height, at the top and at the bottom, for running heads
const WIDE_GAP = 1.3; // of the usual distance of lines
const INDENT = 0.8; // of the font's size
const CENTERED = 4; // times the font's size, more than the first line of a paragraph is indented
const SENTENCE_END = /[.!?…:]["'”’»)\]]*$/;

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

/** Return the text of pages, with blank lines between paragraphs. */
function layOut(pages) {
  const lines = withoutRunningHeads(pages.map(pageLines));
  return joinLines(lines.flat()).join("\n\n");
}

/** Return the lines of a page, from the top. */
function pageLines({ items, height }, page) {
  const lines = [];
  let line = null;
  for (const { str, transform, width } of items) {
    if (str.trim() === "") continue;
    const piece = { text: str, left: transform[4], right: transform[4] + width, bottom: transform[5] };
    const size = Math.hypot(transform[2], transform[3]);
    const isSame = line && Math.abs(line.bottom - piece.bottom) <= SAME_LINE * Math.max(size, line.size);
    if (isSame && piece.left > line.left) append(line, piece, size);
    else lines.push((line = { ...piece, size, page, height }));
  }
  return lines.map((one) => ({ ...one, text: one.text.replace(/\s+/g, " ").trim() }));
}

function append(line, piece, size) {
  const isApart = piece.left - line.right > MAX_SPACE * size;
  line.text += (isApart ? " " : "") + piece.text;
  line.right = Math.max(line.right, piece.right);
  line.size = Math.max(line.size, size);
}

/** Leave out page numbers, and what is repeated at the top or bottom of pages. */
function withoutRunningHeads(pages) {
  const counts = new Map();
  const keyOf = (line) => `${line.text.replace(/\d+/g, "#")} ${Math.round(line.bottom)}`;
  for (const lines of pages) {
    for (const key of new Set(lines.filter(isInMargin).map(keyOf))) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const isHead = (line) => isInMargin(line) && (isNumber(line.text) || counts.get(keyOf(line)) > 1);
  return pages.map((lines) => lines.filter((line) => !isHead(line)));
}

const isInMargin = ({ bottom, height }) =>
  bottom < MARGIN * height || bottom > (1 - MARGIN) * height;

/** Say whether a line is a page number: "3", "- 3 -", "Page 3 of 4". */
const isNumber = (text) => /^[-–—\s]*(?:p(?:age|\.)?\s*)?\d{1,3}(?:\s*(?:\/|of|sur)\s*\d{1,3})?[-–—\s]*$/i.test(text);

function joinLines(lines) {
  const shape = shapeOf(lines);
  const paragraphs = [];
  lines.forEach((line, index) => {
    const before = lines[index - 1];
    if (!before || startsParagraph(line, before, shape)) paragraphs.push(line.text);
    else paragraphs.push(join(paragraphs.pop(), line.text));
  });
  return paragraphs;
}

/** Join two lines; a word that was divided after its hyphen gets no space. */
const join = (text, line) =>
  text + (/\p{L}[-\u2010]$/u.test(text) && /^\p{L}/u.test(line) ? "" : " ") + line;

/** Return the usual distance of lines, and the margins. */
function shapeOf(lines) {
  const gaps = lines.slice(1).flatMap((line, index) => {
    const gap = lines[index].bottom - line.bottom;
    return line.page === lines[index].page && gap > 0 ? [gap] : [];
  });
  return {
    gap: usual(gaps, 0.4), // where paragraphs are short, many gaps are wider
    left: usual(lines.map(({ left }) => left), 0.25),
    right: usual(lines.map(({ right }) => right), 0.9),
  };
}

/** Return the value of this rank, between 0 and 1. */
function usual(values, rank) {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(rank * (sorted.length - 1))] ?? 0;
}

/** Say whether a line stands apart from both margins, as a title does. */
const isCentered = (line, { left, right }) =>
  line.left - left > CENTERED * line.size && right - line.right > CENTERED * line.size;

function startsParagraph(line, before, { gap, left, right }) {
  const distance = before.bottom - line.bottom;
  const isSamePage = line.page === before.page;
  if (isSamePage && (distance > WIDE_GAP * gap || distance < 0)) return true;
  const isIndented = line.left - left > INDENT * line.size;
  if (isIndented && Math.abs(line.left - before.left) > INDENT * line.size) return true;
  if (isCentered(before, { left, right })) return true;
  if (Math.abs(line.size - before.size) > 0.2 * before.size) return true; // a heading
  // The next word would have fit into the line before.
  const word = line.text.split(" ", 1)[0];
  const wordWidth = ((line.right - line.left) * (word.length + 1)) / Math.max(line.text.length, 1);
  const isShort = before.right + wordWidth < right - 0.5 * line.size;
  return isShort && (SENTENCE_END.test(before.text) || before.right < 0.6 * right);
}
