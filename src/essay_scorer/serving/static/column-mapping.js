// The role of each column in a table: guessed from its title, corrected by the teacher.

import { byId, create } from "./dom.js";
import { formatNumber, plural, translate } from "./i18n.js";

const PREVIEW_CHARACTERS = 300;

// Usual titles of each role, most telling first, as `normalizeTitle` returns them.
const USUAL_TITLES = {
  text: [
    ...["text", "essay", "fulltext", "essaytext"],
    ...["texte", "redaction", "copie", "reponse", "answer"],
  ],
  name: [
    ...["name", "student", "studentname", "studentid", "id", "essayid", "essayidcomp"],
    ...["nom", "eleve", "prenom", "identifiant"],
  ],
  prompt: ["prompt", "prompttext", "assignment", "question", "sujet", "consigne", "devoir"],
  teacherScore: ["score", "grade", "mark", "teacherscore", "holisticscore", "humanscore", "note"],
};

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

/** Return a title in lower case, without accents, spaces, and punctuation. */
const normalizeTitle = (title) =>
  title.normalize("NFD").toLowerCase().replace(/[^a-z0-9]/g, "");

/** Return the index of the column with the most text. */
function longestColumn(titles, rows) {
  const sizes = titles.map((_, index) =>
    rows.reduce((size, row) => size + (row[index] ?? "").length, 0),
  );
  return sizes.indexOf(Math.max(...sizes));
}

/** Fill the form with a table's columns, the guessed ones selected. */
export function showColumnForm(table) {
  const titles = table.rows[0];
  for (const [role, column] of Object.entries(table.columns)) {
    const none = create("option", { value: "" }, translate("column_none"));
    const options = titles.map((title, index) =>
      create("option", { value: index }, title || formatNumber(index + 1)),
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
  const first = texts.find((text) => text.trim() !== "") ?? "";
  byId("essay-preview").textContent =
    first.length > PREVIEW_CHARACTERS ? `${first.slice(0, PREVIEW_CHARACTERS)}…` : first;
}
