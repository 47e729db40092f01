// What is printed of a class: one sheet for each student, or the list of all marks and comments.
//
// A sheet is for the student: it has no number but the teacher's mark.

import { byId, create } from "./dom.js";
import { nameOf } from "./class-list-view.js";
import { formatDate, formatNumber, translate } from "./i18n.js";

const PLACES = 3; // sentences of each kind that are marked
const MIN_POINTS = 0.02; // of a sentence that is worth a mark
const KINDS = { best: "sheet_positive", worst: "sheet_negative", aside: "sheet_off_topic" };

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
  const places = placesOf(row);
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
  parts.push(create("h3", {}, translate("essay")), ...legend(places));
  parts.push(create("div", { class: "essay-text", lang: language }, ...markedParagraphs(row.text, places)));
  return create("article", { class: "sheet" }, ...parts);
}

/** Return a row's mark as a student reads it: "14.5 / 20", "B+", or "" if there is none. */
function markText(row, { scale }) {
  const mark = scale.parseMark(row.teacherScore);
  if (mark === null || Number.isNaN(mark)) return row.teacherScore;
  const text = scale.format(mark, formatNumber);
  return scale.labels.length > 0 ? text : `${text} / ${formatNumber(scale.max)}`;
}

/** Return the places to mark, {start, end, kind}, in order and without overlaps. */
function placesOf({ text, result }) {
  const found = [...explainedPlaces(text, result?.explanation?.sentences ?? [])];
  const part = result?.off_topic_part;
  if (part) {
    const characters = Array.from(text); // parts are counted in code points
    const unit = (count) => characters.slice(0, count).join("").length;
    found.push({ start: unit(part.start), end: unit(part.end), kind: "aside" });
  }
  const places = [];
  for (const place of found) {
    if (places.every((other) => place.end <= other.start || place.start >= other.end)) places.push(place);
  }
  return places.sort((a, b) => a.start - b.start);
}

function explainedPlaces(text, sentences) {
  const ranked = sentences.toSorted((a, b) => b.contribution - a.contribution);
  const best = new Set(ranked.slice(0, PLACES).filter(({ contribution }) => contribution >= MIN_POINTS));
  const worst = new Set(ranked.slice(-PLACES).filter(({ contribution }) => contribution <= -MIN_POINTS));
  let from = 0;
  return sentences.flatMap((sentence) => {
    const place = find(sentence.text, text, from);
    if (!place) return [];
    from = place.end;
    const kind = best.has(sentence) ? "best" : worst.has(sentence) ? "worst" : null;
    return kind ? [{ ...place, kind }] : [];
  });
}

/** Find a sentence in a text, whatever the white space between its words. */
function find(sentence, text, from) {
  const words = sentence.split(/\s+/).filter(Boolean);
  if (words.length === 0) return null;
  const pattern = new RegExp(words.map((word) => RegExp.escape?.(word) ?? escape(word)).join("\\s+"), "g");
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  return match && { start: match.index, end: match.index + match[0].length };
}

const escape = (word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function legend(places) {
  const kinds = Object.keys(KINDS).filter((kind) => places.some((place) => place.kind === kind));
  const items = kinds.map((kind) => create("li", {}, create("span", { class: `place ${kind}` }, translate(KINDS[kind]))));
  return items.length > 0 ? [create("ul", { class: "sheet-legend" }, ...items)] : [];
}

function markedParagraphs(text, places) {
  const breaks = [...text.matchAll(/\n\s*\n/g)].map((found) => [found.index, found.index + found[0].length]);
  const starts = [0, ...breaks.map(([, end]) => end)];
  const ends = [...breaks.map(([start]) => start), text.length];
  return starts.map((start, index) => create("p", {}, ...markedPieces(text, { start, end: ends[index] }, places)));
}

function markedPieces(text, paragraph, places) {
  const pieces = [];
  let done = paragraph.start;
  for (const place of places) {
    const [start, end] = [Math.max(place.start, done), Math.min(place.end, paragraph.end)];
    if (start >= end) continue;
    pieces.push(text.slice(done, start), create("span", { class: `place ${place.kind}` }, text.slice(start, end)));
    done = end;
  }
  return [...pieces, text.slice(done, paragraph.end)];
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
