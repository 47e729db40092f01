// The XML of a sheet as text (ECMA-376, part 1, section 18.3): where its cells are, and the same
// text with some cells filled. Nothing else changes, so that what we do not know stays.

import { columnOf } from "./xlsx.js";

const TAG =
  /<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|<(\/?)([^\s/>]+)((?:"[^"]*"|'[^']*'|[^"'>])*)>/g;
const LETTERS = 26;
const MAX_TEXT = 32_767; // characters that a cell of Excel can have
// What no XML may have, and what Excel reads as a character's code.
const NO_CHARACTERS = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;
const ENCODED = /_(?=x[\da-f]{4}_)/gi;
const OF_OTHER_TYPES = /\s+(?:t|cm|vm)\s*=\s*(?:"[^"]*"|'[^']*')/g; // attributes of a cell's old value

/** Yield the tags of a well-formed text: where each is, and how many elements are around it. */
export function* tags(xml) {
  let depth = 0;
  for (const { 0: text, 1: slash, 2: name, 3: rest, index: start } of xml.matchAll(TAG)) {
    if (name === undefined) continue; // a comment, a processing instruction, or characters
    const isClosing = slash !== "";
    const isEmpty = rest.endsWith("/");
    if (isClosing) depth -= 1;
    const local = name.slice(name.indexOf(":") + 1);
    const attributes = isEmpty ? rest.slice(0, -1) : rest;
    yield { name, local, attributes, start, end: start + text.length, depth, isClosing, isEmpty };
    if (!isClosing && !isEmpty) depth += 1;
  }
}

/** Return an attribute in a tag's text, or null. */
function attributeOf({ attributes }, name) {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes);
  return found ? (found[1] ?? found[2]) : null;
}

/**
 * Return where the rows and cells of a sheet are in its XML.
 *
 * @returns {{rows: {number: number, tag: object, closing: number, cells: object[]}[],
 *   styles: object[], dimension: object | null}} `closing` is where a row's last tag is. A cell has
 *   its `column` from 0, its `tag`, its `end`, and whether it `isFormula`; `styles` are columns'.
 */
export function scanSheet(xml) {
  const sheet = { rows: [], styles: [], dimension: null };
  const spills = []; // where formulas that fill several cells do
  let [row, cell] = [null, null];
  for (const tag of tags(xml)) {
    const { local, depth, isClosing, end } = tag;
    if (depth === 1 && local === "sheetData" && isClosing) break;
    if (depth === 1 && local === "dimension" && !isClosing) sheet.dimension = tag;
    else if (depth === 2 && local === "col" && !isClosing) sheet.styles.push(columnStyle(tag));
    else if (depth === 2 && local === "row") {
      if (isClosing) row.closing = tag.start;
      else sheet.rows.push((row = newRow(tag, row)));
    } else if (depth === 3 && local === "c") {
      if (isClosing) cell.end = end;
      else row.cells.push((cell = newCell(tag, row.cells.at(-1))));
    } else if (depth === 4 && local === "f" && !isClosing) {
      cell.isFormula = true;
      if (/^(?:array|dataTable)$/.test(attributeOf(tag, "t"))) spills.push(rangeOf(attributeOf(tag, "ref")));
    }
  }
  for (const spill of spills) markFormulas(sheet.rows, spill);
  return sheet;
}

/** Return a row; one without a number follows the one before. */
function newRow(tag, before) {
  const number = Number(attributeOf(tag, "r") ?? (before?.number ?? 0) + 1);
  return { number, tag, closing: null, cells: [] };
}

function newCell(tag, before) {
  const column = columnOf(attributeOf(tag, "r")) ?? (before?.column ?? -1) + 1;
  return { column, tag, end: tag.end, isFormula: false };
}

const columnStyle = (tag) => ({
  first: Number(attributeOf(tag, "min")) - 1,
  last: Number(attributeOf(tag, "max")) - 1,
  style: attributeOf(tag, "style"),
});

/** Return the columns and rows of a range such as "B2:C9". */
function rangeOf(reference) {
  const [first, last = first] = (reference ?? "").split(":");
  const rowOf = (corner) => Number(/\d+$/.exec(corner)?.[0]);
  return { left: columnOf(first), right: columnOf(last), top: rowOf(first), bottom: rowOf(last) };
}

function markFormulas(rows, { left, right, top, bottom }) {
  for (const { number, cells } of rows) {
    if (number < top || number > bottom) continue;
    for (const cell of cells) cell.isFormula ||= cell.column >= left && cell.column <= right;
  }
}

/**
 * Return a sheet's XML with cells filled: numbers as numbers, and texts as texts whatever they are.
 *
 * @param {Map<number, Map<number, number | string>>} filled New values, by the row's place among
 *   the rows and by column.
 * @param {(style: number) => boolean} isShare Says whether a style shows numbers in percent.
 */
