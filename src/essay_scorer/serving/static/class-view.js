// The view of a class: import a table, score its essays, review the results, download them.

import { ClassListView, deletionNotice, nameOf } from "./class-list-view.js";
import { ClassMarking } from "./class-marking.js";
import { ClassMarks } from "./class-marks.js";
import { ClassMarkingView, downloadProfile } from "./class-marking-view.js";
import { ClassOutputs } from "./class-outputs.js";
import { progressText, renderChart, renderProgress } from "./class-progress.js";
import { ClassRun } from "./class-run.js";
import * as store from "./class-store.js";
import { ClassTable } from "./class-table.js";
import { onOtherTabs, openClassId, rememberOpenClass, tellOtherTabs } from "./class-tabs.js";
import { addStyle, announce, byId } from "./dom.js";
import { EssayDialog } from "./essay-dialog.js";
import { addMessages, translate } from "./i18n.js";
import { ImportForm } from "./import-form.js";

const LEARNING_DELAY_MS = 300;

let header = null; // of the class: its id, the file's name, separator, and titles, and the prompt
let rows = [];
let storageKey = "saved"; // message about the storage: it works, or why not

const importForm = new ImportForm({ onChange: render, onClass: addClass });
const marking = new ClassMarking();
const run = new ClassRun({ onRow: showResult, onStatus: renderRun });
const markingView = new ClassMarkingView({ onChange: changeHeader });
const outputs = new ClassOutputs(() => ({ header, rows, marking }), {
  onChange: changeHeader,
  essayOf,
  onExplained: (row) => saveFields(row, { result: row.result }),
});
let learning = 0; // timer of the next time that marks are learned from
const onEdit = (row, change) => marks.typed(row, change);
const classTable = new ClassTable({ onOpen: openRow, onEdit });
const listView = new ClassListView({ onOpen: showClass, onRename: rename, onDelete: confirmDelete });
const dialog = new EssayDialog({
  visibleRows: () => classTable.visibleRows(),
  essayOf,
  onEdit,
  onResult: showExplained,
  onClose: (row) => row && classTable.focusRow(row),
});
const marks = new ClassMarks({ classTable, dialog, marking, onEdit: edit });

/** Connect the view and restore the saved class. Call once. */
export async function startClassView() {
  await Promise.all([addStyle(new URL("class.css", import.meta.url)), addMessages("class")]);
  importForm.start();
  const clicks = {
    "resume-class": scoreClass,
    "stop-class": () => run.stop(),
    "all-classes": closeClass,
    "delete-class": () => confirmDelete(header),
    "keep-class": keep,
    "save-profile": saveProfile,
  };
  for (const [id, act] of Object.entries(clicks)) byId(id).addEventListener("click", act);
  outputs.start({ visibleRows: () => classTable.visibleRows(), openRow: () => dialog.row, learn });
  marks.start(isActive);
  onOtherTabs(takeOver);
  document.addEventListener("languagechanged", render);
  await restoreClass();
  render();
}

async function restoreClass() {
  try {
    await store.openStore();
    const id = openClassId() ?? (await store.listClasses())[0]?.id;
    if (id) await loadClass(id);
  } catch (error) {
    storageKey = error instanceof store.StoreBlocked ? "storage_blocked" : "not_saved";
  }
}

async function loadClass(id) {
  const saved = await store.loadClass(id);
  [header, rows] = [saved?.header ?? null, saved?.rows ?? []];
  rememberOpenClass(header?.id ?? "");
  run.reset(rows);
  marks.reset();
}

async function showClass(id) {
  await loadClass(id);
  render();
  byId("class-file-name").focus();
}

/** Show the list of all classes. */
function closeClass() {
  [header, rows] = [null, []];
  run.reset(rows);
  rememberOpenClass("");
  render();
  byId("choose-class-file").focus();
}

/** Keep a new class, and score it. */
async function addClass(added) {
  await save(store.addClass(added.header, added.rows));
  ({ header, rows } = added); // shown at once: until then, the earlier class is
  rememberOpenClass(header.id);
  marks.reset();
  render();
  byId("class-file-name").focus();
  await scoreClass();
}

