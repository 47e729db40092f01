// Storage of the class in the browser's IndexedDB, on this computer only, until it is deleted.

const DATABASE = "essay-scorer";
const HEADER = "head"; // one record: the file's name, separator, and column titles, and the prompt
const ROWS = "rows"; // one record for each essay

let database = null; // stays null if the browser has no storage, as in some private windows

/** Open the database. Throws if the browser has none. */
export async function openStore() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(HEADER);
    request.result.createObjectStore(ROWS, { keyPath: "place" });
  };
  database = await completed(request);
}

/** Return the saved class, or null. */
export async function loadClass() {
  const transaction = database.transaction([HEADER, ROWS]);
  const [header, records] = await Promise.all([
    completed(transaction.objectStore(HEADER).get(HEADER)),
    completed(transaction.objectStore(ROWS).getAll()),
  ]);
  return header ? { header: fromHeaderRecord(header), rows: records.map(fromRecord) } : null;
}

/** Save a class in place of the previous one. */
export async function saveClass(header, rows) {
  await write((store) => {
    store(ROWS).clear();
    store(HEADER).put(toHeaderRecord(header), HEADER);
    for (const row of rows) store(ROWS).put(toRecord(row));
  });
}

/** Save one essay's row. */
export const saveRow = (row) => write((store) => store(ROWS).put(toRecord(row)));

/** Delete the saved class. */
export async function deleteClass() {
  await write((store) => {
    store(HEADER).clear();
    store(ROWS).clear();
  });
}

// The database keeps the field names of its first version: saved classes stay readable.

const toHeaderRecord = ({ fileName, ...same }) => ({ ...same, file: fileName });

const fromHeaderRecord = ({ file, ...same }) => ({ ...same, fileName: file });

const toRecord = ({ index, result, error, teacherScore, comment, shown: _, ...same }) => ({
  ...same,
  place: index,
  answer: result,
  problem: error,
  own: teacherScore,
  remark: comment,
});

const fromRecord = ({ place, answer, problem, own, remark, ...same }) => ({
  ...same,
  index: place,
  result: answer,
  error: problem,
  teacherScore: own,
  comment: remark,
});

function write(change) {
  if (database === null) return Promise.resolve();
  const transaction = database.transaction([HEADER, ROWS], "readwrite");
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
