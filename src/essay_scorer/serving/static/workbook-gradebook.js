// An Excel workbook as a gradebook: the class lists in its sheets, and the same workbook with marks
// and comments filled in. All other parts stay byte for byte.

import { findLayout } from "./gradebook.js";
import { readXmlText } from "./office-package.js";
import { applyEdits, fillSheet, scanSheet, tags } from "./sheet-xml.js";
import { readWorkbook, squareRows } from "./xlsx.js";
import { copyArchive } from "./zip-writer.js";

export const WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
// The elements that calcPr follows in a workbook (CT_Workbook in ECMA-376, part 1, annex A.2).
const BEFORE_CALCULATION = new Set(["sheets", "functionGroups", "externalReferences", "definedNames"]);

/**
 * Return the class list of each sheet that has one, as `findLayout` does.
 *
 * A layout also has the sheet's `part` and name, and the workbook's number of sheets; a student's
 * record has the `place` of the row, and the columns of cells that hold `formulas`.
 */
export async function readWorkbookLayouts(bytes) {
  const { archive, sheets } = await readWorkbook(bytes);
  const layouts = [];
  for (const { name, part, rows } of sheets) {
    const layout = findLayout({ separator: ",", records: squareRows(rows) });
    if (!layout) continue;
    markFormulas(layout, scanSheet(await readXmlText(archive, part)));
    layouts.push({ ...layout, part, sheet: name, sheets: sheets.length });
  }
  return layouts;
}

function markFormulas({ students }, { rows }) {
  for (const { record } of students) {
    const formulas = rows[record.place].cells.filter(({ isFormula }) => isFormula);
    record.formulas = new Set(formulas.map(({ column }) => column));
  }
}

/**
 * Return a workbook's bytes with cells of one sheet filled in.
 *
 * @param {Map<object, Map<number, number | string>>} filled New cells, by record and column.
 */
export async function fillWorkbook(bytes, { part }, filled) {
  const workbook = await readWorkbook(bytes);
  const { archive, formats } = workbook;
  const byPlace = new Map([...filled].map(([{ place }, cells]) => [place, cells]));
  const isShare = (style) => formats.kinds[style] === "share";
  const sheet = fillSheet(await readXmlText(archive, part), byPlace, isShare);
  const book = calculateOnLoad(await readXmlText(archive, workbook.part));
  const replaced = [[part, sheet], [workbook.part, book]];
  return await copyArchive(archive, new Map(replaced.map(([name, xml]) => [name.toLowerCase(), encodeXml(xml)])));
}

/**
 * Return a workbook's XML that has Excel calculate all formulas when it opens the file.
 *
 * Each formula's cell keeps its last value, which Excel shows until then: the average of the marks
 * would still be the one from before they were filled in.
 */
function calculateOnLoad(xml) {
  let [calculation, before] = [null, null];
  for (const tag of tags(xml)) {
    if (tag.depth !== 1) continue;
    if (tag.local === "calcPr" && !tag.isClosing) calculation = tag;
    if (BEFORE_CALCULATION.has(tag.local)) before = tag;
  }
  const { name, attributes, start, end, isEmpty } = calculation ?? { ...before, attributes: "", isEmpty: true };
  const kept = attributes.replace(/\s+fullCalcOnLoad\s*=\s*(?:"[^"]*"|'[^']*')/, "").trimEnd();
  const tagName = `${name.slice(0, name.indexOf(":") + 1)}calcPr`;
  const text = `<${tagName}${kept} fullCalcOnLoad="1"${isEmpty ? "/" : ""}>`;
  return applyEdits(xml, [{ start: calculation ? start : end, end, text }]);
}

/** Return XML in UTF-8; a declaration says nothing else. */
const encodeXml = (xml) =>
  new TextEncoder().encode(xml.replace(/^(\s*<\?xml[^>]*?encoding=["'])[\w.-]+/, "$1UTF-8"));
