// The dialog for one essay of a class: its text, its result, and an explanation on request.

import { requestWithFeatures } from "./class-scoring.js";
import { commentField, isHidden, teacherScoreField } from "./class-table.js";
import { byId, create } from "./dom.js";
import { translate, translateCode } from "./i18n.js";
import { addToField } from "./observation-sentences.js";
import { renderParagraphs, renderResult } from "./result-view.js";

export class EssayDialog {
  #request = null; // AbortController of the running request for an explanation
  #visibleRows;
  #essayOf;
  #onEdit;
  #onResult;

  /**
   * @param {{visibleRows: () => object[], essayOf: (row) => object, onEdit: (row) => void,
   *   onResult: (row) => void}} classroom The rows to step through, the request of a row, and what
   *   to call when the teacher edits a row or a result with an explanation arrives.
   */
  constructor({ visibleRows, essayOf, onEdit, onResult }) {
    this.#visibleRows = visibleRows;
    this.#essayOf = essayOf;
    this.#onEdit = onEdit;
    this.#onResult = onResult;
    byId("close-essay-dialog").addEventListener("click", () => byId("essay-dialog").close());
    byId("essay-dialog").addEventListener("close", () => this.#request?.abort());
  }

  /** Show a row. */
  open(row) {
    this.#request?.abort();
    const dialog = byId("essay-dialog");
    byId("essay-dialog-title").textContent = row.name;
    byId("essay-dialog-navigation").replaceChildren(
      this.#stepButton(row, -1, "previous"),
      this.#stepButton(row, 1, "next"),
    );
    byId("essay-dialog-fields").replaceChildren(
      create("label", {}, translate("teacher_score"), teacherScoreField(row, this.#onEdit)),
      create("label", {}, translate("comment"), commentField(row, this.#onEdit)),
    );
    byId("essay-dialog-result").replaceChildren(
      ...(row.shown && !isHidden(row) ? this.#result(row) : hiddenNote(row)),
    );
    byId("essay-dialog-explain").replaceChildren(...this.#explainButton(row));
    byId("essay-dialog-text").replaceChildren(...renderParagraphs(row.text, row.result));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
  }

  #result(row) {
    const remark = byId("essay-dialog-fields").querySelector(".comment");
    return renderResult(row.shown, row.text, {
      addToRemark: (sentence) => addToField(remark, sentence),
    });
  }

  #stepButton(row, offset, key) {
    const rows = this.#visibleRows();
    const target = rows[rows.indexOf(row) + offset];
    const button = create("button", { type: "button", disabled: !target }, translate(key));
    button.addEventListener("click", () => this.open(target));
    return button;
  }

  /** Return a button that requests the explanation, and its status, unless there is one already. */
  #explainButton(row) {
    if (!row.shown || isHidden(row) || row.result.explanation) return [];
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
      const result = await requestWithFeatures({ ...this.#essayOf(row), explain: true }, { signal });
      if (!result.explanation) return "no_explanation";
      row.result = result;
    } catch (error) {
      return signal.aborted ? null : error.code;
    }
    this.#onResult(row);
    this.open(row);
    byId("essay-dialog-result").querySelector("h3")?.focus();
    return null;
  }
}

/** Return what stands in place of a result that the teacher must not see yet. */
const hiddenNote = (row) =>
  row.shown ? [create("p", { class: "muted" }, translate("hidden_until_marked"))] : [];
