// The card on which a gradebook of a learning platform is filled with the class's marks.

import { byId, create, downloadBytes } from "./dom.js";
import { FileError } from "./file-error.js";
import { fillFile, layoutOf, openGradebook } from "./gradebook-file.js";
import { matchStudents } from "./gradebook-match.js";
import { formatNumber, plural, translate, translateCode } from "./i18n.js";
import { UnclosedQuote } from "./csv.js";

const MAX_NAMES = 12; // in a line that says who is missing

export class GradebookView {
  #classroom;
  #onChange;
  #layout = null; // of the class's gradebook
  #source = null; // the text or the bytes that the layout is of
  #error = null; // {code, values} of a file that is none

  /**
   * @param {() => {header, rows, marking}} classroom Returns the class that is shown.
   * @param {{onChange: (change: object) => void}} listeners Called with changed header fields.
   */
  constructor(classroom, { onChange }) {
    this.#classroom = classroom;
    this.#onChange = onChange;
    byId("gradebook-column").addEventListener("change", () => {
      const { gradebook } = classroom().header;
      onChange({ gradebook: { ...gradebook, grade: Number(byId("gradebook-column").value) } });
    });
    byId("download-gradebook").addEventListener("click", () => this.#download());
  }

  /** Open the file that was chosen as the class's gradebook. */
  async open() {
    const [file] = byId("gradebook-file").files;
    byId("gradebook-file").value = "";
    if (!file) return;
    this.#error = null;
    try {
      this.#onChange({ gradebook: await openGradebook(file, this.#classroom()) });
    } catch (error) {
      this.#error = errorOf(error);
      this.render();
    }
  }

  /** Show the class's gradebook: who is in it, and what will be filled in. */
  async render() {
    if (this.#classroom().header === null) return; // the class was closed meanwhile
    const error = this.#error;
    byId("gradebook-error").textContent = error ? translateCode("file", error.code, error.values) : "";
    if (!(await this.#readLayout())) return;
    const { gradebook } = this.#classroom().header;
    for (const id of ["gradebook-fill", "download-gradebook"]) byId(id).hidden = !gradebook;
    if (!gradebook) return;
    const layout = this.#layout;
    const options = layout.grades.map((value) => create("option", { value }, layout.titles[value]));
    byId("gradebook-column").replaceChildren(...options);
    byId("gradebook-column").value = gradebook.grade;
    const lines = this.#reportLines(this.#filled());
    byId("gradebook-report").replaceChildren(...lines.map((line) => create("p", {}, line)));
  }

  /** Read the layout of the class's gradebook, if it has one; say whether it is still shown. */
  async #readLayout() {
    const source = this.#shownSource();
    if (source === undefined || source === this.#source) return true;
    const layout = await layoutOf(this.#classroom().header.gradebook);
    if (source !== this.#shownSource()) return false; // another one was opened meanwhile
    [this.#source, this.#layout] = [source, layout];
    return true;
  }

  #shownSource() {
    const gradebook = this.#classroom().header?.gradebook;
    return gradebook?.bytes ?? gradebook?.text;
  }

  #reportLines({ match, marks, comments, formulas }) {
    const { header, marking } = this.#classroom();
    const { fileName, grade } = header.gradebook;
    const { students, maxima, comment, sheet, sheets } = this.#layout;
    const all = formatNumber(students.length);
    const lines = [plural("gradebook_matched", match.pairs.size, { all, file: fileName })];
    if (match.rowsLeft.length > 0) lines.push(translate("not_in_gradebook", { names: namesOf(match.rowsLeft) }));
    if (match.studentsLeft.length > 0) lines.push(translate("not_in_class", { names: namesOf(match.studentsLeft) }));
    const filled = { comments: plural("comments_count", comments) };
    lines.push(comment < 0 ? plural("marks_filled", marks) : plural("marks_comments_filled", marks, filled));
    if (formulas > 0) lines.push(plural("formulas_left", formulas));
    if (sheets > 1) lines.push(translate("sheet_filled", { sheet }));
    const maximum = Number((maxima[grade] ?? "").replace(",", "."));
    const { labels, max } = marking.scale;
    if (maximum > 0 && (labels.length > 0 || max !== maximum)) {
      const best = marking.scale.format(max, formatNumber);
      lines.push(translate("gradebook_other_scale", { maximum: formatNumber(maximum), best }));
    }
    return lines;
  }

  /** Return whose row is whose, the new cells, and how many marks and comments they are. */
  #filled() {
    const { header, rows, marking } = this.#classroom();
    const { grade } = header.gradebook;
    const { students, comment } = this.#layout;
    const match = matchStudents(rows, students, header.titles ?? []);
    const cells = new Map();
    const counts = { marks: 0, comments: 0, formulas: 0 };
    const add = (record, kind, column, value) => {
      const isFormula = record.formulas?.has(column) ?? false;
      counts[isFormula ? "formulas" : kind] += 1;
      if (!isFormula) cells.set(record, (cells.get(record) ?? new Map()).set(column, value));
    };
    for (const [{ record }, row] of match.pairs) {
      const mark = marking.markOf(row);
      if (mark !== null) add(record, "marks", grade, marking.scale.format(mark, (value) => value));
      if (comment >= 0 && row.comment.trim() !== "") add(record, "comments", comment, row.comment);
    }
    return { match, cells, ...counts };
  }

  async #download() {
    if (!(await this.#readLayout())) return;
    const { gradebook } = this.#classroom().header;
    const { content, type } = await fillFile(gradebook, this.#layout, this.#filled().cells);
    downloadBytes(content, type, gradebook.fileName);
  }
}

function namesOf(people) {
  const names = people.map(({ name, identifiers }) => name || identifiers?.[0] || "?");
  const rest = names.length - MAX_NAMES;
  return names.slice(0, MAX_NAMES).join(", ") + (rest > 0 ? ` ${translate("and_more", { count: formatNumber(rest) })}` : "");
}

function errorOf(error) {
  if (error instanceof UnclosedQuote) return { code: "quote", values: { line: formatNumber(error.line) } };
  if (error instanceof FileError) return { code: error.code, values: error.values };
  throw error;
}
