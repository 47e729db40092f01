// A gradebook of a learning platform, or any list of a class: which columns it has, and the same
// file with marks and comments filled in. All else stays byte for byte as it was.

import { formatCell, isLiveFormula, parseRecords } from "./csv.js";
import { FileError } from "./file-error.js";
import { decodeUnicode, utf16Of } from "./file-kind.js";
import { normalizeTitle, USUAL_TITLES } from "./table-header.js";

const MAX_LINES_ABOVE = 10;
const NAMES = [
  ...["fullname", "nomcomplet", "studentname", "nometprenom", "nomprenom", "prenometnom"],
  ...["student", "etudiant", "eleve", "name", "nom"],
];
const FIRST_NAMES = ["firstname", "prenom"];
const LAST_NAMES = ["lastname", "surname", "nomdefamille", "nom"];
export const IDENTIFIERS = [
  ...["identifier", "identifiant", "id", "idnumber", "numerodidentification", "studentid"],
  ...["sisuserid", "sisloginid", "username", "nomdutilisateur", "loginid", "matricule"],
  ...["emailaddress", "email", "adressedecourriel", "adresseelectronique", "courriel"],
];
const GRADES = ["grade", "note", ...USUAL_TITLES.teacherScore];
const MAX_MARK_COLUMN_CHARACTERS = 200; // of a cell; a column with longer ones has essays
const MAXIMA = ["maximumgrade", "notemaximale"];
const COMMENTS = /^(?:feedbackcomments|feedbackparcommentaires|commentaires?|comments?|remarks?|appreciations?|feedback|yourcomment|votreappreciation)$/;
// The names of rows below a list's students; "max" and "min" are names of people, too.
const SUMMARIES = /^(?:(?:class)?(?:average|mean|median)|(?:moyenne|mediane)(?:de(?:la)?classe|generale)?|ecarttype|standarddeviation|total)$/;
const POINTS_POSSIBLE = /^pointspossibles?$/;
const READ_ONLY = /read only|lecture seule/i;
const ASSIGNMENT = /\(\d+\)\s*$/; // Canvas ends the title of an assignment with its id

/**
 * Return the text of a gradebook's file with its encoding, to write it again as it was.
 *
 * The encoding is UTF-8 if the file's own would not give all of its bytes again. Throws FileError.
 */
export async function readGradebook(bytes, fileName) {
  const isUnicode = decodeUnicode(bytes) !== null;
  const unicode = utf16Of(bytes) ?? "utf-8";
  const encoding = isUnicode ? unicode : await (await import("./text-encoding.js")).encodingOf(bytes);
  const text = new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
  if (text.includes("\0")) throw new FileError("table");
  const isReversible = isUnicode || encodeText(text, encoding)?.every((byte, index) => byte === bytes[index]);
  return isReversible ? { fileName, encoding, text } : { fileName, encoding: unicode, text: `\ufeff${text}` };
}

/** Return what a gradebook's text holds, as `findLayout` does. */
export const readLayout = (text) => findLayout(parseRecords(text));

/**
 * Return what a gradebook holds, or null if it has no students or no column for marks.
 *
 * @param {{separator: string, records: {cells: string[]}[]}} table
 * @returns {{kind: "canvas"|"moodle"|"table", separator: string, titles: string[],
 *   students: {record: object, name: string, identifiers: string[]}[], grades: number[],
 *   grade: number, isNamed: boolean, comment: number, maxima: object, identity: number[]}} `grades`
 *   are the columns that may take the marks and `grade` is the likely one, whose title says so if
 *   it `isNamed`; `comment` is -1 if there is none; `maxima` has the best mark of each column.
 */
