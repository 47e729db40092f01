// A file's text in place of what was typed, which can be undone.

import { announce, byId } from "./dom.js";
import { translate } from "./i18n.js";

export class TextReplacement {
  #field;
  #onChange;
  #fileName = ""; // of the file whose text replaced another one
  #other = null; // the text that undoing brings back, or null if there is none
  #isUndone = false;
  #shown = ""; // the text since the last replacement, unless it was edited

  /**
   * @param {HTMLTextAreaElement} field Whose text is replaced.
   * @param {() => void} onChange Called when undoing has changed the text.
   */
  constructor(field, onChange) {
    this.#field = field;
    this.#onChange = onChange;
    byId("undo-replacement").addEventListener("click", () => this.#undo());
    field.addEventListener("keydown", (event) => this.#undoByKey(event));
  }

  /** Replace the text by a file's. */
  replace(text, fileName) {
    const before = this.#field.value;
    const isLost = before.trim() !== "" && before !== text;
    [this.#fileName, this.#isUndone, this.#other] = [fileName, false, isLost ? before : null];
    this.#show(text);
    if (isLost) announce(this.#message());
  }

  /** Show what was replaced, in the current language, and how to undo it. */
  render() {
    byId("replacement").hidden = this.#other === null;
    byId("replacement-message").textContent = this.#other === null ? "" : this.#message();
  }

  #message() {
    return this.#isUndone ? translate("restored") : translate("replaced", { file: this.#fileName });
  }

  /** Exchange the two texts, so that no edit is lost either. */
  #undo() {
    const text = this.#other;
    [this.#other, this.#isUndone] = [this.#field.value, !this.#isUndone];
    this.#show(text);
    this.#onChange();
    this.#field.focus();
    announce(this.#message());
  }

  #show(text) {
    this.#field.value = text;
    this.#shown = this.#field.value; // with the field's line ends
  }

  /** The browser's own undo ends where a script has set the text: go on from there. */
  #undoByKey(event) {
    const isUndo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey);
    if (!isUndo || event.shiftKey || this.#other === null) return;
    if (this.#isUndone || this.#field.value !== this.#shown) return;
    event.preventDefault();
    this.#undo();
  }
}
