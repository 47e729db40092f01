// What is printed of a class: one sheet for each student, or the list of all marks and comments.
//
// A sheet is for the student: it has no number but the teacher's mark.

import { nameOf } from "./class-list-view.js";
import { byId, create } from "./dom.js";
import { passagesOf, renderLegend, renderParagraphs } from "./essay-passages.js";
import { formatDate, formatNumber, translate } from "./i18n.js";

// What a mark means, said to the student.
const LABELS = {
  helps: "sheet_positive",
  helps_least: "sheet_negative",
  off_topic: "sheet_off_topic",
};

let isStarted = false;

/** Connect printing, once: while `openRow` returns a row, the browser prints its sheet. */
export function startPrinting({ classroom, openRow }) {
  if (isStarted) return;
  isStarted = true;
  addEventListener("beforeprint", () => {
    const row = openRow();
    if (row && !document.body.dataset.print) fill("sheets", [sheet(row, classroom())]);
  });
  addEventListener("afterprint", () => {
    delete document.body.dataset.print;
    byId("print-area").replaceChildren();
  });
}

/** Print one sheet for each row. */
export function printSheets(rows, classroom) {
  fill("sheets", rows.map((row) => sheet(row, classroom)));
  print();
}

/** Print the list of a class, by name. */
export function printClassList(classroom) {
  fill("list", classList(classroom));
  print();
}

function fill(kind, elements) {
  byId("print-area").replaceChildren(...elements);
  document.body.dataset.print = kind;
}

/** Return a class's name, without the ending of a file's name. */
const titleOf = (header) => nameOf(header).replace(/\.\w{2,4}$/, "");

function sheet(row, { header, marking }) {
  const mark = markText(row, marking);
  const parts = [
    create("h2", {}, row.name),
    create("p", { class: "muted" }, `${titleOf(header)} · ${formatDate(Date.now())}`),
  ];
  if (mark) parts.push(create("p", { class: "sheet-mark" }, translate("sheet_mark", { mark })));
  if (row.comment.trim()) {
    parts.push(create("h3", {}, translate("sheet_comment")), create("p", { class: "sheet-comment" }, row.comment));
  }
  const language = row.result?.language ?? "en";
  parts.push(create("h3", {}, translate("essay")), ...legend(row.result));
  const paragraphs = renderParagraphs(row.text, row.result);
  parts.push(create("div", { class: "essay-text", lang: language }, ...paragraphs));
  return create("article", { class: "sheet" }, ...parts);
}

function legend(result) {
  const marked = new Set(passagesOf(result).map(({ kind }) => kind));
  const kinds = Object.entries(LABELS).filter(([kind]) => marked.has(kind));
  return kinds.length > 0 ? [renderLegend(Object.fromEntries(kinds))] : [];
}

/** Return a row's mark as a student reads it: "14.5 / 20", "B+", or "" if there is none. */
function markText(row, { scale }) {
  const mark = scale.parseMark(row.teacherScore);
  if (mark === null || Number.isNaN(mark)) return row.teacherScore;
  const text = scale.format(mark, formatNumber);
  return scale.labels.length > 0 ? text : `${text} / ${formatNumber(scale.max)}`;
}

function classList({ header, rows, marking }) {
  const titles = ["name", "teacher_score", "comment"].map((key) => create("th", { scope: "col" }, translate(key)));
  const byName = rows.toSorted((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  const lines = byName.map((row) =>
    create(
      "tr",
      {},
      create("th", { scope: "row" }, row.name),
      create("td", {}, markText(row, marking)),
      create("td", { class: "sheet-comment" }, row.comment),
    ),
  );
  return [
    create("h2", {}, titleOf(header)),
    create("p", { class: "muted" }, formatDate(Date.now())),
    create("table", {}, create("thead", {}, create("tr", {}, ...titles)), create("tbody", {}, ...lines)),
  ];
}
