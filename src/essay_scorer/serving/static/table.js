// The table of a class: sorted, filtered, and with fields for the teacher's own judgement.

import { element, make } from "./dom.js";
import { number, say, sayOf } from "./language.js";

// Explicit roles: on a narrow screen the rows are laid out as cards, which would end the table.
const COLUMNS = [
  { key: "name", by: (row) => row.name },
  { key: "suggestion", by: (row) => row.answer?.raw ?? -Infinity },
  { key: "flagged", by: urgency },
  { key: "own_score", by: (row) => (row.own === "" ? Infinity : Number(row.own)) },
  { key: "remark", by: (row) => row.remark },
];
const FILTERS = {
  all: () => true,
  review: (row) => urgency(row) < 4,
  unjudged: (row) => row.own === "",
  unscored: (row) => row.answer === null,
};

/** Where a row stands among those that a person should look at: 0 first. */
function urgency(row) {
  if (row.problem) return 0;
  if (row.answer === null) return 5;
  const flagged = row.answer.flags.length > 0;
  if (row.answer.review) return flagged ? 1 : 2;
  return flagged ? 3 : 4;
}

export class Table {
  #rows = [];
  #lines = new Map(); // row: its line in the page
  #sort = { key: "flagged", down: false };
  #open;
  #changed;

  /** @param {{open: (row) => void, changed: (row) => void}} listeners */
  constructor({ open, changed }) {
    this.#open = open;
    this.#changed = changed;
    element("filter").addEventListener("change", () => this.order());
    element("find").addEventListener("input", () => this.order());
  }

  /** Show other rows, or the same ones in another language. */
  show(rows) {
    this.#rows = rows;
    this.#lines = new Map(rows.map((row) => [row, this.#line(row)]));
    this.order();
  }

  /** Show what has changed in a row, where it stands. */
  refresh(row) {
    const line = this.#lines.get(row);
    line.querySelector(".suggested").replaceChildren(...suggested(row));
    line.querySelector(".flags").replaceChildren(...flags(row));
    for (const kind of ["own", "remark"]) {
      const field = line.querySelector(`.${kind}`);
      if (field !== document.activeElement) field.value = row[kind];
    }
  }

  /** The rows in the order and choice that is shown. */
  shown() {
    const wanted = element("find").value.trim().toLowerCase();
    const { by } = COLUMNS.find(({ key }) => key === this.#sort.key);
    const turn = this.#sort.down ? -1 : 1;
    return this.#rows
      .filter(FILTERS[element("filter").value])
      .filter((row) => `${row.name}\n${row.remark}\n${row.text}`.toLowerCase().includes(wanted))
      .sort((left, right) => turn * compare(by(left), by(right)) || left.place - right.place);
  }

  /** Put the lines into order. */
  order() {
    const shown = this.shown();
    element("lines").replaceChildren(...shown.map((row) => this.#lines.get(row)));
    element("heads").replaceChildren(...COLUMNS.map(({ key }) => this.#head(key)));
    const counts = { shown: number(shown.length), all: number(this.#rows.length) };
    element("shown").textContent = say("shown", counts);
  }

  /** Put the lines into order, unless that would take a field away from under somebody's hands. */
  settle() {
    if (!element("lines").contains(document.activeElement)) this.order();
  }

  #head(key) {
    const { key: sorted, down } = this.#sort;
    const order = key !== sorted ? "none" : down ? "descending" : "ascending";
    const button = make("button", { type: "button", class: "plain" }, say(key));
    button.addEventListener("click", () => {
      this.#sort = { key, down: key === sorted && !down };
      this.order();
      element("heads").querySelector("[aria-sort]:not([aria-sort=none]) button").focus();
    });
    return make("th", { role: "columnheader", scope: "col", "aria-sort": order }, button);
  }

  #line(row) {
    const name = make("button", { type: "button", class: "plain" }, row.name);
    name.addEventListener("click", () => this.#open(row));
    const cell = (kind, ...children) => make("td", { role: "cell", class: kind }, ...children);
    const field = (head, input) => make("td", { role: "cell", "data-head": say(head) }, input);
    return make(
      "tr",
      { role: "row" },
      make("th", { role: "rowheader", scope: "row" }, name),
      cell("suggested", ...suggested(row)),
      cell("flags", ...flags(row)),
      field("own_score", ownField(row, this.#changed)),
      field("remark", remarkField(row, this.#changed)),
    );
  }
}

/** The field for the teacher's own score. */
export function ownField(row, changed) {
  const { min, max } = row.answer?.scale ?? {};
  const limits = row.answer ? { min, max } : {};
  const field = make("input", { type: "number", class: "own", step: "any", ...limits });
  return labelled(field, { row, kind: "own", label: say("own_score"), changed });
}

/** The field for the teacher's remark. */
export function remarkField(row, changed) {
  const field = make("input", { type: "text", class: "remark" });
  return labelled(field, { row, kind: "remark", label: say("remark"), changed });
}

function labelled(field, { row, kind, label, changed }) {
  field.value = row[kind];
  field.setAttribute("aria-label", say("label_of", { label, name: row.name }));
  field.addEventListener("input", () => {
    row[kind] = field.value;
    changed(row);
  });
  return field;
}

function suggested({ answer, problem }) {
  if (answer === null) return [make("span", { class: "quiet" }, problem ? "–" : say("waiting"))];
  const { low, high } = answer.interval;
  const score = make("strong", {}, number(answer["essay score"]));
  if (low === high) return [score];
  const range = say("range", { low: number(low), high: number(high) });
  return [score, " ", make("span", { class: "quiet" }, range)];
}

function flags({ answer, problem }) {
  if (problem) return [make("span", { class: "mark urgent" }, sayOf("error", problem))];
  if (answer === null) return [];
  const codes = answer.review && answer.flags.length === 0 ? ["doubtful"] : answer.flags;
  const marks = codes.map((code) => make("span", { class: "mark" }, sayOf("mark", code)));
  if (answer.review) marks.unshift(make("span", { class: "mark urgent" }, say("mark_review")));
  return marks.flatMap((mark) => [mark, " "]);
}

function compare(left, right) {
  if (typeof left === "string") return left.localeCompare(right, undefined, { numeric: true });
  return left === right ? 0 : left < right ? -1 : 1;
}
