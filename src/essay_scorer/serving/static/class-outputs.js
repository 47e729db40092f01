// What leaves the page: the table, the filled gradebook, and the printed sheets.

import { downloadClass } from "./csv-download.js";
import { byId } from "./dom.js";

export class ClassOutputs {
  #classroom;
  #onChange;
  #openRow; // returns the row whose essay is open, or null
  #gradebook = null; // promise of its view, which is loaded on first use

  /**
   * @param {() => {header, rows, marking}} classroom Returns the class that is shown.
   * @param {{onChange: (change: object) => void}} listeners Called with changed header fields.
   */
  constructor(classroom, { onChange }) {
    this.#classroom = classroom;
    this.#onChange = onChange;
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
      "print-sheets": () => this.#print((sheets) => sheets.printSheets(visibleRows(), this.#classroom())),
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
