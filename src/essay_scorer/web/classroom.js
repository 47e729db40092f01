// The view of a class: a table of essays is scored, judged, kept in this browser, taken away.

import { distribution } from "./chart.js";
import { guessColumns } from "./columns.js";
import { parse, serialise } from "./csv.js";
import { announce, element, make } from "./dom.js";
import { FileRefusal, readTable, takeFiles } from "./files.js";
import { number, say, sayMany, sayOf } from "./language.js";
import { score } from "./request.js";
import { flagSentences, showAnswer, showText } from "./result.js";
import { scoreAll, waiting } from "./run.js";
import { forgetClass, keepClass, keepRow, loadClass, openStore } from "./store.js";
import { ownField, remarkField, Table } from "./table.js";

const USES = ["text", "name", "prompt", "own"];

let table = null; // a file that was dropped and whose columns are being chosen
let head = null; // of the class: its file, columns and assignment
let rows = [];
let running = null; // the AbortController of the run under way
let state = ""; // the name of the sentence about the run
let problem = null; // what went wrong: of what kind, and its code
let reading = null; // the AbortController of the request for one essay's reasons
let keeps = true; // whether this browser keeps the class

const lines = new Table({ open: openRow, changed: judged });

/** Connect the view's parts and bring back the class that was kept; called once. */
export async function start() {
  takeFiles({ area: element("class-drop"), button: element("class-open"), input: element("class-file"), take: open });
  element("columns").addEventListener("submit", begin);
  element("columns").addEventListener("change", preview);
  element("columns-cancel").addEventListener("click", () => openTable(null));
  element("go-on").addEventListener("click", run);
  element("class-stop").addEventListener("click", () => running?.abort());
  element("download").addEventListener("click", download);
  element("clear").addEventListener("click", clear);
  element("reader-close").addEventListener("click", () => element("reader").close());
  element("reader").addEventListener("close", () => reading?.abort());
  document.addEventListener("spoken", show);
  keeps = await openStore();
  const kept = await loadClass();
  if (kept) [head, rows] = [kept.head, kept.rows];
  if (waiting(rows).length > 0) state = "class_left";
  show();
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
  show();
  if (table) element("column-text").focus();
}

function chosenColumns() {
  const chosen = (use) => element(`column-${use}`).value;
  return Object.fromEntries(USES.map((use) => [use, chosen(use) === "" ? null : Number(chosen(use))]));
}

/** Make a class of the table whose columns were chosen. */
async function begin(event) {
  event.preventDefault();
  const [titles, ...body] = table.rows;
  const columns = chosenColumns();
  head = { file: table.file, separator: table.separator, titles, columns, prompt: element("class-prompt").value.trim() };
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
  if (table) showColumns();
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

function showColumns() {
  const titles = table.rows[0];
  for (const use of USES) {
    const none = use === "text" ? [] : [make("option", { value: "" }, say("no_column"))];
    const options = titles.map((title, place) => make("option", { value: place }, title || number(place + 1)));
    const field = element(`column-${use}`);
    field.replaceChildren(...none, ...options);
    field.value = table.columns[use] ?? "";
  }
  element("columns-count").textContent = sayMany("essays", table.rows.length - 1, { file: table.file });
  preview();
}

function preview() {
  table.columns = chosenColumns();
  const texts = table.rows.slice(1).map((row) => row[table.columns.text] ?? "");
  const first = texts.find((text) => text.trim() !== "") ?? "";
  element("preview").textContent = first.length > 300 ? `${first.slice(0, 300)}…` : first;
}

/** Show one essay with its suggestion, over the table. */
function openRow(row) {
  reading?.abort();
  const shown = lines.shown();
  const step = (by, key) => {
    const next = shown[shown.indexOf(row) + by];
    const button = make("button", { type: "button", disabled: !next }, say(key));
    button.addEventListener("click", () => openRow(next));
    return button;
  };
  element("reader-title").textContent = row.name;
  element("reader-steps").replaceChildren(step(-1, "previous"), step(1, "next"));
  const fields = [
    make("label", {}, say("own_score"), ownField(row, judged)),
    make("label", {}, say("remark"), remarkField(row, judged)),
  ];
  element("reader-fields").replaceChildren(...fields);
  element("reader-answer").replaceChildren(...(row.answer ? showAnswer(row.answer) : []));
  element("reader-explain").replaceChildren(...(row.answer && !row.answer.explanation ? reasonsFor(row) : []));
  element("reader-text").replaceChildren(...showText(row.text));
  if (!element("reader").open) element("reader").showModal();
  element("reader").scrollTop = 0;
}

/** A button that asks for the answer once more, with its reasons, and what comes of it. */
function reasonsFor(row) {
  const button = make("button", { type: "button" }, say("explain"));
  const said = make("span", { class: "quiet", role: "status" });
  button.addEventListener("click", async () => {
    if (button.ariaDisabled === "true") return;
    button.ariaDisabled = "true";
    said.textContent = say("explaining");
    const refused = await explain(row);
    button.ariaDisabled = "false";
    if (refused) said.textContent = sayOf("error", refused);
  });
  return [button, said];
}

/** Fetch a row's reasons and show them; return a code where there are none. */
async function explain(row) {
  reading = new AbortController();
  const { signal } = reading;
  try {
    const answer = await score({ ...essayOf(row), explain: true }, { signal });
    if (!answer.explanation) return "no_reasons";
    row.answer = answer;
    arrived(row);
    openRow(row);
    element("reader-answer").querySelector("h3")?.focus();
    return null;
  } catch (error) {
    return signal.aborted ? null : error.code;
  }
}

function download() {
  const added = ["suggestion", "low", "high", "raw", "flags", "review_column", "problem", "own_score", "remark", "model_column"];
  const out = [[...head.titles, ...added.map((key) => say(key))], ...rows.map(outRow)];
  const file = new Blob([serialise(out, head.separator)], { type: "text/csv" });
  const link = make("a", { href: URL.createObjectURL(file), download: `${head.file.replace(/\.\w+$/, "")}-${say("download_suffix")}.csv` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function outRow(row) {
  const cells = head.titles.map((_, column) => row.cells[column] ?? "");
  const { answer } = row;
  const given = answer
    ? [
        answer["essay score"],
        answer.interval.low,
        answer.interval.high,
        number(answer.raw, { useGrouping: false }),
        flagSentences(answer).join(" "),
        say(answer.review ? "yes" : "no"),
      ]
    : ["", "", "", "", "", ""];
  const failure = row.problem ? sayOf("error", row.problem) : "";
  const model = answer ? `${answer.model.name} ${answer.model.version}` : "";
  return [...cells, ...given, failure, row.own.replace(".", number(0.5).charAt(1)), row.remark, model];
}
