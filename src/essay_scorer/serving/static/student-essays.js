// One essay for each student, from the files that they handed in.

import { submissions } from "./submission-names.js";
import { findHeading, isStudent } from "./paper-heading.js";

const SAME_TEXT = 0.8; // share of the runs of three words that two files of one student have in common

/**
 * Return the essays in documents, in the order of their files, those that cannot be read last.
 *
 * Files of one student are joined; a file with the text of another one is left out.
 *
 * @param {{path: string, text?: string, error?: FileError}[]} documents
 * @returns {{name: string, paths: string[], left: string[], text?: string, error?: FileError}[]}
 */
export function essaysOf(documents) {
  const groups = new Map();
  const readable = documents.filter(({ text }) => text !== undefined);
  const refused = documents.filter(({ error }) => error);
  // What is no essay must not change the names of those that are.
  const found = [readable, refused].flatMap((some) => submissions(some.map(({ path }) => path)));
  [...readable, ...refused].forEach((document, index) => {
    const { key, name } = found[index];
    if (!groups.has(key)) groups.set(key, { name, documents: [] });
    groups.get(key).documents.push(document);
  });
  return withDistinctNames([...groups.values()].flatMap(joinDocuments));
}

function joinDocuments({ name, documents }) {
  const readable = documents.filter(({ text }) => text !== undefined);
  // The field for text is empty where the students hand in files.
  const isOnline = ({ path }) => /_assignsubmission_onlinetext_/.test(path);
  const refused = documents
    .filter((one) => one.error && !(isOnline(one) && one.error.code === "empty" && documents.length > 1))
    .map(({ path, error }) => ({ name, paths: [path], left: [], error }));
  if (readable.length === 0) return refused;
  const [kept, left] = [[], []];
  for (const one of readable) {
    (kept.some((other) => areSame(one.text, other.text)) ? left : kept).push(one);
  }
  const text = kept.map((one) => one.text.trim()).join("\n\n");
  const paths = (list) => list.map(({ path }) => path);
  return [{ name: fullName(name, text), paths: paths(kept), left: paths(left), text }, ...refused];
}

function areSame(text, other) {
  const [parts, others] = [text, other].map(wordTriples);
  const common = [...parts].filter((part) => others.has(part)).length;
  return common >= SAME_TEXT * Math.max(parts.size, others.size);
}

/** Return all runs of three words. */
function wordTriples(text) {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  return new Set(words.map((_, index) => words.slice(index, index + 3).join(" ")));
}

/** Return the name as the student writes it, where a platform has it in one word: "leeann". */
function fullName(name, text) {
  if (/\s/.test(name)) return name;
  const lines = findHeading(text, name)?.lines ?? [];
  const parts = lines.flatMap((line) => line.replace(/^(?:name|nom)\s*:\s*/i, "").split(/[,;|\t]/));
  const written = parts.map((part) => part.trim()).find((part) => /\s/.test(part) && isStudent(part, name));
  return written?.replace(/\s+\d+$/, "") ?? name;
}

function withDistinctNames(essays) {
  const counts = new Map();
  return essays.map((essay) => {
    const count = (counts.get(essay.name) ?? 0) + 1;
    counts.set(essay.name, count);
    return count === 1 || essay.error ? essay : { ...essay, name: `${essay.name} (${count})` };
  });
}
