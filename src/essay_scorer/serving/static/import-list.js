// The list of essays that are about to be sent: how much text was found in each, and the headings
// that are left out.

import { cellText } from "./column-mapping.js";
import { byId, create } from "./dom.js";
import { plainText } from "./html-text.js";
import { formatNumber, plural, textSize, translate } from "./i18n.js";
import { findHeading, leaveOut } from "./paper-heading.js";
import { measureText } from "./paragraphs.js";

const MAX_SHOWN = 300;

export class ImportList {
  #essays = []; // {name, text, heading, isLeftOut}
  #table = null; // that is shown
  #columns = "";

  constructor() {
    byId("leave-out-all").addEventListener("change", ({ target }) => {
      for (const essay of this.#essays) essay.isLeftOut = target.checked;
      this.#render();
    });
  }

  /** Show the essays of a table; another language changes no choice. */
  show(table) {
    const { name, text } = table.columns;
    const columns = `${name} ${text}`;
    if (table !== this.#table || columns !== this.#columns) {
      this.#essays = table.rows.slice(1).map((cells, index) => essayOf(cells, index, table.columns));
      [this.#table, this.#columns] = [table, columns];
    }
    this.#render();
  }

  /** Give rows of a class the texts that were chosen. */
  applyTo(rows) {
    rows.forEach((row, index) => (row.text = sentText(this.#essays[index])));
  }

  #render() {
    const shown = this.#essays.slice(0, MAX_SHOWN);
    byId("import-list").replaceChildren(...shown.map((essay) => this.#item(essay)));
    const hidden = this.#essays.length - shown.length;
    byId("import-more").textContent = hidden > 0 ? plural("more_essays", hidden) : "";
    this.#renderAll();
  }

  #renderAll() {
    const headed = this.#essays.filter(({ heading }) => heading);
    const left = headed.filter(({ isLeftOut }) => isLeftOut);
    byId("leave-out-all-field").hidden = headed.length === 0;
    byId("leave-out-all").checked = left.length === headed.length;
    byId("leave-out-all").indeterminate = left.length > 0 && left.length < headed.length;
    byId("leave-out-all-label").textContent = plural("leave_out_all", headed.length);
  }

  #item(essay) {
    const counts = create("span", { class: "muted" }, sizeOf(sentText(essay)));
    const item = create("li", {}, create("strong", {}, essay.name), " ", counts);
    if (essay.heading) item.append(this.#headingChoice(essay, counts));
    return item;
  }

  #headingChoice(essay, counts) {
    const box = create("input", { type: "checkbox" });
    box.checked = essay.isLeftOut;
    box.addEventListener("change", () => {
      essay.isLeftOut = box.checked;
      counts.textContent = sizeOf(sentText(essay));
      this.#renderAll();
    });
    return create("label", { class: "check" }, box, create("span", {}, translate("leave_out", leaveOut(essay.heading))));
  }
}

const sizeOf = (text) => textSize(measureText(text));

function essayOf(cells, index, columns) {
  const name = cellText(cells, columns.name) || formatNumber(index + 1);
  const text = plainText(cells[columns.text] ?? "");
  const heading = findHeading(text, columns.name === null ? "" : name);
  return { name, text, heading, isLeftOut: heading !== null };
}

const sentText = ({ text, heading, isLeftOut }) => (isLeftOut && heading ? heading.body : text);
