// What the browser keeps of a class, on this computer alone, until it is cleared.

const NAME = "essay-scorer";
const HEAD = "head"; // what is kept once for a class
const ROWS = "rows"; // what is kept for each essay

let database = null; // stays so where the browser keeps nothing, as in some private windows

/** Open the store; an error says that this browser has none. */
export async function openStore() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(HEAD);
    request.result.createObjectStore(ROWS, { keyPath: "place" });
  };
  database = await done(request);
}

/** The class that was kept, or null. */
export async function loadClass() {
  const reading = database.transaction([HEAD, ROWS]);
  const [head, rows] = await Promise.all([
    done(reading.objectStore(HEAD).get(HEAD)),
    done(reading.objectStore(ROWS).getAll()),
  ]);
  return head ? { head, rows } : null;
}

/** Keep a class in place of the one before. */
export async function keepClass(head, rows) {
  await write((stores) => {
    stores(ROWS).clear();
    stores(HEAD).put(head, HEAD);
    for (const row of rows) stores(ROWS).put(row);
  });
}

/** Keep what has changed in one essay's row. */
export const keepRow = (row) => write((stores) => stores(ROWS).put(row));

/** Forget the class. */
export async function forgetClass() {
  await write((stores) => {
    stores(HEAD).clear();
    stores(ROWS).clear();
  });
}

function write(change) {
  if (database === null) return Promise.resolve();
  const writing = database.transaction([HEAD, ROWS], "readwrite");
  change((name) => writing.objectStore(name));
  return new Promise((resolve, reject) => {
    writing.oncomplete = resolve;
    writing.onabort = () => reject(writing.error);
  });
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
