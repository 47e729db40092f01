// The role of each column in a table: guessed from its title, corrected by the teacher.

import { byId, create } from "./dom.js";
import { isMarkup, plainText } from "./html-text.js";
import { plural, translate } from "./i18n.js";
import { normalizeTitle, USUAL_TITLES } from "./table-header.js";

const PREVIEW_CHARACTERS = 300;

/** Return the index of each role's column, or null where no title fits. */
export function guessColumns(titles, rows) {
  const normalized = titles.map(normalizeTitle);
  const columns = {};
  for (const [role, usual] of Object.entries(USUAL_TITLES)) {
    const found = usual.map((title) => normalized.indexOf(title)).find((index) => index >= 0);
    columns[role] = found ?? null;
  }
  columns.text ??= longestColumn(titles, rows);
  return columns;
}

/** Return the index of the column with the most text; one without a title is ignored. */
function longestColumn(titles, rows) {
  const sizes = titles.map((title, index) =>
    title === "" ? -1 : rows.reduce((size, row) => size + (row[index] ?? "").length, 0),
  );
  return sizes.indexOf(Math.max(...sizes));
}

/** Fill the form with a table's columns, the guessed ones selected. */
export function showColumnForm(table) {
  const titles = table.rows[0];
  for (const [role, column] of Object.entries(table.columns)) {
    const none = create("option", { value: "" }, translate("column_none"));
    const options = titles.flatMap((title, index) =>
      title === "" ? [] : [create("option", { value: index }, title)],
    );
    selectOf(role).replaceChildren(...(role === "text" ? [] : [none]), ...options);
    selectOf(role).value = column ?? "";
  }
  const count = table.rows.length - 1;
  byId("essay-count").textContent = plural("essays", count, { file: table.fileName });
  updatePreview(table);
}

const selectOf = (role) => byId("column-form").elements.namedItem(role);

/** Return the index of each role's selected column, or null. */
export function selectedColumns() {
  const selected = (role) => selectOf(role).value;
  return Object.fromEntries(
    Object.keys(USUAL_TITLES).map((role) => [
      role,
      selected(role) === "" ? null : Number(selected(role)),
    ]),
  );
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
