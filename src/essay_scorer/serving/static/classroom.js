// The view of a class: a table of essays is scored, judged, kept in this browser, taken away.

import { distribution } from "./chart.js";
import { chosenColumns, guessColumns, previewColumns, showColumns } from "./columns.js";
import { parse } from "./csv.js";
import { announce, element } from "./dom.js";
import { download } from "./download.js";
import { FileRefusal, readTable, takeFiles } from "./files.js";
import { number, say, sayMany, sayOf } from "./language.js";
import { Reader } from "./reader.js";
import { scoreAll, waiting } from "./run.js";
import { forgetClass, keepClass, keepRow, loadClass, openStore } from "./store.js";
import { Table } from "./table.js";

let table = null; // a file that was dropped and whose columns are being chosen
let head = null; // of the class: its file, columns and assignment
let rows = [];
let running = null; // the AbortController of the run under way
let state = ""; // the name of the sentence about the run
let problem = null; // what went wrong: of what kind, and its code
let keeps = true; // whether this browser keeps the class

const lines = new Table({ open: (row) => reader.open(row), changed: judged });
const reader = new Reader({ shown: () => lines.shown(), essayOf, judged, explained: arrived });

/** Connect the view's parts and bring back the class that was kept; called once. */
export async function start() {
  const [area, button, input] = ["class-drop", "class-open", "class-file"].map(element);
  takeFiles({ area, button, input, take: open });
  element("columns").addEventListener("submit", begin);
  element("columns").addEventListener("change", () => previewColumns(table));
  element("columns-cancel").addEventListener("click", () => openTable(null));
  element("go-on").addEventListener("click", run);
  element("class-stop").addEventListener("click", () => running?.abort());
  element("download").addEventListener("click", () => download(head, rows));
  element("clear").addEventListener("click", clear);
  document.addEventListener("spoken", show);
  await bringBack();
  show();
}

async function bringBack() {
  try {
    await openStore();
    const kept = await loadClass();
    if (kept) [head, rows] = [kept.head, kept.rows];
  } catch {
    keeps = false;
  }
  if (waiting(rows).length > 0) state = "class_left";
}

async function open(file) {
  try {
    openTable({ file: file.name, ...parse(await readTable(file)) });
  } catch (error) {
    if (!(error instanceof FileRefusal)) throw error;
    problem = ["file", error.code];
    show();
  }
}

function openTable(found) {
  problem = found && found.rows.length < 2 ? ["file", "table"] : null;
  table = problem ? null : found;
  if (table) table.columns = guessColumns(table.rows[0], table.rows.slice(1));
  element("class-prompt").value = ""; // that of another class is not this one's
  show();
  if (table) element("column-text").focus();
}

/** Make a class of the table whose columns were chosen. */
async function begin(event) {
  event.preventDefault();
  const [titles, ...body] = table.rows;
  const columns = chosenColumns();
  const prompt = element("class-prompt").value.trim();
  head = { file: table.file, separator: table.separator, titles, columns, prompt };
  rows = body.map((cells, place) => newRow(cells, place, columns));
  table = null;
  await keep(keepClass(head, rows));
  show();
  await run();
}

function newRow(cells, place, columns) {
  const cell = (use) => (columns[use] === null ? "" : (cells[columns[use]] ?? ""));
  const own = Number.parseFloat(cell("own").replace(",", "."));
  return {
    place,
    cells,
    name: cell("name").trim() || number(place + 1),
    text: cell("text"),
    prompt: cell("prompt").trim(),
    answer: null,
    problem: null,
    own: Number.isNaN(own) ? "" : String(own),
    remark: "",
  };
}

async function run() {
  if (running) return;
  running = new AbortController();
  state = "class_running";
  show();
  announce(say("class_running"));
  const options = { essayOf, signal: running.signal, each: arrived, offline: showConnection };
  const alone = await whileAlone(() => scoreAll(rows, options));
  state = alone ? ending() : "class_elsewhere";
  running = null;
  if (head === null) return; // it was cleared meanwhile
  showProgress();
  lines.settle();
  announce(`${say(state)} ${progressSentence()}`);
}

function ending() {
  if (waiting(rows).length === 0) return "class_done";
  return running.signal.aborted ? "class_stopped" : "class_left";
}

/** Work unless another tab of this browser is scoring the class; say whether that was done. */
async function whileAlone(work) {
  const attempt = async (lock) => {
    if (lock) await work();
    return lock !== null;
  };
  if (!navigator.locks) return await attempt({}); // over plain HTTP no browser has locks
  return await navigator.locks.request("class", { ifAvailable: true }, attempt);
}

function essayOf(row) {
  const prompt = row.prompt || head.prompt;
  return { text: row.text, ...(prompt && { prompt }) };
}

function arrived(row) {
  keep(keepRow(row));
  lines.refresh(row);
  showProgress();
}

function showConnection(lost) {
  state = lost ? "class_offline" : "class_running";
  showProgress();
}

function judged(row) {
  keep(keepRow(row));
  lines.refresh(row);
  element("chart").replaceChildren(...distribution(rows));
}

async function keep(writing) {
  try {
    await writing;
  } catch {
    keeps = false; // the disk is full, or the browser has changed its mind
    show();
  }
}

async function clear() {
  if (!confirm(say("clear_sure"))) return;
  running?.abort();
  [head, rows, state] = [null, [], ""];
  await keep(forgetClass());
  show();
  element("class-open").focus();
}

function show() {
  element("class-problem").textContent = problem ? sayOf(...problem) : "";
  element("kept").textContent = say(keeps ? "kept" : "not_kept");
  element("class-start").hidden = head !== null || table !== null;
  element("columns").hidden = table === null;
  element("class-work").hidden = head === null;
  if (table) showColumns(table);
  if (head === null) return;
  element("class-name").textContent = head.file;
  lines.show(rows);
  showProgress();
}

function showProgress() {
  const left = waiting(rows).length;
  element("progress").max = rows.length;
  element("progress").value = rows.length - left;
  element("progress-text").textContent = progressSentence();
  element("class-state").textContent = state ? say(state) : "";
  element("class-stop").hidden = running === null;
  element("go-on").hidden = running !== null || left === 0;
  element("chart").replaceChildren(...distribution(rows));
}

function progressSentence() {
  const scored = rows.filter((row) => row.answer).length;
  const failed = rows.filter((row) => row.problem).length;
  const toRead = rows.filter((row) => row.answer?.review).length;
  const parts = [say("progress", { done: number(scored), count: number(rows.length) })];
  if (toRead > 0) parts.push(sayMany("to_read", toRead));
  if (failed > 0) parts.push(sayMany("failed", failed));
  return parts.join(" ");
}
