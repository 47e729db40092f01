// The table of a class: sorting, filters, and fields for the teacher's own scores and comments.

import { clearRefusal, commentField, markField, showComment, showMark } from "./class-fields.js";
import { byId, create } from "./dom.js";
import { formatNumber, translate, translateCode } from "./i18n.js";
import { formatScore, intervalEnds } from "./score-format.js";
import { hasMeaning } from "./meaningless-scores.js";

// The elements have explicit roles: on small screens, CSS lays out rows as cards, and browsers
// then drop the implicit table roles.
const COLUMNS = [
  { key: "name", sortValue: (row) => row.name },
  { key: "suggested_score", sortValue: (row) => (isSuggested(row) ? row.shown.raw : -Infinity) },
  { key: "flags", sortValue: priority },
  {
    key: "teacher_score",
    sortValue: (row) => marking?.markOf(row) ?? Infinity,
  },
  { key: "comment", sortValue: (row) => row.comment },
];
const UNFLAGGED = 4; // priority of a scored row that needs no attention
const FILTERS = {
  all: () => true,
  review: (row) => priority(row) < UNFLAGGED,
  flagged: (row) => (row.shown ?? row.result)?.flags.length > 0,
  ungraded: (row) => row.teacherScore === "",
  unscored: (row) => row.result === null,
  first: (row) => marking.first.has(row),
  surprising: (row) => marking.isSurprising(row),
};

let marking = null; // of the class that is shown
let isBlind = false;

/** Say whether the teacher must not see a row's suggestion: blind, it is shown for surprises only. */
export const isHidden = (row) => isBlind && !marking?.isSurprising(row);

/** Say whether a row has a suggestion that the teacher sees. */
export const isSuggested = (row) => Boolean(row.shown) && hasMeaning(row.shown) && !isHidden(row);

/** Return how urgently a person should look at a row: 0 is the most urgent. */
function priority(row) {
  if (row.error) return 0;
  if (row.result === null) return 5;
  const { flags, review } = row.shown ?? row.result;
  const flagged = flags.length > 0;
  if (review) return flagged ? 1 : 2;
  return flagged ? 3 : UNFLAGGED;
}

export class ClassTable {
  #rows = [];
  #elements = new Map(); // from row to its <tr>
  #headers = new Map(); // from a column's key to its <th>
  #sort = { key: "flags", descending: false };
  #onOpen;
  #onEdit;

  /** @param {{onOpen: (row) => void, onEdit: (row) => void}} listeners */
  constructor({ onOpen, onEdit }) {
    this.#onOpen = onOpen;
    this.#onEdit = onEdit;
    byId("class-filter").addEventListener("change", () => this.update());
    byId("class-search").addEventListener("input", () => this.update());
  }

