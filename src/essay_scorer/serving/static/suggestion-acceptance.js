// Suggestions that the teacher takes as her marks, and back again.

import { isSuggested } from "./class-table.js";
import { MarkScale } from "./mark-scale.js";

export class SuggestionAcceptance {
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
