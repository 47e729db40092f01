// Which column of a table holds what: guessed by the usual names, chosen by the teacher.

import { element, make } from "./dom.js";
import { number, say, sayMany } from "./language.js";

const SHOWN = 300; // characters of the first essay

const NAMES = {
  text: ["text", "essay", "fulltext", "essaytext", "texte", "redaction", "copie", "reponse", "answer"],
  name: [
    ...["name", "student", "studentname", "studentid", "id", "essayid"],
    ...["nom", "eleve", "prenom", "identifiant"],
  ],
  prompt: ["prompt", "assignment", "question", "sujet", "consigne", "devoir"],
  own: ["score", "grade", "mark", "holisticscore", "humanscore", "note"],
};

/** The columns that a table's head and rows suggest; null where nothing does. */
export function guessColumns(head, rows) {
  const plain = head.map((title) => title.normalize("NFD").toLowerCase().replace(/[^a-z0-9]/g, ""));
  const guessed = {};
  for (const [use, names] of Object.entries(NAMES)) {
    const found = names.map((name) => plain.indexOf(name)).find((column) => column >= 0);
    guessed[use] = found ?? null;
  }
  guessed.text ??= longest(head, rows);
  return guessed;
}

/** The column with the most text in it. */
function longest(head, rows) {
  const sizes = head.map((_, column) => rows.reduce((sum, row) => sum + (row[column] ?? "").length, 0));
  return sizes.indexOf(Math.max(...sizes));
}

/** Offer a table's columns for each use, the guessed ones chosen. */
export function showColumns(table) {
  const titles = table.rows[0];
  for (const [use, column] of Object.entries(table.columns)) {
    const none = use === "text" ? [] : [make("option", { value: "" }, say("no_column"))];
    const options = titles.map((title, place) =>
      make("option", { value: place }, title || number(place + 1)),
    );
    element(`column-${use}`).replaceChildren(...none, ...options);
    element(`column-${use}`).value = column ?? "";
  }
  const count = table.rows.length - 1;
  element("columns-count").textContent = sayMany("essays", count, { file: table.file });
  previewColumns(table);
}

/** The columns that are chosen now. */
export function chosenColumns() {
  const chosen = (use) => element(`column-${use}`).value;
  return Object.fromEntries(
    Object.keys(NAMES).map((use) => [use, chosen(use) === "" ? null : Number(chosen(use))]),
  );
}

/** Show the beginning of the first essay, by which one sees whether the column is right. */
export function previewColumns(table) {
  table.columns = chosenColumns();
  const texts = table.rows.slice(1).map((row) => row[table.columns.text] ?? "");
  const first = texts.find((text) => text.trim() !== "") ?? "";
  element("preview").textContent = first.length > SHOWN ? `${first.slice(0, SHOWN)}…` : first;
}
