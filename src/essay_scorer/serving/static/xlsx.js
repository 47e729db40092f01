// The sheets of Excel files (ECMA-376, part 1, section 18), as rows of text.

import { binaryString, decodeText } from "./file-kind.js";
import { parseXml } from "./inert-parser.js";
import { cellFormats, formatNumberCell } from "./xlsx-formats.js";
import { ZipArchive } from "./zip-archive.js";

const MAX_UNPACKED_BYTES = 64 * 1024 * 1024; // the texts of some hundred essays
const MAX_COLUMNS = 1000;

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
  const main = (await related(archive, "")).find(({ type }) => type === "officeDocument");
  const part = main?.part ?? "xl/workbook.xml";
  const workbook = await readXml(archive, part);
  if (!workbook) throw new Error("absent");
  const parts = await related(archive, part);
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

const all = (xml, name) => [...(xml?.getElementsByTagNameNS("*", name) ?? [])];

const attribute = (node, name) =>
  [...(node?.attributes ?? [])].find((one) => one.localName === name)?.value;

async function readXml(archive, name) {
  const xml = await readXmlText(archive, name);
  return xml === null ? null : parseXml(xml);
}

/** Return the text of a part that is XML, or null if there is none of this name. Throws FileError. */
export async function readXmlText(archive, name) {
  const bytes = await archive.read(name);
  if (!bytes) return null;
  const declaration = binaryString(bytes.subarray(0, 200));
  return decodeText(bytes, /encoding=["']([\w.-]+)["']/.exec(declaration)?.[1] ?? "utf-8");
}

/** Return what a part refers to: the id, the type's name, and the part's. */
async function related(archive, part) {
  const folder = part.slice(0, part.lastIndexOf("/") + 1);
  const xml = await readXml(archive, `${folder}_rels/${part.slice(folder.length)}.rels`);
  return all(xml, "Relationship").map((node) => ({
    id: node.getAttribute("Id"),
    type: node.getAttribute("Type")?.split("/").pop(),
    part: new URL(node.getAttribute("Target") ?? "", `http://archive/${folder}`).pathname.slice(1),
  }));
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
