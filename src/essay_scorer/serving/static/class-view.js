// The view of a class: import a table, score its essays, review the results, download them.

import { pendingRows, scoreRows } from "./class-scoring.js";
import { deleteClass, loadClass, openStore, saveClass, saveRow } from "./class-store.js";
import { ClassMarking } from "./class-marking.js";
import { ClassMarkingView, downloadProfile } from "./class-marking-view.js";
import { ClassTable } from "./class-table.js";
import { canSend, importClass, leaveOutHeadings, showImport, updateImport } from "./class-import.js";
import { cellText } from "./column-mapping.js";
import { downloadClass } from "./csv-download.js";
import { announce, byId } from "./dom.js";
import { EssayDialog } from "./essay-dialog.js";
import { FileError } from "./file-error.js";
import { acceptFiles } from "./file-input.js";
import { formatNumber, plural, translate, translateCode } from "./i18n.js";
import { guessScale, normalizeMark } from "./mark-scale.js";
import { renderScoreChart } from "./score-chart.js";

const LEARNING_DELAY_MS = 300;

let table = null; // an opened file whose columns are being chosen
let header = null; // of the class: the file's name, separator, and titles, and the prompt
let rows = [];
let run = null; // AbortController of the scoring run
let statusKey = ""; // message about the run
let fileError = null; // {code, values}
let storageWorks = true;

const marking = new ClassMarking();
const markingView = new ClassMarkingView({ onChange: changeHeader });
let learning = 0; // timer of the next time that marks are learned from
const classTable = new ClassTable({ onOpen: (row) => dialog.open(row), onEdit: saveEdit });
const dialog = new EssayDialog({
  visibleRows: () => classTable.visibleRows(),
  essayOf,
  onEdit: saveEdit,
  onResult: showResult,
});

/** Connect the view and restore the saved class. Call once. */
export async function startClassView() {
  acceptFiles({
    zone: byId("class-drop-zone"),
    buttons: [
      [byId("choose-class-file"), byId("class-file")],
      [byId("choose-class-folder"), byId("class-folder")],
    ],
    onFiles: openFiles,
  });
  byId("column-form").addEventListener("submit", createClass);
  byId("column-fields").addEventListener("change", () => updateImport(table));
  byId("cancel-columns").addEventListener("click", () => setTable(null));
  byId("resume-class").addEventListener("click", scoreClass);
  byId("stop-class").addEventListener("click", () => run?.abort());
  byId("download-class").addEventListener("click", () => {
    learn(); // from the last marks, too
    downloadClass(header, rows, marking);
  });
  byId("save-profile").addEventListener("click", () => downloadProfile(marking.profile, header.fileName));
  byId("delete-class").addEventListener("click", confirmDelete);
  document.addEventListener("languagechanged", render);
  await restoreClass();
  render();
}

async function restoreClass() {
  try {
    await openStore();
    const saved = await loadClass();
    if (saved) ({ header, rows } = saved);
  } catch {
    storageWorks = false;
  }
  if (pendingRows(rows).length > 0) statusKey = "class_incomplete";
}

async function openFiles(files) {
  try {
    const opened = await importClass(files);
    if (opened) setTable(opened);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    showFileError(error.code, error.values);
  }
}

function showFileError(code, values = {}) {
  fileError = { code, values };
  render();
}

function setTable(opened) {
  fileError = null;
  table = opened;
  byId("class-prompt").value = ""; // the previous class may have had another prompt
  render();
  if (table) byId(table.documents ? "import-heading" : "column-text").focus();
}

/** Create a class from the table and score it. */
async function createClass(event) {
  event.preventDefault();
  if (!canSend(table)) return;
  const { columns, rows: [titles, ...body] } = table;
  const prompt = byId("class-prompt").value.trim();
  header = { fileName: table.fileName, separator: table.separator, titles, prompt };
  rows = body.map((cells, index) => createRow(cells, index, columns));
  leaveOutHeadings(rows);
  const scale = guessScale(body.map((cells) => cells[columns.teacherScore] ?? ""));
  if (scale) header.scale = scale;
  table = null;
  await save(saveClass(header, rows));
  render();
  await scoreClass();
}

function createRow(cells, index, columns) {
  const cell = (role) => cellText(cells, columns[role]);
  return {
    index,
    cells,
    name: cell("name").trim() || formatNumber(index + 1),
    text: cell("text"),
    prompt: cell("prompt").trim(),
    result: null,
    error: null,
    teacherScore: normalizeMark(cell("teacherScore")),
    comment: "",
  };
}