export function fillSheet(xml, filled, isShare) {
  const sheet = scanSheet(xml);
  const edits = [];
  let width = 0;
  for (const [place, values] of filled) {
    const row = sheet.rows[place];
    const columns = [...values.keys()].sort((one, other) => one - other);
    for (const column of columns) {
      edits.push(cellEdit(row, column, { sheet, value: values.get(column), isShare }));
    }
    width = Math.max(width, ...columns.map((column) => column + 1));
    if (columns.length > 0) edits.push(...rowEdits(row, columns.at(-1) + 1));
  }
  edits.push(...dimensionEdits(sheet.dimension, width));
  return applyEdits(xml, edits);
}

/** Return the change that fills a cell, or that adds it where the row lacks it. */
function cellEdit(row, column, { sheet, value, isShare }) {
  const cell = row.cells.find((one) => one.column === column);
  const prefix = row.tag.name.slice(0, -"row".length);
  const style = cell ? attributeOf(cell.tag, "s") : styleOf(row, column, sheet);
  const attributes = cell
    ? cell.tag.attributes.replace(OF_OTHER_TYPES, "").trimEnd()
    : ` r="${nameOf(column)}${row.number}"${style === null ? "" : ` s="${style}"`}`;
  const entered = isShare(Number(style ?? 0)) ? shareOf(value) : value;
  const text = cellXml({ prefix, attributes, value: entered });
  if (cell) return { start: cell.tag.start, end: cell.end, text };
  const next = row.cells.find((one) => one.column > column);
  const start = next ? next.tag.start : row.closing;
  return { start, end: start, text };
}

/** Return the style of a cell that is not there yet: its row's, or else its column's. */
function styleOf(row, column, { styles }) {
  if (/^(?:1|true)$/.test(attributeOf(row.tag, "customFormat"))) return attributeOf(row.tag, "s");
  return styles.find(({ first, last }) => column >= first && column <= last)?.style ?? null;
}

/** Return a number as Excel enters it where it shows percent: 85 is 0.85. */
const shareOf = (value) => (typeof value === "number" ? Number((value / 100).toPrecision(15)) : value);

function cellXml({ prefix, attributes, value }) {
  if (typeof value === "number") return `<${prefix}c${attributes}><${prefix}v>${value}</${prefix}v></${prefix}c>`;
  const text = `<${prefix}is><${prefix}t xml:space="preserve">${escapeText(value)}</${prefix}t></${prefix}is>`;
  return `<${prefix}c${attributes} t="inlineStr">${text}</${prefix}c>`;
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

const escapeText = (text) =>
  text
    .slice(0, MAX_TEXT)
    .replace(/\p{Cs}/gu, "\ufffd")
    .replace(/\r\n?/g, "\n")
    .replace(NO_CHARACTERS, "")
    .replace(ENCODED, "_x005F_")
    .replace(/[&<>]/g, (character) => ENTITIES[character]);

/** Return the letters of a column, such as "AB" of 27. */
function nameOf(column) {
  const rest = Math.floor(column / LETTERS) - 1;
  return (rest >= 0 ? nameOf(rest) : "") + String.fromCharCode(65 + (column % LETTERS));
}

/** Return the change of what a row's tag says of its width, if there is one. */
function rowEdits({ tag }, width) {
  const widen = (_, lead, last) => lead + Math.max(Number(last), width);
  const widened = tag.attributes.replace(/(\sspans\s*=\s*["'](?:\d+:\d+ )*\d+:)(\d+)/, widen);
  if (widened === tag.attributes) return [];
  return [{ start: tag.start, end: tag.end, text: `<${tag.name}${widened}>` }];
}

function dimensionEdits(tag, width) {
  const found = tag && /^(.*?\sref\s*=\s*["'])([A-Z]+\d+)(?::([A-Z]+)(\d+))?/s.exec(tag.attributes);
  if (!found) return [];
  const [whole, lead, first, letters, number] = found;
  const last = letters ? `${letters}${number}` : first;
  if (columnOf(last) + 1 >= width) return [];
  const corner = `${nameOf(width - 1)}${/\d+$/.exec(last)[0]}`;
  const attributes = `${lead}${first}:${corner}${tag.attributes.slice(whole.length)}`;
  return [{ start: tag.start, end: tag.end, text: `<${tag.name}${attributes}${tag.isEmpty ? "/" : ""}>` }];
}

/** Return a text with changes that do not overlap; those at one place come in their order. */
export function applyEdits(text, edits) {
  let [out, done] = ["", 0];
  for (const { start, end, text: inserted } of edits.toSorted((one, other) => one.start - other.start)) {
    out += text.slice(done, start) + inserted;
    done = end;
  }
  return out + text.slice(done);
}
