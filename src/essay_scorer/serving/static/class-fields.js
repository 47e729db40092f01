// The fields of a class's row: the mark, checked against the teacher's scale, and the comment.

import { create } from "./dom.js";
import { formatNumber, translate } from "./i18n.js";
import { isUnfinishedMark, readMark } from "./mark-scale.js";

/**
 * Return the field for a row's mark, with room beside it for the reason why a mark is refused.
 *
 * It is a text field: the wheel and the arrow keys of a number field change marks unnoticed. A mark
 * that the scale does not have is not stored; the one from before stays.
 *
 * @param {object} row
 * @param {{scaleOf: () => MarkScale, onEdit: (row, change) => void}} options `onEdit` is called
 *   with the changed fields of the row.
 */
export function markField(row, { scaleOf, onEdit }) {
  const scale = scaleOf();
  const isDecimal = scale.labels.length === 0 && scale.min >= 0;
  const field = create("input", {
    type: "text",
    class: "teacher-score",
    inputmode: isDecimal ? "decimal" : "text",
    autocomplete: "off",
    spellcheck: "false",
  });
  const box = create("span", { class: "mark-field" }, field);
  let before = row.teacherScore; // what stays if what is typed is refused
  labelField(field, row, "teacher_score");
  showMark(field, row);
  field.addEventListener("focus", () => {
    if (!isRefused(field)) before = row.teacherScore;
  });
  field.addEventListener("input", () => {
    const read = readMark(field.value, scaleOf());
    const isWrong = read === null && !isUnfinishedMark(field.value, scaleOf());
    showReason(box, isWrong ? scaleOf() : null);
    onEdit(row, { teacherScore: read ?? before, accepted: false });
  });
  field.addEventListener("change", () => {
    const read = readMark(field.value, scaleOf());
    showReason(box, read === null ? scaleOf() : null);
    if (read === null) return;
    before = read;
    showMark(field, row);
  });
  return box;
}

/** Show a row's mark in its field as the current language writes it; what was refused stays. */
export function showMark(field, row) {
  if (isRefused(field)) return;
  const text = row.teacherScore;
  const isNumber = /^-?\d+(?:\.\d+)?$/.test(text);
  const shown = isNumber
    ? formatNumber(Number(text), { useGrouping: false, maximumFractionDigits: 6 })
    : text;
  if (field.value !== shown) field.value = shown;
}

/** Remove what was refused, such as before a suggestion takes its place. */
export function clearRefusal(field) {
  showReason(field.closest(".mark-field"), null);
}

const isRefused = (field) => field.getAttribute("aria-invalid") === "true";

/** Show beside a field that the scale does not have its mark, or nothing if `scale` is null. */
function showReason(box, scale) {
  const field = box.querySelector("input");
  box.querySelector(".mark-error")?.remove();
  field.removeAttribute("aria-invalid");
  if (scale === null) return;
  field.setAttribute("aria-invalid", "true");
  box.append(create("span", { class: "mark-error", role: "alert" }, reasonOf(field.value, scale)));
}

function reasonOf(text, scale) {
  const mark = text.trim();
  if (scale.labels.length > 0) {
    return translate("mark_refused_labels", { mark, labels: scale.labels.toReversed().join(", ") });
  }
  const [low, high] = [scale.min, scale.max].map((end) => scale.format(end, formatNumber));
  return translate("mark_refused", { mark, low, high });
}

/** Return the field for a row's comment, which grows with its text. */
export function commentField(row, { onEdit }) {
  const field = create("textarea", { class: "comment", rows: 1 });
  const copy = create("span", { class: "comment-copy" }); // sizes the field, and is what prints
  labelField(field, row, "comment");
  const box = create("span", { class: "comment-field" }, field, copy);
  showComment(field, row);
  field.addEventListener("input", () => {
    onEdit(row, { comment: field.value });
    copy.textContent = field.value;
  });
  return box;
}

/** Show a row's comment in its field. */
export function showComment(field, row) {
  if (field.value !== row.comment) field.value = row.comment;
  field.nextElementSibling.textContent = row.comment;
}

function labelField(field, row, key) {
  const label = translate(key);
  field.setAttribute("aria-label", translate("label_for_name", { label, name: row.name }));
}
