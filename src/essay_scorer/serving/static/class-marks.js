// How a teacher marks: she types, takes suggestions and back, and goes from student to student.

import { startClassKeys } from "./class-keys.js";
import { isSuggested } from "./class-table.js";
import { announce, byId } from "./dom.js";
import { formatNumber, translate } from "./i18n.js";
import { MarkScale } from "./mark-scale.js";

export class ClassMarks {
  #classTable;
  #dialog;
  #marking;
  #onEdit;
  #acceptance;

  /**
   * @param {{classTable: ClassTable, dialog: EssayDialog, marking: ClassMarking,
   *   onEdit: (row, change) => void}} classroom `onEdit` stores the changed fields of a row.
   */
  constructor({ classTable, dialog, marking, onEdit }) {
    this.#classTable = classTable;
    this.#dialog = dialog;
    this.#marking = marking;
    this.#onEdit = onEdit;
    this.#acceptance = new SuggestionAcceptance({ onEdit: (...edit) => this.#setMark(...edit) });
  }

  /** Connect the keys and the button that undoes. Call once. */
  start(isActive) {
    byId("undo-acceptance").addEventListener("click", () => this.#undo());
    startClassKeys({
      isActive,
      step: (offset) => this.#step(offset),
      focusField: (selector) => this.#focusField(selector),
      filter: (name) => this.#classTable.filter(name),
      accept: () => this.#accept(),
      undo: (target) => this.#undoByKey(target),
    });
  }

  /** Store what the teacher typed in a row. */
  typed(row, change) {
    if ("teacherScore" in change) {
      this.#acceptance.forget(row);
      this.render();
    }
    this.#onEdit(row, change);
  }

  /** Forget what could be undone: another class is shown. */
  reset() {
    this.#acceptance.forget();
  }

  /** Show which suggestion was taken last. */
  render() {
    const row = this.#acceptance.last;
    byId("acceptance").hidden = !row;
    byId("acceptance-message").textContent = row ? this.#message(row) : "";
  }

  #message(row) {
    const { scale } = this.#marking;
    const mark = this.#marking.markOf(row);
    const text = mark === null ? row.teacherScore : scale.format(mark, formatNumber);
    return translate("accepted", { name: row.name, mark: text });
  }

  #setMark(row, change) {
    this.#onEdit(row, change);
    this.#classTable.showMark(row);
    this.#dialog.showMark(row);
  }

  /** The row that the keys act on: that of the dialog, or the one with the focus. */
  get #current() {
    return this.#dialog.row ?? this.#classTable.rowOf(document.activeElement);
  }

  /** Go to the next or previous student, on the same control. */
  #step(offset) {
    if (this.#dialog.row) this.#dialog.step(offset);
    else this.#classTable.step(document.activeElement, offset);
  }

  /** Focus a field of the current row; without a selector, its name. */
  #focusField(selector) {
    if (this.#dialog.row) {
      byId("essay-dialog").querySelector(selector)?.focus();
      return;
    }
    const row = this.#current ?? this.#classTable.visibleRows()[0];
    if (row) this.#classTable.focusRow(row, selector);
  }

  #accept() {
    const row = this.#current;
    if (!row) return;
    const isTaken = this.#acceptance.accept(row);
    this.render();
    announce(isTaken ? this.#message(row) : translate("nothing_to_accept"));
  }

  #undo() {
    const row = this.#acceptance.undo();
    this.render();
    if (row && !this.#dialog.row) this.#classTable.focusRow(row, ".teacher-score");
  }

  /** Undo by a key: in a mark's field, only what was taken there; the browser undoes typing. */
  #undoByKey(target) {
    const { last } = this.#acceptance;
    const isElsewhere = target?.matches(".teacher-score") && last !== this.#current;
    if (!last || isElsewhere) return false;
    this.#undo();
    return true;
  }
}

/** Suggestions that the teacher takes as her marks, and back again. */
class SuggestionAcceptance {
  #before = []; // {row, teacherScore, accepted} before each acceptance, the last one last
  #onEdit;

  /** @param {{onEdit: (row, change) => void}} listeners Called with the changed fields of a row. */
  constructor({ onEdit }) {
    this.#onEdit = onEdit;
  }

  /** The row whose suggestion was accepted last, or undefined. */
  get last() {
    return this.#before.at(-1)?.row;
  }

  /** Take a row's suggestion as its mark. Returns whether it has one that the teacher sees. */
  accept(row) {
    if (!isSuggested(row)) return false;
    const { teacherScore, accepted = false } = row;
    const mark = new MarkScale(row.shown.scale).format(row.shown["essay score"]);
    if (mark === teacherScore) return true;
    this.#before.push({ row, teacherScore, accepted });
    this.#onEdit(row, { teacherScore: mark, accepted: true });
    return true;
  }

  /** Give the row whose suggestion was accepted last the mark from before, and return it. */
  undo() {
    const { row, ...before } = this.#before.pop() ?? {};
    if (row) this.#onEdit(row, before);
    return row;
  }

  /** Forget what could be undone: of a row that the teacher has edited since, or of all rows. */
  forget(row = null) {
    this.#before = row ? this.#before.filter((one) => one.row !== row) : [];
  }
}
