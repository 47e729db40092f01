// A class that this page wrote as a table: its columns are recognized, in any of the languages.

import { messagesOfAllLanguages } from "./i18n.js";
import { MarkScale, normalizeMark, PRESETS } from "./mark-scale.js";

// The columns that a downloaded class gets, in this order: keys of their titles.
export const ADDED_COLUMNS = [
  "suggested_score",
  "interval_low",
  "interval_high",
  "raw_score",
  "flags",
  "needs_review",
  "error",
  "teacher_score",
  "comment",
  "your_scale",
  "model_name",
];
const TELLING = ["suggested_score", "teacher_score", "comment"]; // a table with all three is ours

/** Return the column of each added title {key: index}, or null if the page didn't write the table. */
export async function findOwnColumns(titles) {
  for (const messages of await messagesOfAllLanguages()) {
    const entries = ADDED_COLUMNS.map((key) => [key, titles.lastIndexOf(messages[key])]);
    const columns = Object.fromEntries(entries.filter(([, index]) => index >= 0));
    if (TELLING.every((key) => key in columns)) return columns;
  }
  return null;
}

/** Return a cell's mark, comment, and scale, as the page wrote them. */
export function ownEntries(cells, columns) {
  const cell = (key) => cells[columns[key]] ?? "";
  const scale = MarkScale.parse(cell("your_scale"));
  return {
    teacherScore: normalizeMark(cell("teacher_score")),
    comment: cell("comment"),
    scale: scale && (PRESETS.find((preset) => scale.equals(MarkScale.parse(preset))) ?? scale.toText()),
  };
}

/** Return the cells without those of the added columns. */
export function withoutOwn(cells, columns) {
  const added = new Set(Object.values(columns));
  return cells.filter((_, index) => !added.has(index));
}

/** Return a downloaded file's name as it was before: without what downloading added. */
export async function nameBeforeDownload(fileName) {
  const suffixes = (await messagesOfAllLanguages()).map((messages) => `-${messages.download_suffix}`);
  const [, stem, extension] = /^(.*?)(\.\w+)?$/.exec(fileName);
  const suffix = suffixes.find((one) => stem.replace(/ ?\(\d+\)$/, "").endsWith(one));
  if (!suffix) return fileName;
  return stem.replace(/ ?\(\d+\)$/, "").slice(0, -suffix.length) + (extension ?? "");
}
