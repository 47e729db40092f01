// The dialog for one essay of a class: its text, its result, and an explanation on request.

import { clearRefusal, commentField, showMark } from "./class-fields.js";
import { explainRow, isUnexplained } from "./class-explanations.js";
import { isHidden, teacherScoreField } from "./class-table.js";
import { byId, create } from "./dom.js";
import { translate, translateCode } from "./i18n.js";
import { hasMeaning } from "./meaningless-scores.js";
import { addToField } from "./observation-sentences.js";
import { renderParagraphs, renderResult, renderWarnings } from "./result-view.js";

// What keeps the focus when another row is shown, and where it goes if that is disabled.
const FOCUSABLE = [".teacher-score", ".comment", "[data-step='1']", "[data-step='-1']"];

export class EssayDialog {
  row = null; // the one that is shown
  #request = null; // AbortController of the running request for an explanation
  #steps = []; // the rows as they were in the table when the dialog was opened
  #visibleRows;
  #essayOf;
  #onEdit;
  #onResult;

  /**
   * @param {{visibleRows: () => object[], essayOf: (row) => object,
   *   onEdit: (row, change) => void, onResult: (row) => void, onClose: (row) => void}} classroom
   *   The rows to step through, the request of a row, and what to call when the teacher edits a
   *   row, a result with an explanation arrives, or the dialog closes.
   */
  constructor({ visibleRows, essayOf, onEdit, onResult, onClose }) {
    this.#visibleRows = visibleRows;
    this.#essayOf = essayOf;
    this.#onEdit = onEdit;
    this.#onResult = onResult;
    byId("close-essay-dialog").addEventListener("click", () => byId("essay-dialog").close());
    byId("essay-dialog").addEventListener("close", () => {
      this.#request?.abort();
      const { row } = this;
      this.row = null;
      onClose(row);
    });
  }

  /** Show the row that is so many rows after the one that is shown. */
  step(offset) {
    const target = this.#rowAfter(this.row, offset);
    if (target) this.open(target);
  }

  #rowAfter(row, offset) {
    if (!this.#steps.includes(row)) this.#steps = this.#visibleRows();
    return this.#steps[this.#steps.indexOf(row) + offset];
  }

  /** Show a row. The focus stays on the control on which it was. */
  open(row) {
    this.#request?.abort();
    const dialog = byId("essay-dialog");
    const focused = dialog.open && FOCUSABLE.find((one) => document.activeElement?.matches(one));
    if (!dialog.open) this.#steps = this.#visibleRows();
    this.row = row;
    byId("essay-dialog-title").textContent = row.name;
    byId("essay-dialog-navigation").replaceChildren(
      this.#stepButton(row, -1, "previous"),
      this.#stepButton(row, 1, "next"),
    );
    byId("essay-dialog-fields").replaceChildren(
      create("label", {}, translate("teacher_score"), teacherScoreField(row, this.#onEdit)),
      create("label", {}, translate("comment"), commentField(row, { onEdit: this.#onEdit })),
    );
    byId("essay-dialog-result").replaceChildren(
      ...(row.shown && !isHidden(row) ? this.#result(row) : noteInstead(row)),
    );
    byId("essay-dialog-explain").replaceChildren(...this.#explainButton(row));
    byId("essay-dialog-text").replaceChildren(...renderParagraphs(row.text, row.result));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    if (focused) this.#focus(focused);
  }

  /** Show a row's mark, if it is the row that is shown. */
  showMark(row) {
    if (row !== this.row) return;
    const field = byId("essay-dialog").querySelector(".teacher-score");
    clearRefusal(field);
    showMark(field, row);
  }

  #focus(selector) {
    const candidates = [selector, ...FOCUSABLE.slice(2)];
    const controls = candidates.map((one) => byId("essay-dialog").querySelector(one));
    const control = controls.find((one) => one && !one.disabled) ?? byId("close-essay-dialog");
    control.focus();
    if (selector === ".teacher-score") control.select();
  }

  #result(row) {
    const remark = byId("essay-dialog-fields").querySelector(".comment");
    return renderResult(row.shown, row.text, {
      addToRemark: (sentence) => addToField(remark, sentence),
    });
  }

  #stepButton(row, offset, key) {
    const target = this.#rowAfter(row, offset);
    const attributes = { type: "button", disabled: !target, "data-step": offset };
    const button = create("button", attributes, translate(key));
    button.addEventListener("click", () => this.open(target));
    return button;
  }

  /** Return a button that requests the explanation, and its status, unless there is one already. */
  #explainButton(row) {
    if (!row.shown || isHidden(row) || !isUnexplained(row)) return [];
    const button = create("button", { type: "button" }, translate("explain"));
    const status = create("span", { class: "muted", role: "status" });
    button.addEventListener("click", async () => {
      if (button.ariaDisabled === "true") return;
      button.ariaDisabled = "true";
      status.textContent = translate("explaining");
      const error = await this.#explain(row);
      button.ariaDisabled = "false";
      if (error) status.textContent = translateCode("error", error);
    });
    return [button, status];
  }

  /** Request a row's explanation and show it. Returns an error code if there is none. */
  async #explain(row) {
    this.#request = new AbortController();
    const { signal } = this.#request;
    try {
      await explainRow(row, { essayOf: this.#essayOf, signal });
    } catch (error) {
      return signal.aborted ? null : error.code;
    }
    this.#onResult(row);
    this.open(row);
    byId("essay-dialog-result").querySelector("h3")?.focus();
    return null;
  }
}

/** Return what stands in place of a result that the teacher must not see yet, or that is none. */
function noteInstead(row) {
  const { shown, result, error } = row;
  if (!result) return error ? [create("p", { class: "note" }, translateCode("error", error))] : [];
  if (!shown && !hasMeaning(result)) return renderResult(result, row.text);
  const key = shown ? "hidden_until_marked" : "no_suggestion_yet";
  const warnings = shown ? null : renderWarnings(result, row.text);
  return [create("p", { class: "muted" }, translate(key)), warnings].filter(Boolean);
}