export function findLayout({ separator, records }) {
  const start = records.slice(0, MAX_LINES_ABOVE).findIndex((record) => isTitles(record));
  if (start < 0) return null;
  const titles = records[start].cells.map((title) => title.trim());
  const normalized = titles.map(normalizeTitle);
  const body = records.slice(start + 1);
  const points = body.slice(0, 3).findIndex(({ cells }) => isPointsPossible(cells[0]));
  const found = points >= 0 ? canvas(titles, body[points].cells) : worksheet(titles, normalized, body);
  const identity = identityColumns(normalized, points >= 0);
  const students = body
    .slice(points + 1)
    .map((record) => studentOf(record, { normalized, identity }))
    .filter(({ name, identifiers }) => name !== "" || identifiers.length > 0)
    .filter(({ name }) => !SUMMARIES.test(normalizeTitle(name)));
  if (students.length === 0 || found.grades.length === 0) return null;
  const layout = { separator, titles, students, identity, ...found };
  return { ...layout, maxima: maximaOf(layout, body[points]?.cells, normalized) };
}

const isTitles = ({ cells }) => {
  const titles = cells.map(normalizeTitle);
  const hasName = titles.some((title) => [...NAMES, ...FIRST_NAMES, ...IDENTIFIERS].includes(title));
  return hasName && titles.filter(Boolean).length > 1;
};
const isPointsPossible = (cell = "") => POINTS_POSSIBLE.test(normalizeTitle(cell));

/** Return the columns of a Canvas gradebook, whose second lines say how many points are possible. */
function canvas(titles, points) {
  const isOpen = (index) => ASSIGNMENT.test(titles[index]) && !READ_ONLY.test(points[index] ?? "");
  const grades = titles.map((_, index) => index).filter(isOpen);
  return { kind: "canvas", grades, grade: grades[0] ?? -1, isNamed: true, comment: -1 };
}

function worksheet(titles, normalized, body) {
  const likely = GRADES.map((title) => normalized.indexOf(title)).find((index) => index >= 0) ?? -1;
  const comment = normalized.findIndex((title) => COMMENTS.test(title));
  const isMoodle = normalized.some((title) => MAXIMA.includes(title));
  const others = titles.map((_, index) => index).filter((index) => titles[index] !== "" && index !== comment);
  const excluded = new Set([...identityColumns(normalized, false), ...essayColumns(normalized, body)]);
  const grades = isMoodle ? [likely] : others.filter((index) => !excluded.has(index));
  return {
    kind: isMoodle ? "moodle" : "table",
    grades: grades.filter((index) => index >= 0),
    grade: likely >= 0 ? likely : (grades.at(-1) ?? -1),
    isNamed: likely >= 0,
    comment,
  };
}

/** Return the columns with essays, which no mark may replace. */
function essayColumns(normalized, body) {
  const isLong = (index) => body.some(({ cells }) => (cells[index] ?? "").length > MAX_MARK_COLUMN_CHARACTERS);
  return normalized.flatMap((title, index) => (USUAL_TITLES.text.includes(title) || isLong(index) ? [index] : []));
}

function identityColumns(normalized, isCanvas) {
  const usual = new Set([...NAMES, ...FIRST_NAMES, ...LAST_NAMES, ...IDENTIFIERS, ...(isCanvas ? ["section"] : [])]);
  return normalized.flatMap((title, index) => (usual.has(title) ? [index] : []));
}

function studentOf(record, { normalized, identity }) {
  const cell = (titles) => {
    const index = titles.map((title) => normalized.indexOf(title)).find((place) => place >= 0);
    return index === undefined ? "" : (record.cells[index] ?? "").trim();
  };
  const whole = cell(NAMES.slice(0, -1));
  const name = whole || [cell(FIRST_NAMES), cell(LAST_NAMES)].filter(Boolean).join(" ");
  const isIdentifier = (index) => IDENTIFIERS.includes(normalized[index]);
  const identifiers = identity.filter(isIdentifier).map((index) => (record.cells[index] ?? "").trim());
  return { record, name, identifiers: identifiers.filter(Boolean) };
}

