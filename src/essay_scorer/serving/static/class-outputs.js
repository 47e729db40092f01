// What leaves the page: the table, the filled gradebook, and the printed sheets.

import { explainRows, isUnexplained } from "./class-explanations.js";
import { downloadClass } from "./csv-download.js";
import { byId } from "./dom.js";
import { formatNumber, plural, translate } from "./i18n.js";

export class ClassOutputs {
  #classroom;
  #onChange;
  #essayOf;
  #onExplained;
  #openRow; // returns the row whose essay is open, or null
  #explaining = null; // AbortController of the requests for explanations
  #gradebook = null; // promise of its view, which is loaded on first use

  /**
   * @param {() => {header, rows, marking}} classroom Returns the class that is shown.
   * @param {{onChange: (change: object) => void, essayOf: (row) => object,
   *   onExplained: (row) => void}} listeners What to call with changed header fields, the request
   *   of a row, and what to call when a row's result has got its explanation.
   */
  constructor(classroom, { onChange, essayOf, onExplained }) {
    this.#classroom = classroom;
    this.#onChange = onChange;
    this.#essayOf = essayOf;
    this.#onExplained = onExplained;
  }

  /** Connect the buttons. Call once. `learn` takes the last marks into account. */
  start({ visibleRows, openRow, learn }) {
    this.#openRow = openRow;
    const clicks = {
      "download-class": () => {
        learn();
        const { header, rows, marking } = this.#classroom();
        downloadClass(header, rows, marking);
      },
      "print-sheets": () => this.#printSheets(visibleRows()),
      "stop-sheets": () => this.#explaining.abort(),
      "print-list": () => this.#print((sheets) => sheets.printClassList(this.#classroom())),
      "print-sheet": () => this.#print((sheets) => sheets.printSheets([openRow()], this.#classroom())),
      "choose-gradebook": () => byId("gradebook-file").click(),
    };
    for (const [id, act] of Object.entries(clicks)) byId(id).addEventListener("click", act);
    byId("gradebook-file").addEventListener("change", async () => (await this.#view()).open());
  }

  async #print(act) {
    act(await this.prepareSheets());
  }

  /** Print a sheet for each row, once its passages are known. */
  async #printSheets(rows) {
    if (this.#explaining) return;
    const { header } = this.#classroom();
    const sheets = await this.prepareSheets();
    const isWhole = !byId("sheet-passages").checked || (await this.#explain(rows, header));
    if (isWhole && this.#classroom().header === header) sheets.printSheets(rows, this.#classroom());
  }

  /** Explain the rows that aren't explained yet; return whether nobody stopped it. */
  async #explain(rows, header) {
    const { signal } = (this.#explaining = new AbortController());
    const missing = rows.filter(isUnexplained).length;
    const show = (done) => {
      const counts = { done: formatNumber(done), count: formatNumber(missing) };
      byId("sheets-status").textContent = missing > 0 ? translate("finding_passages", counts) : "";
    };
    let done = 0;
    const onRow = (row) => {
      if (this.#classroom().header !== header) return this.#explaining.abort();
      this.#onExplained(row);
      show(++done);
    };
    byId("stop-sheets").hidden = missing === 0;
    show(done);
    await explainRows(rows, { essayOf: this.#essayOf, signal, onRow });
    this.#explaining = null;
    if (document.activeElement === byId("stop-sheets")) byId("print-sheets").focus();
    byId("stop-sheets").hidden = true;
    const left = signal.aborted ? 0 : rows.filter(isUnexplained).length;
    byId("sheets-status").textContent = left > 0 ? plural("sheets_unmarked", left) : "";
    return !signal.aborted;
  }

  /** Load the module that prints, so that the browser's own command prints sheets, too. */
  async prepareSheets() {
    const sheets = await import("./class-sheets.js");
    sheets.startPrinting({ classroom: this.#classroom, openRow: this.#openRow });
    return sheets;
  }

  /** Show the class's gradebook, if it has one. */
  async render() {
    if (this.#classroom().header.gradebook || this.#gradebook) (await this.#view()).render();
  }

  #view() {
    this.#gradebook ??= import("./gradebook-view.js").then(
      ({ GradebookView }) => new GradebookView(this.#classroom, { onChange: this.#onChange }),
    );
    return this.#gradebook;
  }
}