  /** Show these rows, in the current language, with what is known of their marks. */
  render(rows, header, classMarking) {
    const focused = document.activeElement;
    const focusedRow = this.rowOf(focused);
    this.#rows = rows;
    marking = classMarking;
    isBlind = Boolean(header.blind);
    this.#headers = new Map(COLUMNS.map(({ key }) => [key, this.#headerCell(key)]));
    byId("class-table-header").replaceChildren(...this.#headers.values());
    this.#elements = new Map(rows.map((row) => [row, this.#rowElement(row)]));
    this.update();
    if (rows.includes(focusedRow)) takeOverFocus(this.#elements.get(focusedRow), focused);
  }

  /** Show a row's changes without moving it. */
  updateRow(row) {
    const element = this.#elements.get(row);
    element.querySelector(".suggested-score").replaceChildren(...scoreCell(row));
    element.querySelector(".flags").replaceChildren(...flagsCell(row));
    for (const [selector, show] of [[".teacher-score", showMark], [".comment", showComment]]) {
      const field = element.querySelector(selector);
      if (field !== document.activeElement) show(field, row);
    }
  }

  /** Show a row's mark, even in the field that has the focus. */
  showMark(row) {
    const field = this.#elements.get(row).querySelector(".teacher-score");
    clearRefusal(field);
    showMark(field, row);
  }

  /** Go from an element's row to the next or previous one; from elsewhere, to the first or last. */
  step(element, offset) {
    const shown = [...byId("class-table-body").rows];
    const place = shown.indexOf(element?.closest("#class-table-body tr"));
    const target = place < 0 ? shown.at(offset > 0 ? 0 : -1) : shown[place + offset];
    const selector = [".teacher-score", ".comment"].find((one) => element?.matches(one));
    const row = this.#rows.find((one) => this.#elements.get(one) === target);
    if (row) this.focusRow(row, selector ?? (place < 0 ? ".teacher-score" : "th button"));
  }

  /** Return the row in which an element is, or undefined. */
  rowOf(element) {
    const shown = element?.closest("#class-table-body tr");
    return this.#rows.find((row) => this.#elements.get(row) === shown);
  }

  /** Focus a control of a row: ".teacher-score", ".comment", or its name by default. */
  focusRow(row, selector = "th button") {
    const control = this.#elements.get(row)?.querySelector(selector);
    control?.focus();
    control?.scrollIntoView({ block: "nearest" });
    if (selector === ".teacher-score") control?.select();
  }

  /** Show the rows of a filter, and keep the focus on the first of them. */
  filter(name) {
    byId("class-filter").value = name;
    this.update();
    const [first] = this.visibleRows();
    if (first) this.focusRow(first);
    else byId("class-filter").focus();
  }

  /** Return the rows that pass the filter and the search, sorted. */
  visibleRows() {
    const query = byId("class-search").value.trim().toLowerCase();
    const { sortValue } = COLUMNS.find(({ key }) => key === this.#sort.key);
    const sign = this.#sort.descending ? -1 : 1;
    return this.#rows
      .filter(FILTERS[byId("class-filter").value])
      .filter((row) => `${row.name}\n${row.comment}\n${row.text}`.toLowerCase().includes(query))
      .sort((a, b) => sign * compare(sortValue(a), sortValue(b)) || a.index - b.index);
  }

  /** Filter and sort again. */
  update() {
    const visible = this.visibleRows();
    byId("class-table-body").replaceChildren(...visible.map((row) => this.#elements.get(row)));
    this.#showOrder();
    const counts = { shown: formatNumber(visible.length), all: formatNumber(this.#rows.length) };
    byId("shown-count").textContent = translate("shown", counts);
  }

  /** Filter and sort again, unless that would move a field that is being edited. */
  updateIfIdle() {
    if (!byId("class-table-body").contains(document.activeElement)) this.update();
  }

  #headerCell(key) {
    const button = create("button", { type: "button", class: "text-button" }, translate(key));
    button.addEventListener("click", () => {
      const { key: sortKey, descending } = this.#sort;
      this.#sort = { key, descending: key === sortKey && !descending };
      this.update();
    });
    return create("th", { role: "columnheader", scope: "col" }, button);
  }

  #showOrder() {
    const order = this.#sort.descending ? "descending" : "ascending";
    for (const [key, header] of this.#headers) {
      header.setAttribute("aria-sort", key === this.#sort.key ? order : "none");
    }
  }

  #rowElement(row) {
    const name = create("button", { type: "button", class: "text-button" }, row.name);
    name.addEventListener("click", () => this.#onOpen(row));
    const cell = (kind, ...children) => create("td", { role: "cell", class: kind }, ...children);
    const fieldCell = (key, field) =>
      create("td", { role: "cell", "data-label": translate(key) }, field);
    return create(
      "tr",
      { role: "row" },
      create("th", { role: "rowheader", scope: "row" }, name),
      cell("suggested-score", ...scoreCell(row)),
      cell("flags", ...flagsCell(row)),
      fieldCell("teacher_score", teacherScoreField(row, this.#onEdit)),
      fieldCell("comment", commentField(row, { onEdit: this.#onEdit })),
    );
  }
}

/** Return the field for the teacher's own mark. */
export const teacherScoreField = (row, onEdit) =>
  markField(row, { scaleOf: () => marking.scale, onEdit });

/** Go on in a new row where the teacher is in the old one, also in the middle of typing. */
function takeOverFocus(element, focused) {
  const selector = [".teacher-score", ".comment"].find((one) => focused.matches(one));
  const control = element.querySelector(selector ?? "th button");
  control.focus();
  if (!selector) return;
  if (control.value !== focused.value) {
    control.value = focused.value;
    control.dispatchEvent(new Event("input"));
  }
  control.setSelectionRange(focused.selectionStart, focused.selectionEnd);
}

function scoreCell(row) {
  const { shown, error } = row;
  const note = (text) => [create("span", { class: "muted" }, text)];
  if (row.result === null) return note(error ? "–" : translate("pending"));
  if (!hasMeaning(shown ?? row.result)) return note(translate("no_score"));
  if (!shown) return note(translate("no_suggestion"));
  if (isHidden(row)) {
    return note(translate(marking.markOf(row) === null ? "hidden" : "no_surprise"));
  }
  const { low, high } = shown.interval;
  const score = create("strong", {}, formatScore(shown["essay score"], shown.scale));
  if (low === high) return [score];
  const range = translate("range", intervalEnds(shown));
  return [score, " ", create("span", { class: "muted" }, range)];
}

function flagsCell(row) {
  const { error } = row;
  if (error) return [create("span", { class: "tag urgent" }, translateCode("error", error))];
  const result = row.shown ?? row.result;
  if (result === null) return [];
  const codes = result.review && result.flags.length === 0 ? ["uncertain"] : result.flags;
  const tags = codes.map((code) => create("span", { class: "tag" }, translateCode("mark", code)));
  if (result.review) {
    tags.unshift(create("span", { class: "tag urgent" }, translate("mark_review")));
  }
  if (marking.first.has(row)) tags.unshift(create("span", { class: "tag first" }, translate("mark_first")));
  if (marking.isSurprising(row)) {
    tags.unshift(create("span", { class: "tag second-look" }, translate("second_look")));
  }
  return tags.flatMap((tag) => [tag, " "]);
}

function compare(a, b) {
  if (typeof a === "string") return a.localeCompare(b, undefined, { numeric: true });
  return a === b ? 0 : a < b ? -1 : 1;
}