/** Return the best mark that each column for marks takes, as the gradebook writes it, or "". */
function maximaOf({ kind, grades, students }, points, normalized) {
  const column = normalized.findIndex((title) => MAXIMA.includes(title));
  const maximum = column < 0 ? "" : (students[0].record.cells[column] ?? "");
  const cell = (index) => (kind === "canvas" ? (points[index] ?? "") : maximum);
  return Object.fromEntries(grades.map((index) => [index, cell(index).trim()]));
}

/** Say how a gradebook in CSV writes 14.5: with "," or ".". */
function decimalOf({ separator, maxima, students }, grade) {
  const numbers = [maxima[grade] ?? "", ...students.map(({ record }) => record.cells[grade] ?? "")];
  const written = numbers.find((number) => /^\s*\d+[.,]\d+\s*$/.test(number));
  if (written) return written.includes(",") ? "," : ".";
  return separator === ";" ? "," : ".";
}

/**
 * Return a gradebook's text with cells filled in.
 *
 * Besides the filled cells, only cells change that would become formulas and that identify nobody.
 *
 * @param {Map<object, Map<number, number | string>>} filled New cells, by record and column.
 */
export function fillGradebook(text, layout, filled) {
  const { separator, students, identity } = layout;
  const written = (value, column) =>
    typeof value === "number" ? String(value).replace(".", decimalOf(layout, column)) : value;
  let out = "";
  let done = 0;
  const identifying = new Set(identity);
  for (const { record } of students) {
    const cells = filled.get(record) ?? new Map();
    const last = Math.max(record.spans.length - 1, ...cells.keys());
    for (let column = 0; column <= last; column++) {
      const [start, end] = record.spans[column] ?? [record.spans.at(-1)[1], record.spans.at(-1)[1]];
      const raw = text.slice(start, end);
      const lead = column < record.spans.length ? "" : separator;
      out += text.slice(done, start) + lead + newCell(raw, written(cells.get(column), column), { separator, isKept: identifying.has(column) });
      done = end;
    }
  }
  return out + text.slice(done);
}

function newCell(raw, value, { separator, isKept }) {
  const isQuoted = raw.startsWith('"');
  if (value !== undefined) return formatCell(value, separator, isQuoted);
  const plain = isQuoted ? raw.slice(1, -1).replaceAll('""', '"') : raw;
  return !isKept && isLiveFormula(plain) ? formatCell(plain, separator, isQuoted) : raw;
}

/** Return a text as bytes in its file's encoding, or as UTF-8 where that lacks a character. */
export function encodeGradebook(text, encoding) {
  if (encoding.startsWith("utf-16")) return utf16(text, encoding === "utf-16le");
  if (encoding === "utf-8") return new TextEncoder().encode(text);
  return encodeText(text, encoding) ?? new TextEncoder().encode(`\ufeff${text}`);
}

function utf16(text, isLittle) {
  const view = new DataView(new ArrayBuffer(2 * text.length));
  for (let index = 0; index < text.length; index++) view.setUint16(2 * index, text.charCodeAt(index), isLittle);
  return new Uint8Array(view.buffer);
}

/** Return text as bytes, one or two for a character, or null if the encoding lacks one. */
function encodeText(text, encoding) {
  const decoder = new TextDecoder(encoding);
  const codes = new Map();
  const add = (...code) => {
    const [character, more] = decoder.decode(Uint8Array.from(code));
    // Shift_JIS has some characters twice, of which Windows writes the last.
    if (!more && (!codes.has(character) || code[0] >= 0xfa)) codes.set(character, code);
  };
  for (let byte = 0; byte < 0x100; byte++) add(byte);
  for (let pair = 0x8130; pair < 0xff00; pair++) add(pair >> 8, pair & 0xff);
  codes.delete("\ufffd"); // of bytes that are no character
  const bytes = new Uint8Array(2 * text.length);
  let length = 0;
  for (const character of text) {
    if (!codes.has(character)) return null;
    for (const byte of codes.get(character)) bytes[length++] = byte;
  }
  return bytes.slice(0, length);
}