async function scoreClass() {
  announce(translate("class_running"));
  if (!(await run.start({ id: header.id, rows, essayOf }))) return;
  classTable.updateIfIdle();
  announce(`${translate(run.statusKey)} ${progressText(rows)}`);
}

function essayOf(row) {
  const prompt = row.prompt || header.prompt;
  return { text: row.text, ...(prompt && { prompt }) };
}

/** Show and store a row's result or error; resolves when it is stored. */
function showResult(row) {
  const saved = saveFields(row, { result: row.result, error: row.error });
  row.shown = marking.isBundleScale ? row.result : null; // until the marks are learned from
  classTable.updateRow(row);
  renderRun();
  learnSoon();
  return saved;
}

/** Store a result that has its explanation now; its score on the teacher's scale stays. */
function showExplained(row) {
  saveFields(row, { result: row.result });
  learn();
}

/** Change the header, such as the teacher's scale, and learn again. */
async function changeHeader(change) {
  Object.assign(header, change);
  render();
  const { id } = header;
  await save(store.saveHeader(id, change));
  tellOtherTabs({ id, change });
}

function keep() {
  changeHeader({ kept: !header.kept });
}

async function rename(id, name) {
  await save(store.saveHeader(id, { name }));
  tellOtherTabs({ id, change: { name } });
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
  if (!dialog.row) classTable.updateIfIdle(); // other rows may be first, or surprising, now
  renderRun();
  outputs.render();
}

function saveProfile() {
  learn(); // from the last marks, too
  downloadProfile(marking.profile, header.fileName);
}

/** Store what the teacher changed in a row. */
function edit(row, change) {
  const isNew = Object.entries(change).some(([name, value]) => row[name] !== value);
  if (!isNew) return;
  Object.assign(row, change);
  saveFields(row, change);
  marking.updateScale(header, rows);
  classTable.updateRow(row);
  renderChart(rows, marking, header);
  learnSoon();
}

function saveFields(row, change) {
  tellOtherTabs({ id: header.id, index: row.index, change });
  return save(store.saveRow(header.id, row.index, change));
}

/** Show what another tab has changed in this class. */
function takeOver({ id, index, change, deleted }) {
  if (header?.id !== id) {
    if (header === null) listView.render();
    return;
  }
  if (deleted) {
    closeClass();
  } else if (index === undefined) {
    Object.assign(header, change);
    render();
  } else {
    Object.assign(rows[index], change);
    classTable.updateRow(rows[index]);
    learnSoon();
  }
}

function openRow(row) {
  dialog.open(row);
  outputs.prepareSheets(); // so that the browser's own command prints the row's sheet
}

const isActive = () => header !== null && !byId("class").hidden;

async function save(write) {
  try {
    await write;
  } catch {
    storageKey = "not_saved"; // the disk is full, or storage was disabled
    renderStorage();
  }
}

async function confirmDelete(deleted) {
  if (!confirm(translate("confirm_delete", { name: nameOf(deleted) }))) return;
  await save(store.deleteClass(deleted.id));
  tellOtherTabs({ id: deleted.id, deleted: true });
  closeClass();
}

function renderStorage() {
  byId("storage-notice").textContent = translate(storageKey);
}

function render() {
  renderStorage();
  const isStart = header === null && !importForm.isOpen;
  byId("class-start").hidden = !isStart;
  byId("class-results").hidden = header === null;
  if (isStart) listView.render();
  else byId("class-list").hidden = true;
  importForm.render();
  if (header === null) return;
  byId("class-file-name").textContent = nameOf(header);
  byId("class-kept").textContent = header.id ? deletionNotice(header) : "";
  byId("keep-class").textContent = translate(header.kept ? "class_unkeep" : "class_keep");
  marking.update(header, rows);
  markingView.render(header, marking);
  classTable.render(rows, header, marking);
  outputs.render();
  marks.render();
  renderRun();
}

function renderRun() {
  if (header === null) return;
  renderProgress(rows, run);
  renderChart(rows, marking, header);
}
