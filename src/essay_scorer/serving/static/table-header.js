// Where a table begins: the row of titles, and what exports put around it.

import { FileError } from "./file-error.js";

const MAX_LINES_ABOVE = 10;

// Usual titles of each role, most telling first, as `normalizeTitle` returns them.
export const USUAL_TITLES = {
  text: [
    ...["text", "essay", "fulltext", "essaytext", "onlinetext", "response", "submission"],
    ...["texte", "redaction", "copie", "reponse", "answer", "texteenligne", "essai"],
  ],
  name: [
    ...["fullname", "nomcomplet", "studentname", "name", "student", "eleve", "nometprenom", "nomprenom"],
    ...["nom", "surname", "lastname", "nomdefamille", "familyname", "prenom", "firstname"],
    ...["studentid", "essayid", "essayidcomp", "id", "identifiant", "identifier", "responseid"],
    ...["username", "email", "emailaddress", "file"],
  ],
  prompt: ["prompt", "prompttext", "assignment", "question", "sujet", "consigne", "devoir"],
  teacherScore: [
    ...["yourmark", "yourscore", "votrenote"], // the page's own, in a class that was downloaded
    ...["score", "mark", "marks", "teacherscore", "holisticscore", "humanscore", "note"],
    ...["grade", "holisticessayscore", "holistic", "overallscore", "overall", "points"],
  ],
};
const FIRST_NAMES = ["firstname", "givenname", "forename", "prenom", "vorname"];
const LAST_NAMES = [
  ...["lastname", "surname", "familyname", "nomdefamille", "nom", "nachname", "name"],
];
const USUAL = new Set(Object.values(USUAL_TITLES).flat());

/** Return a title in lower case, without accents, spaces, and punctuation. */
export const normalizeTitle = (title) =>
  title.normalize("NFD").toLowerCase().replace(/[^a-z0-9]/g, "");

/** Return the indexes of the columns with first and last names, or null if one of them is missing. */
export function findNamePair(titles) {
  const normalized = titles.map(normalizeTitle);
  const find = (usual) => usual.map((one) => normalized.indexOf(one)).find((index) => index >= 0);
  const pair = [find(FIRST_NAMES), find(LAST_NAMES)];
  return pair.includes(undefined) ? null : pair;
}

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
