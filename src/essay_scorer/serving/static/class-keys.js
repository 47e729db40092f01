// The keys with which a teacher goes from the first student to the last.
//
// Keys with a letter act only while the focus is in the class, and not in a field.

import { byId, create } from "./dom.js";
import { translate, translateCode } from "./i18n.js";

const FILTERS = { t: "all", r: "review", u: "ungraded", f: "flagged" };
const HELP = [
  [["Enter"], "key_next_mark"],
  [["Shift", "Enter"], "key_previous_mark"],
  [["Alt", "↓"], "key_next"],
  [["Alt", "↑"], "key_previous"],
  [["="], "key_accept"],
  [["Esc"], "key_leave_field"],
  [["N"], "key_next"],
  [["P"], "key_previous"],
  [["M"], "key_mark"],
  [["C"], "key_comment"],
  [["R"], "key_filter_review"],
  [["U"], "key_filter_unmarked"],
  [["F"], "key_filter_flagged"],
  [["T"], "key_filter_all"],
  [["Z"], "key_undo"],
  [["?"], "key_help_dialog"],
];

/**
 * Connect the keys.
 *
 * @param {object} actions
 * @param {() => boolean} actions.isActive Whether a class is shown.
 * @param {(offset: number) => void} actions.step Go to the next or previous row, in the same field.
 * @param {(field: string) => void} actions.focusField Focus a field of the row, or its name.
 * @param {(name: string) => void} actions.filter
 * @param {() => void} actions.accept
 * @param {() => boolean} actions.undo Returns whether there was something to undo.
 */
export function startClassKeys(actions) {
  byId("show-keys").addEventListener("click", showKeys);
  byId("close-keys").addEventListener("click", () => byId("keys-dialog").close());
  document.addEventListener("keydown", (event) => {
    if (!actions.isActive() || byId("keys-dialog").open || byId("key-dialog").open) return;
    if (event.isComposing || !handle(event, actions)) return;
    event.preventDefault();
    event.stopPropagation();
  });
}

function showKeys() {
  const items = HELP.flatMap(([keys, meaning]) => [
    create("dt", {}, ...keys.flatMap((key, index) => [index > 0 ? "+" : "", keycap(key)])),
    create("dd", {}, translate(meaning)),
  ]);
  byId("keys-list").replaceChildren(...items);
  byId("keys-dialog").showModal();
}

/** Return a key with what is printed on it in the current language's keyboards. */
const keycap = (key) => create("kbd", {}, translateCode("keycap", key));

/** Act on a key; return whether it has a meaning here. */
function handle(event, actions) {
  const { key, target } = event;
  const isArrow = key === "ArrowDown" || key === "ArrowUp";
  if (event.altKey && isArrow) return done(actions.step(key === "ArrowDown" ? 1 : -1));
  if (event.altKey) return false;
  if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "z") {
    return !event.shiftKey && canUndoHere(target) && actions.undo(target);
  }
  if (event.ctrlKey || event.metaKey) return false;
  if (target.matches(".teacher-score")) return inMarkField(event, actions);
  if (target.matches(".comment")) return key === "Escape" && leave(target, actions);
  if (target.matches("input, select, textarea")) return false;
  return target.closest("#class-results, #essay-dialog") !== null && byLetter(event, actions);
}

const done = () => true;

function inMarkField({ key, shiftKey, target }, actions) {
  if (key === "Enter") return done(actions.step(shiftKey ? -1 : 1));
  if (key === "=") return done(actions.accept());
  return key === "Escape" && leave(target, actions);
}

/** Leave a field of the table; in the dialog, Escape closes it. */
const leave = (field, actions) =>
  field.closest("#class-table-body") !== null && done(actions.focusField());

function byLetter({ key }, actions) {
  const letter = key.toLowerCase();
  if (letter === "n" || letter === "p") return done(actions.step(letter === "n" ? 1 : -1));
  if (letter === "=") return done(actions.accept());
  if (letter === "m") return done(actions.focusField(".teacher-score"));
  if (letter === "c") return done(actions.focusField(".comment"));
  if (letter === "z") return actions.undo();
  if (letter === "?") return done(showKeys());
  const isFilter = letter in FILTERS && !byId("essay-dialog").open;
  return isFilter && done(actions.filter(FILTERS[letter]));
}

/** In a field, the browser's own undo comes first, but for a mark that was not typed. */
const canUndoHere = (target) =>
  !target.matches("input, textarea") || target.matches(".teacher-score");
