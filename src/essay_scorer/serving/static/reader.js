// One essay of a class, opened over the table: its text, its suggestion, its reasons on request.

import { element, make } from "./dom.js";
import { say, sayOf } from "./language.js";
import { score } from "./request.js";
import { showAnswer, showText } from "./result.js";
import { ownField, remarkField } from "./table.js";

export class Reader {
  #asking = null; // the AbortController of the request for reasons
  #shown;
  #essayOf;
  #judged;
  #explained;

  /**
   * @param {{shown: () => object[], essayOf: (row) => object, judged: (row) => void,
   *   explained: (row) => void}} classroom What it shows and sends, and what is told of a change.
   */
  constructor({ shown, essayOf, judged, explained }) {
    this.#shown = shown;
    this.#essayOf = essayOf;
    this.#judged = judged;
    this.#explained = explained;
    element("reader-close").addEventListener("click", () => element("reader").close());
    element("reader").addEventListener("close", () => this.#asking?.abort());
  }

  open(row) {
    this.#asking?.abort();
    element("reader-title").textContent = row.name;
    element("reader-steps").replaceChildren(this.#step(row, -1, "previous"), this.#step(row, 1, "next"));
    element("reader-fields").replaceChildren(
      make("label", {}, say("own_score"), ownField(row, this.#judged)),
      make("label", {}, say("remark"), remarkField(row, this.#judged)),
    );
    element("reader-answer").replaceChildren(...(row.answer ? showAnswer(row.answer) : []));
    element("reader-explain").replaceChildren(...this.#offer(row));
    element("reader-text").replaceChildren(...showText(row.text));
    if (!element("reader").open) element("reader").showModal();
    element("reader").scrollTop = 0;
  }

  #step(row, by, key) {
    const shown = this.#shown();
    const next = shown[shown.indexOf(row) + by];
    const button = make("button", { type: "button", disabled: !next }, say(key));
    button.addEventListener("click", () => this.open(next));
    return button;
  }

  /** A button that asks for the answer once more, with its reasons, where they are not there. */
  #offer(row) {
    if (!row.answer || row.answer.explanation) return [];
    const button = make("button", { type: "button" }, say("explain"));
    const said = make("span", { class: "quiet", role: "status" });
    button.addEventListener("click", async () => {
      if (button.ariaDisabled === "true") return;
      button.ariaDisabled = "true";
      said.textContent = say("explaining");
      const refused = await this.#explain(row);
      button.ariaDisabled = "false";
      if (refused) said.textContent = sayOf("error", refused);
    });
    return [button, said];
  }

  /** Fetch a row's reasons and show them; return a code where there are none. */
  async #explain(row) {
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    try {
      const answer = await score({ ...this.#essayOf(row), explain: true }, { signal });
      if (!answer.explanation) return "no_reasons";
      row.answer = answer;
    } catch (error) {
      return signal.aborted ? null : error.code;
    }
    this.#explained(row);
    this.open(row);
    element("reader-answer").querySelector("h3")?.focus();
    return null;
  }
}
