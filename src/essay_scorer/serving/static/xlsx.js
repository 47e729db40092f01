// The sheets of Excel files (ECMA-376, part 1, section 18), as rows of text.

import { all, attribute, readXml, relationships } from "./office-package.js";
import { ZipArchive } from "./zip-archive.js";

const MAX_UNPACKED_BYTES = 64 * 1024 * 1024; // the texts of some hundred essays
const MAX_COLUMNS = 1000;
// Numbers that are dates, times, or shares, by their built-in formats.
const DATES = new Set([14, 15, 16, 17, 22, 27, 30, 36, 50, 57]);
const TIMES = new Set([18, 19, 20, 21, 45, 46, 47]);
const SHARES = new Set([9, 10]);
const DAY = 86_400_000;
const LAST_DAY = 2_958_465; // of the year 9999
const EPOCHS = { 1900: Date.UTC(1899, 11, 30), 1904: Date.UTC(1904, 0, 1) };

/** Return the visible sheets of a workbook: their names, parts, and rows of text. Throws FileError. */
export async function readSheets(bytes) {
  const { sheets } = await readWorkbook(bytes);
  const texts = (rows) => squareRows(rows).map(({ cells }) => cells);
  return sheets.map(({ name, part, rows }) => ({ name, part, rows: texts(rows) }));
}

/**
 * Return the parts of a workbook. Throws FileError.
 *
 * @returns {Promise<{archive: ZipArchive, part: string, formats: object,
 *   sheets: {name: string, part: string, rows: string[][]}[]}>} The visible sheets with the text of
 *   each row that the file has, and what the numbers of each style are.
 */
export async function readWorkbook(bytes) {
  const archive = new ZipArchive(bytes, { bytes: MAX_UNPACKED_BYTES });
  const main = (await relationships(archive, "")).find(({ type }) => type === "officeDocument");
  const part = main?.part ?? "xl/workbook.xml";
  const workbook = await readXml(archive, part);
  if (!workbook) throw new Error("absent");
  const parts = await relationships(archive, part);
  const ofType = async (name) => {
    const found = parts.find(({ type }) => type === name);
    return found ? await readXml(archive, found.part) : null;
  };
  const strings = all(await ofType("sharedStrings"), "si").map(richText);
  const formats = cellFormats(await ofType("styles"), workbook);
  const sheets = [];
  for (const sheet of all(workbook, "sheet")) {
    const found = parts.find(({ id }) => id === attribute(sheet, "id"));
    if (found?.type !== "worksheet" || attribute(sheet, "state")?.match(/hidden/i)) continue;
    const rows = readRows(await readXml(archive, found.part), { strings, formats });
    sheets.push({ name: attribute(sheet, "name"), part: found.part, rows });
  }
  return { archive, part, formats, sheets };
}

/** Return the rows that are not blank, equally long, with the place of each in the sheet. */
export function squareRows(rows) {
  const filled = rows
    .map((cells, place) => ({ cells, place }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""));
  const width = Math.max(0, ...filled.map(({ cells }) => cells.length));
  const square = (cells) => [...cells, ...Array(width - cells.length).fill("")];
  return filled.map(({ cells, place }) => ({ cells: square(cells), place }));
}

function readRows(xml, workbook) {
  const rows = [];
  for (const row of all(all(xml, "sheetData")[0], "row")) {
    const cells = [];
    for (const cell of all(row, "c")) {
      const column = columnOf(attribute(cell, "r")) ?? cells.length;
      if (column < MAX_COLUMNS) cells[column] = cellText(cell, workbook);
    }
    rows.push(Array.from(cells, (cell) => cell ?? ""));
  }
  return rows;
}

/** Return the index of the column in a reference such as "AB12", or null. */
export function columnOf(reference) {
  const letters = /^[A-Z]+/.exec(reference ?? "")?.[0];
  if (!letters) return null;
  return [...letters].reduce((sum, letter) => 26 * sum + letter.charCodeAt(0) - 64, 0) - 1;
}

function cellText(cell, { strings, formats }) {
  const type = attribute(cell, "t") ?? "n";
  if (type === "inlineStr") return all(cell, "is").map(richText).join("");
  const value = all(cell, "v")[0]?.textContent ?? "";
  if (type === "s") return strings[Number(value)] ?? "";
  if (type === "str" || type === "d") return unescapeText(value);
  if (type === "b") return value === "1" ? "TRUE" : "FALSE";
  if (type === "e" || value === "") return "";
  return formatNumberCell(value, formats, Number(attribute(cell, "s") ?? 0));
}

/** Return the text of a string, without pronunciation aids. */
function richText(node) {
  const texts = all(node, "t").filter((one) => one.parentNode.localName !== "rPh");
  return unescapeText(texts.map((one) => one.textContent).join(""));
}

const unescapeText = (text) =>
  text
    .replace(/_x([\da-f]{4})_/gi, (_, code) => String.fromCharCode(parseInt(code, 16)))
    .replace(/\r\n?/g, "\n");

/** Return what the numbers of each style are ("date", "time", "share", or ""), and the epoch. */
function cellFormats(styles, workbook) {
  const custom = new Map(
    all(styles, "numFmt").map((node) => [
      Number(node.getAttribute("numFmtId")),
      kindOfFormat(node.getAttribute("formatCode") ?? ""),
    ]),
  );
  const kinds = all(all(styles, "cellXfs")[0], "xf").map((node) => {
    const id = Number(node.getAttribute("numFmtId"));
    return custom.get(id) ?? builtIn(id);
  });
  const is1904 = /^(1|true)$/.test(all(workbook, "workbookPr")[0]?.getAttribute("date1904") ?? "");
  return { kinds, epoch: EPOCHS[is1904 ? 1904 : 1900] };
}

function builtIn(id) {
  if (DATES.has(id)) return "date";
  if (TIMES.has(id)) return "time";
  return SHARES.has(id) ? "share" : "";
}

function kindOfFormat(code) {
  const [bare] = code.replace(/"[^"]*"|\\.|\[[^\]]*\]|_.|\*./g, "").split(";");
  if (/[dy]/i.test(bare)) return "date";
  if (/[hs]/i.test(bare)) return "time";
  return bare.includes("%") ? "share" : "";
}

/** Return a number as it is read in a table: dates in ISO 8601, shares in percent. */
function formatNumberCell(value, { kinds, epoch }, style) {
  const number = Number(value);
  const kind = kinds[style] ?? "";
  if (!Number.isFinite(number)) return value;
  if (kind === "date" && Math.abs(number) > LAST_DAY) return value;
  if (kind === "date") {
    const iso = new Date(epoch + Math.round(number * DAY)).toISOString();
    return iso.slice(0, 10) + (Number.isInteger(number) ? "" : ` ${iso.slice(11, 16)}`);
  }
  if (kind === "time") return new Date(Math.round((number % 1) * DAY)).toISOString().slice(11, 16);
  const plain = (one) => String(Number(one.toPrecision(15)));
  return kind === "share" ? `${plain(number * 100)}%` : plain(number);
}
