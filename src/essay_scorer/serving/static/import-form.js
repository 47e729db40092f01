// The form that opens files as a class, and shows what was read before any of it is sent.

import { classOfTable, withOrigin } from "./class-import.js";
import { byId } from "./dom.js";
import { FileError } from "./file-error.js";
import { acceptFiles } from "./file-input.js";
import { translateCode } from "./i18n.js";
import { canSend, importClass, leaveOutHeadings, showImport, updateImport } from "./import-view.js";

export class ImportForm {
  #table = null; // that was read and isn't sent yet
  #error = null; // {code, values}
  #onChange;
  #onClass;

  /**
   * @param {{onChange: () => void, onClass: ({header, rows}) => Promise<void>}} listeners Called
   *   when other things are to be shown, and with the class that is to be scored.
   */
  constructor({ onChange, onClass }) {
    this.#onChange = onChange;
    this.#onClass = onClass;
  }

  /** Connect the form. Call once. */
  start() {
    acceptFiles({
      zone: byId("class-drop-zone"),
      buttons: [
        [byId("choose-class-file"), byId("class-file")],
        [byId("choose-class-folder"), byId("class-folder")],
      ],
      onFiles: (files) => this.#open(files),
    });
    byId("column-form").addEventListener("submit", (event) => this.#submit(event));
    byId("column-fields").addEventListener("change", () => updateImport(this.#table));
    byId("cancel-columns").addEventListener("click", () => {
      this.#show(null);
      byId("choose-class-file").focus();
    });
  }

  /** Whether a table is shown. */
  get isOpen() {
    return this.#table !== null;
  }

  /** Show the table, or what is wrong with the file, in the current language. */
  render() {
    const error = this.#error;
    byId("class-error").textContent = error ? translateCode("file", error.code, error.values) : "";
    byId("column-form").hidden = !this.isOpen;
    if (this.isOpen) showImport(this.#table);
  }

  async #open(files) {
    try {
      const table = await importClass(files);
      if (table) this.#show(await withOrigin(table, files[0].file));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.#error = { code: error.code, values: error.values ?? {} };
      this.#onChange();
    }
  }

  #show(table) {
    [this.#table, this.#error] = [table, null];
    byId("class-prompt").value = ""; // the previous class may have had another prompt
    this.#onChange();
    if (table) byId(table.documents ? "import-heading" : "column-text").focus();
  }

  async #submit(event) {
    event.preventDefault();
    if (!canSend(this.#table)) return;
    const prompt = byId("class-prompt").value.trim();
    const { header, rows } = await classOfTable(this.#table, prompt);
    leaveOutHeadings(rows);
    this.#table = null;
    await this.#onClass({ header, rows });
  }
}
