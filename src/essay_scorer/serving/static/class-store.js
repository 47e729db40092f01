// Storage of classes in the browser's IndexedDB, on this computer only.
//
// Changes are written field by field: another tab may have changed the others.

const DATABASE = "essay-scorer";
const VERSION = 2;
const CLASSES = "classes"; // one record for each class: its name, table, scale, and dates
const ESSAYS = "essays"; // one record for each essay, by class and place
const DAY_MS = 24 * 60 * 60 * 1000;
export const DAYS_KEPT = 30; // after a class was last opened, unless it is kept

/** Another tab shows an earlier version of the page, which must be closed first. */
export class StoreBlocked extends Error {}

let database = null; // stays null if the browser has no storage, as in some private windows

/** Open the database, and delete what is forgotten. Throws if the browser has none. */
export async function openStore() {
  const request = indexedDB.open(DATABASE, VERSION);
  request.onupgradeneeded = ({ oldVersion }) => upgrade(request, oldVersion);
  database = await new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new StoreBlocked());
  });
  database.onversionchange = () => database.close(); // lets a later version of the page upgrade
  await forget();
}

function upgrade({ result, transaction }, oldVersion) {
  const classes = result.createObjectStore(CLASSES, { keyPath: "id" });
  const essays = result.createObjectStore(ESSAYS, { keyPath: ["class", "place"] });
  if (oldVersion === 1) moveFirstClass({ result, transaction, classes, essays });
}

/** Move the one class that version 1 saved, in "head" and "rows", to the new stores. */
function moveFirstClass({ result, transaction, classes, essays }) {
  const id = newId();
  const header = transaction.objectStore("head").get("head");
  const rows = transaction.objectStore("rows").getAll();
  rows.onsuccess = () => {
    if (header.result) {
      classes.put({ ...header.result, id, essays: rows.result.length, opened: Date.now() });
      for (const row of rows.result) essays.put({ ...row, class: id });
    }
    result.deleteObjectStore("head");
    result.deleteObjectStore("rows");
  };
}

const newId = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;

async function forget() {
  for (const header of await listClasses()) {
    if (deletionDate(header) < Date.now()) await deleteClass(header.id);
  }
}

/** Return when a class is deleted, in milliseconds; Infinity if it is kept. */
export const deletionDate = ({ kept, opened }) => (kept ? Infinity : opened + DAYS_KEPT * DAY_MS);

/** Return the headers of all classes, the one that was opened last first. */
export async function listClasses() {
  if (database === null) return [];
  const records = await completed(database.transaction(CLASSES).objectStore(CLASSES).getAll());
  return records.map(fromHeaderRecord).sort((a, b) => b.opened - a.opened);
}

/** Return a class {header, rows} and note that it was opened, or return null if there is none. */
export async function loadClass(id) {
  const transaction = database.transaction([CLASSES, ESSAYS]);
  const [record, records] = await Promise.all([
    completed(transaction.objectStore(CLASSES).get(id)),
    completed(transaction.objectStore(ESSAYS).getAll(rangeOf(id))),
  ]);
  if (!record) return null;
  const opened = Date.now();
  await saveHeader(id, { opened });
  return { header: fromHeaderRecord({ ...record, opened }), rows: records.map(fromRecord) };
}

/** Save a new class; its header gets its id and the time. */
export async function addClass(header, rows) {
  Object.assign(header, { id: newId(), essays: rows.length, opened: Date.now() });
  await write((store) => {
    store(CLASSES).put(toHeaderRecord(header));
    for (const row of rows) store(ESSAYS).put({ ...toRecord(row), class: header.id });
  });
}

/** Save some fields of a class's header. */
export const saveHeader = (id, change) =>
  write((store) => update(store(CLASSES), id, toHeaderRecord(change)));

/** Save some fields of an essay's row. */
export const saveRow = (id, index, change) =>
  write((store) => update(store(ESSAYS), [id, index], toRecord(change)));

/** Delete a class. */
export async function deleteClass(id) {
  await write((store) => {
    store(CLASSES).delete(id);
    store(ESSAYS).delete(rangeOf(id));
  });
}

const rangeOf = (id) => IDBKeyRange.bound([id], [id, []]); // an array is after all numbers

/** Change a record; one that was deleted meanwhile stays so. */
function update(store, key, change) {
  const request = store.get(key);
  request.onsuccess = () => {
    if (request.result) store.put({ ...request.result, ...change });
  };
}

// The database keeps the field names of its first version.
const HEADER_FIELDS = { fileName: "file" };
const ROW_FIELDS = {
  index: "place",
  result: "answer",
  error: "problem",
  teacherScore: "own",
  comment: "remark",
};
const UNSAVED = new Set(["shown"]);

const renamed = (fields, names) =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      UNSAVED.has(name) ? [] : [[names[name] ?? name, value]],
    ),
  );
const inverse = (names) => Object.fromEntries(Object.entries(names).map(([name, saved]) => [saved, name]));

const toHeaderRecord = (header) => renamed(header, HEADER_FIELDS);
const fromHeaderRecord = (record) => renamed(record, inverse(HEADER_FIELDS));
const toRecord = (row) => renamed(row, ROW_FIELDS);
const fromRecord = ({ class: _, ...row }) => renamed(row, inverse(ROW_FIELDS));

function write(change) {
  if (database === null) return Promise.resolve();
  const transaction = database.transaction([CLASSES, ESSAYS], "readwrite");
  change((name) => transaction.objectStore(name));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
}

function completed(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