async function scoreClass() {
  if (run) return;
  run = new AbortController();
  statusKey = "class_running";
  render();
  announce(translate("class_running"));
  const options = {
    essayOf,
    signal: run.signal,
    onRow: showResult,
    onConnectionChange: showConnection,
  };
  const ran = await runInOneTab(() => scoreRows(rows, options));
  statusKey = ran ? finalStatus() : "class_elsewhere";
  run = null;
  if (header === null) return; // the class was deleted during the run
  renderProgress();
  classTable.updateIfIdle();
  announce(`${translate(statusKey)} ${progressText()}`);
}

function finalStatus() {
  if (pendingRows(rows).length === 0) return "class_done";
  return run.signal.aborted ? "class_stopped" : "class_incomplete";
}

/** Run unless another tab is scoring the class; return whether it ran. */
async function runInOneTab(work) {
  const attempt = async (lock) => {
    if (lock) await work();
    return lock !== null;
  };
  if (!navigator.locks) return await attempt({}); // the API needs a secure context
  return await navigator.locks.request("class", { ifAvailable: true }, attempt);
}

function essayOf(row) {
  const prompt = row.prompt || header.prompt;
  return { text: row.text, ...(prompt && { prompt }) };
}

function showResult(row) {
  save(saveRow(row));
  row.shown = marking.isBundleScale ? row.result : null; // until the marks are learned from
  classTable.updateRow(row);
  renderProgress();
  learnSoon();
}

/** Change the header, such as the teacher's scale, and learn again. */
async function changeHeader(change) {
  Object.assign(header, change);
  await save(saveClass(header, rows));
  render();
}

/** Learn from the marks once the teacher pauses. */
function learnSoon() {
  clearTimeout(learning);
  learning = setTimeout(learn, LEARNING_DELAY_MS);
}

function learn() {
  if (header === null) return;
  marking.update(header, rows);
  markingView.update(marking);
  for (const row of rows) classTable.updateRow(row);
  renderProgress();
}

function showConnection(lost) {
  statusKey = lost ? "class_offline" : "class_running";
  renderProgress();
}

function saveEdit(row) {
  save(saveRow(row));
  marking.updateScale(header, rows);
  classTable.updateRow(row);
  renderChart();
  learnSoon();
}

async function save(write) {
  try {
    await write;
  } catch {
    storageWorks = false; // the disk is full, or storage was disabled
    render();
  }
}

async function confirmDelete() {
  if (!confirm(translate("confirm_delete"))) return;
  run?.abort();
  [header, rows, statusKey] = [null, [], ""];
  await save(deleteClass());
  render();
  byId("choose-class-file").focus();
}

function render() {
  byId("class-error").textContent = fileError
    ? translateCode("file", fileError.code, fileError.values)
    : "";
  byId("storage-notice").textContent = translate(storageWorks ? "saved" : "not_saved");
  byId("class-start").hidden = header !== null || table !== null;
  byId("column-form").hidden = table === null;
  byId("class-results").hidden = header === null;
  if (table) showImport(table);
  if (header === null) return;
  byId("class-file-name").textContent = header.fileName;
  marking.update(header, rows);
  markingView.render(header, marking);
  classTable.render(rows, header, marking);
  renderProgress();
}

function renderProgress() {
  const pending = pendingRows(rows).length;
  byId("class-progress").max = rows.length;
  byId("class-progress").value = rows.length - pending;
  byId("class-progress-text").textContent = progressText();
  byId("class-status").textContent = statusKey ? translate(statusKey) : "";
  byId("stop-class").hidden = run === null;
  byId("resume-class").hidden = run !== null || pending === 0;
  renderChart();
}

function renderChart() {
  byId("score-chart").replaceChildren(...renderScoreChart(rows, marking, header.blind));
}

function progressText() {
  const scored = rows.filter((row) => row.result).length;
  const failed = rows.filter((row) => row.error).length;
  const toReview = rows.filter((row) => (row.shown ?? row.result)?.review).length;
  const counts = { done: formatNumber(scored), count: formatNumber(rows.length) };
  const parts = [translate("progress", counts)];
  if (toReview > 0) parts.push(plural("to_review", toReview));
  if (failed > 0) parts.push(plural("failed", failed));
  return parts.join(" ");
}
