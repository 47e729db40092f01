// What leaves the page: the table, the filled gradebook, and the printed sheets.

import { downloadClass } from "./csv-download.js";
import { byId } from "./dom.js";

export class ClassOutputs {
  #classroom;
  #onChange;
  #essayOf;
  #onExplained;
  #openRow; // returns the row whose essay is open, or null
  #passages = null; // module that finds what sheets mark, once it is loaded
  #isPreparing = false; // sheets, which takes a while if passages are to be found
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
      "stop-sheets": () => this.#passages.stopFindingPassages(),
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
    if (this.#isPreparing) return;
    this.#isPreparing = true;
    const { header } = this.#classroom();
    const isShown = () => this.#classroom().header === header;
    try {
      const sheets = await this.prepareSheets();
      const isWhole = !byId("sheet-passages").checked || (await this.#findPassages(rows, isShown));
      if (isWhole && isShown()) sheets.printSheets(rows, this.#classroom());
    } finally {
      this.#isPreparing = false;
    }
  }

  async #findPassages(rows, isShown) {
    const { findPassages, stopFindingPassages } = (this.#passages = await import("./sheet-passages.js"));
    return await findPassages(rows, {
      essayOf: this.#essayOf,
      onExplained: (row) => (isShown() ? this.#onExplained(row) : stopFindingPassages()),
    });
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
