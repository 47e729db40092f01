// The card on which a gradebook of a learning platform is filled with the class's marks.

import { byId, create, downloadBytes } from "./dom.js";
import { FileError } from "./file-error.js";
import { decimalOf, encodeGradebook, fillGradebook, readLayout } from "./gradebook.js";
import { openGradebook } from "./gradebook-file.js";
import { matchStudents } from "./gradebook-match.js";
import { formatNumber, plural, translate, translateCode } from "./i18n.js";
import { UnclosedQuote } from "./csv.js";

const MAX_NAMES = 12; // in a line that says who is missing

export class GradebookView {
  #classroom;
  #onChange;
  #layout = null; // of the class's gradebook
  #text = null; // that the layout is of
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
      this.#onChange({ gradebook: await openGradebook(file, this.#classroom().header) });
    } catch (error) {
      this.#error = errorOf(error);
      this.render();
    }
  }

  /** Show the class's gradebook: who is in it, and what will be filled in. */
  render() {
    const { header } = this.#classroom();
    if (header === null) return; // the class was closed meanwhile
    const { gradebook } = header;
    const error = this.#error;
    byId("gradebook-error").textContent = error ? translateCode("file", error.code, error.values) : "";
    for (const id of ["gradebook-fill", "download-gradebook"]) byId(id).hidden = !gradebook;
    if (!gradebook) return;
    if (this.#text !== gradebook.text) {
      [this.#text, this.#layout] = [gradebook.text, readLayout(gradebook.text)];
    }
    const layout = this.#layout;
    const options = layout.grades.map((value) => create("option", { value }, layout.titles[value]));
    byId("gradebook-column").replaceChildren(...options);
    byId("gradebook-column").value = gradebook.grade;
    const lines = this.#reportLines(this.#filled());
    byId("gradebook-report").replaceChildren(...lines.map((line) => create("p", {}, line)));
  }

  #reportLines({ match, marks, comments }) {
    const { header, marking } = this.#classroom();
    const { fileName, grade } = header.gradebook;
    const { students, maxima, comment } = this.#layout;
    const all = formatNumber(students.length);
    const lines = [plural("gradebook_matched", match.pairs.size, { all, file: fileName })];
    if (match.rowsLeft.length > 0) lines.push(translate("not_in_gradebook", { names: namesOf(match.rowsLeft) }));
    if (match.studentsLeft.length > 0) lines.push(translate("not_in_class", { names: namesOf(match.studentsLeft) }));
    const filled = { comments: plural("comments_count", comments) };
    lines.push(comment < 0 ? plural("marks_filled", marks) : plural("marks_comments_filled", marks, filled));
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
    const layout = this.#layout;
    const decimal = decimalOf(layout, grade);
    const match = matchStudents(rows, layout.students, header.titles ?? []);
    const cells = new Map();
    const counts = { marks: 0, comments: 0 };
    for (const [{ record }, row] of match.pairs) {
      const mark = marking.markOf(row);
      const filled = new Map();
      if (mark !== null) {
        filled.set(grade, marking.scale.format(mark, (value) => String(value).replace(".", decimal)));
        counts.marks += 1;
      }
      if (layout.comment >= 0 && row.comment.trim() !== "") {
        filled.set(layout.comment, row.comment);
        counts.comments += 1;
      }
      cells.set(record, filled);
    }
    return { match, cells, ...counts };
  }

  #download() {
    const { text, encoding, fileName } = this.#classroom().header.gradebook;
    const filled = fillGradebook(text, this.#layout, this.#filled().cells);
    downloadBytes(encodeGradebook(filled, encoding), "text/csv", fileName);
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
