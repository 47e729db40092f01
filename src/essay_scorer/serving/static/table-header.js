// Where a table begins: the row of titles, and what exports put around it.

import { FileError } from "./file-error.js";

const MAX_LINES_ABOVE = 10;

// Usual titles of each role, most telling first, as `normalizeTitle` returns them.
export const USUAL_TITLES = {
  text: [
    ...["text", "essay", "fulltext", "essaytext", "onlinetext", "response", "submission"],
    ...["texte", "redaction", "copie", "reponse", "answer"],
  ],
  name: [
    ...["name", "student", "studentname", "studentid", "id", "essayid", "essayidcomp"],
    ...["nom", "eleve", "prenom", "identifiant", "fullname", "responseid"],
    ...["surname", "lastname", "nomdefamille", "firstname", "file"],
  ],
  prompt: ["prompt", "prompttext", "assignment", "question", "sujet", "consigne", "devoir"],
  teacherScore: [
    ...["yourscore", "votrenote"], // the page's own, in a class that was downloaded
    ...["score", "holisticscore", "holisticessayscore", "holistic", "overallscore", "overall"],
    ...["humanscore", "teacherscore", "mark", "marks", "points", "note", "grade"],
  ],
};
const USUAL = new Set(Object.values(USUAL_TITLES).flat());

/** Return a title in lower case, without accents, spaces, and punctuation. */
export const normalizeTitle = (title) =>
  title.normalize("NFD").toLowerCase().replace(/[^a-z0-9]/g, "");

/** Return how many cells are usual titles. */
export const countUsual = (cells) => cells.filter((cell) => USUAL.has(normalizeTitle(cell))).length;

const countFilled = (cells) => cells.filter((cell) => cell.trim() !== "").length;

/**
 * Return the rows of a table from the titles on, and what was left out.
 *
 * Throws FileError if there is no row of titles, or if two columns have the same title.
 *
 * @returns {{rows: string[][], above: string[], hasImportIds: boolean}} `above` are the lines above
 *   the titles; with `hasImportIds`, the rows below them that Qualtrics writes are left out.
 */
export function trimTable(rows) {
  const first = findTitles(rows);
  const [titles = [], ...body] = rows.slice(first);
  const trimmed = titles.map((title) => title.trim());
  const twice = trimmed.find((title, index) => title && trimmed.indexOf(title) < index);
  if (twice) throw new FileError("twice", { title: twice });
  const importIds = body.slice(0, 2).findIndex(isImportIds);
  const essays = body.slice(importIds + 1);
  if (essays.length === 0 || countFilled(trimmed) === 0) throw new FileError("table");
  return {
    rows: [trimmed, ...essays],
    above: rows.slice(0, first).map((row) => row.filter(Boolean).join(" ")),
    hasImportIds: importIds >= 0,
  };
}

/** Return the index of the row of titles: the first, unless only lines of text come before it. */
function findTitles(rows) {
  const sample = rows.slice(0, MAX_LINES_ABOVE + 1);
  for (const least of [2, 1]) {
    const found = sample.findIndex((row) => countUsual(row) >= least);
    const most = least === 2 ? countFilled(sample[found] ?? []) - 1 : 1; // filled cells above
    if (found >= 0 && sample.slice(0, found).every((row) => countFilled(row) <= most)) return found;
  }
  if (isLineAbove(rows)) throw new FileError("header", { line: rows[0][0] });
  return 0;
}

/** Say whether the first row is a line of text above a table of several columns. */
const isLineAbove = ([first, ...others]) =>
  first && countFilled(first) === 1 && first[0] !== "" && others.some((row) => countFilled(row) > 1);

/** Say whether a row is the one by which Qualtrics names its questions for machines. */
function isImportIds(row) {
  const ids = row.filter((cell) => /^\s*\{"ImportId":/.test(cell));
  return ids.length > 0 && ids.length === countFilled(row);
}
