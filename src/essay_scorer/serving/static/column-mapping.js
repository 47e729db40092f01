// The role of each column in a table: guessed from its title, corrected by the teacher.

import { byId, create } from "./dom.js";
import { isMarkup, plainText } from "./html-text.js";
import { plural, translate } from "./i18n.js";
import { countWords } from "./paragraphs.js";
import { findNamePair, normalizeTitle, USUAL_TITLES } from "./table-header.js";

const PREVIEW_CHARACTERS = 300;
const MIN_WORDS = 20; // the median of a column with essays
const FULL_NAMES = new Set(["fullname", "nomcomplet", "studentname", "nometprenom", "nomprenom"]);

/**
 * Return the column of each role, or null where none fits.
 *
 * A column is an index; that of names may be several, as "3+4".
 */
export function guessColumns(titles, rows) {
  const normalized = titles.map(normalizeTitle);
  const columns = {};
  for (const [role, usual] of Object.entries(USUAL_TITLES)) {
    const found = usual.map((title) => normalized.indexOf(title)).find((index) => index >= 0);
    columns[role] = found ?? null;
  }
  columns.name = nameColumns(titles, columns.name);
  columns.text = essayColumn(titles, rows, columns.text);
  return columns;
}

function nameColumns(titles, guessed) {
  const pair = findNamePair(titles);
  const isFull = guessed !== null && FULL_NAMES.has(normalizeTitle(titles[guessed]));
  return pair === null || isFull ? guessed : pair.join("+");
}

/** Return the text of a row in a column, or in several. */
export const cellText = (cells, column) =>
  column === null
    ? ""
    : String(column)
        .split("+")
        .map((index) => plainText(cells[index] ?? "").trim())
        .filter(Boolean)
        .join(" ");

/** Return the index of the column with essays: that with a usual title, or else the most words. */
function essayColumn(titles, rows, usual) {
  if (rows.length === 0) return usual;
  if (usual !== null && hasEssays(rows, usual, true)) return usual;
  const medians = titles.map((title, index) => (title === "" ? -1 : medianWords(rows, index)));
  const best = medians.indexOf(Math.max(...medians));
  return medians[best] >= MIN_WORDS ? best : null;
}

/** Return the median number of words in a column, without its empty cells. */
function medianWords(rows, column) {
  const texts = rows.map((row) => row[column] ?? "").filter((text) => text.trim() !== "");
  const counts = texts.map(countWords).sort((one, other) => one - other);
  return counts[Math.floor(counts.length / 2)] ?? 0;
}

/**
 * Say whether a column has essays in it, and not names, marks, or addresses.
 *
 * Under a usual title, a short answer of a sentence is an essay, too.
 */
export function hasEssays(rows, column, isUsual) {
  if (medianWords(rows, column) >= MIN_WORDS) return true;
  const texts = rows.map((row) => plainText(row[column] ?? "").trim()).filter(Boolean);
  const sentences = texts.filter((text) => /\p{L}{2}.*[.!?…]["'”’»)]*$/su.test(text));
  return isUsual && texts.length > 0 && sentences.length >= texts.length / 2;
}

/** Fill the form with a table's columns, the guessed ones selected. */
export function showColumnForm(table) {
  const titles = table.rows[0];
  for (const [role, column] of Object.entries(table.columns)) {
    const none = create("option", { value: "" }, translate("column_none"));
    const options = titles.flatMap((title, index) =>
      title === "" ? [] : [create("option", { value: index }, title)],
    );
    if (role === "name") options.unshift(...pairOptions(titles));
    selectOf(role).replaceChildren(...(role === "text" ? [] : [none]), ...options);
    selectOf(role).value = column ?? "";
  }
  const count = table.rows.length - 1;
  byId("essay-count").textContent = plural("essays", count, { file: table.fileName });
  updatePreview(table);
}

function pairOptions(titles) {
  const pair = findNamePair(titles);
  if (pair === null) return [];
  return [create("option", { value: pair.join("+") }, pair.map((index) => titles[index]).join(" + "))];
}

const selectOf = (role) => byId("column-form").elements.namedItem(role);

/** Return each role's selected column, or null. */
export function selectedColumns() {
  const column = (value) => (value === "" ? null : value.includes("+") ? value : Number(value));
  const roles = Object.keys(USUAL_TITLES);
  return Object.fromEntries(roles.map((role) => [role, column(selectOf(role).value)]));
}

/** Update the table's columns, and show the beginning of the first essay for a check. */
export function updatePreview(table) {
  table.columns = selectedColumns();
  const texts = table.rows.slice(1).map((row) => row[table.columns.text] ?? "");
  const first = plainText(texts.find((text) => text.trim() !== "") ?? "");
  byId("essay-preview").textContent =
    first.length > PREVIEW_CHARACTERS ? `${first.slice(0, PREVIEW_CHARACTERS)}…` : first;
  const notes = notesOn(table, texts.filter(isMarkup).length);
  byId("table-notes").replaceChildren(...notes.map((note) => create("li", {}, note)));
}

/** Return sentences on what is read differently from how it stands in the file. */
function notesOn({ above, hasImportIds }, htmlCount) {
  const notes = [];
  if (above.length > 0) notes.push(plural("lines_above", above.length, { lines: above.join(" / ") }));
  if (hasImportIds) notes.push(translate("import_ids"));
  if (htmlCount > 0) notes.push(plural("html_essays", htmlCount));
  return notes;
}
