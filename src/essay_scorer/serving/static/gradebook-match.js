// Whose row of a gradebook is whose essay: by identifiers, then by names.

import { IDENTIFIERS } from "./gradebook.js";
import { normalizeTitle } from "./table-header.js";

const MIN_NAME = 3; // characters; a shorter name is no identifier: the page numbers nameless rows
const FILE_IDS = [
  /_(\d+)_assignsubmission_/i, // Moodle: "Ada Lovelace_12345_assignsubmission_file_essay.docx"
  /^[^_]+_(?:late_)?(\d+)_\d+_/i, // Canvas: "lovelaceada_123_456_essay.docx"
];

/**
 * Match a class's rows with a gradebook's students; whoever could be two people is left out.
 *
 * @param {{name: string, fileName?: string, cells: string[]}[]} rows
 * @param {{record: object, name: string, identifiers: string[]}[]} students
 * @param {string[]} titles Of the rows' cells.
 * @returns {{pairs: Map<object, object>, rowsLeft: object[], studentsLeft: object[]}} `pairs` gives
 *   the row of each student.
 */
export function matchStudents(rows, students, titles) {
  const pairs = new Map();
  const taken = new Set();
  const steps = [
    [lineKeys, ({ record }) => lineKeys(record)], // the class may come from this very file
    [(row) => rowIdentifiers(row, titles), identifierKeys],
    [nameKeys, nameKeys],
    [joinedNameKeys, joinedNameKeys],
  ];
  for (const [rowKeys, studentKeys] of steps) {
    const openRows = rows.filter((row) => !taken.has(row));
    const openStudents = students.filter((student) => !pairs.has(student));
    for (const [student, row] of uniquePairs({ openRows, rowKeys, openStudents, studentKeys })) {
      pairs.set(student, row);
      taken.add(row);
    }
  }
  return {
    pairs,
    rowsLeft: rows.filter((row) => !taken.has(row)),
    studentsLeft: students.filter((student) => !pairs.has(student)),
  };
}

/** Return the pairs that share a key that nobody else has, and that agree on it both ways. */
function uniquePairs({ openRows, rowKeys, openStudents, studentKeys }) {
  const byKey = owners(openRows, rowKeys);
  const studentsByKey = owners(openStudents, studentKeys);
  const found = openStudents.flatMap((student) => {
    const keys = [...studentKeys(student)].filter((key) => studentsByKey.get(key).size === 1);
    const rows = new Set(keys.flatMap((key) => [...(byKey.get(key) ?? [])]));
    return rows.size === 1 ? [[student, [...rows][0]]] : [];
  });
  const times = (row) => found.filter(([, other]) => other === row).length;
  return found.filter(([, row]) => times(row) === 1);
}

function owners(items, keysOf) {
  const byKey = new Map();
  for (const item of items) {
    for (const key of keysOf(item)) byKey.set(key, (byKey.get(key) ?? new Set()).add(item));
  }
  return byKey;
}

const lineKeys = ({ cells = [] }) => new Set(cells.length > 1 ? [cells.join("\0")] : []);

function rowIdentifiers({ name, fileName = "", cells = [] }, titles) {
  const parts = fileName.split("/");
  const ids = parts.flatMap((part) => FILE_IDS.map((pattern) => pattern.exec(part)?.[1]));
  const named = cells.filter((_, index) => IDENTIFIERS.includes(normalizeTitle(titles[index] ?? "")));
  const own = name.length >= MIN_NAME ? [name, ...named] : named;
  return new Set([...ids.filter(Boolean), ...own.flatMap(spellings)]);
}

const identifierKeys = ({ identifiers }) => new Set(identifiers.flatMap(spellings));

/** Return an identifier, and the number of one such as "Participant 12345". */
function spellings(text) {
  const whole = text.trim().toLowerCase();
  const number = /^\p{L}[\p{L}/ ]*?\s*(\d{2,})$/u.exec(whole)?.[1];
  return [whole, number].filter(Boolean);
}

const wordsOf = (name) =>
  name.normalize("NFD").toLowerCase().replace(/\p{M}/gu, "").replace(/[’']/g, "").match(/[\p{L}\p{N}]+/gu) ?? [];

/** Return a name without accents, in any order of its words: "Lovelace, Ada" is "Ada Lovelace". */
function nameKeys({ name }) {
  const words = wordsOf(name);
  return new Set(words.length > 0 ? [words.toSorted().join(" ")] : []);
}

/** Return a name as file names have it, with its words joined: "lovelaceada". */
function joinedNameKeys({ name }) {
  const words = wordsOf(name);
  const turned = words.map((_, index) => [...words.slice(index), ...words.slice(0, index)].join(""));
  return new Set(turned);
}
