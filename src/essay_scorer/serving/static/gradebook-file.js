// Opening a file as the gradebook of a class.

import { FileError } from "./file-error.js";
import { readGradebook, readLayout } from "./gradebook.js";

/** Return a file as the gradebook of a class. Throws FileError. */
export async function openGradebook(file, { name, fileName, prompt = "" }) {
  const gradebook = await readGradebook(file);
  const layout = readLayout(gradebook.text);
  if (!layout) throw new FileError("gradebook");
  return { ...gradebook, grade: likelyColumn(layout, `${name ?? ""} ${fileName} ${prompt}`) };
}

/** Return the platform's gradebook that a file is, or null if it is another file. */
export async function platformGradebook(file) {
  try {
    const gradebook = await readGradebook(file);
    const layout = readLayout(gradebook.text);
    return layout && layout.kind !== "table" ? { ...gradebook, grade: layout.grade } : null;
  } catch {
    return null;
  }
}

/** Return the column for marks whose title shares most words with what is known of the class. */
function likelyColumn({ grades, grade, titles, students, kind }, words) {
  if (kind !== "canvas") return grade;
  const known = new Set(words.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
  const shared = (index) => (titles[index].toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => known.has(word)).length;
  const isEmpty = (index) => students.every(({ record }) => (record.cells[index] ?? "").trim() === "");
  const rank = (index) => shared(index) * 2 + (isEmpty(index) ? 1 : 0);
  return grades.reduce((best, next) => (rank(next) > rank(best) ? next : best), grade);
}
