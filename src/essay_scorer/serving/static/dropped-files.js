// The files that are dropped, those in folders among them.

const MAX_FILES = 5000;

/** Return the files of a drop as {file, path}. */
export async function filesOf(transfer) {
  // What is dropped is gone after the first pause.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = [...transfer.files].map((file) => ({ file, path: file.name }));
  if (!entries.some((entry) => entry?.isDirectory)) return plain;
  const found = [];
  for (const entry of entries) if (entry) await collect(entry, "", found);
  return found;
}

async function collect(entry, folder, found) {
  const path = folder + entry.name;
  if (found.length >= MAX_FILES) return;
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    found.push({ file, path });
    return;
  }
  const reader = entry.createReader();
  const read = () => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
  // A reader gives a hundred entries at a time.
  for (let entries = await read(); entries.length > 0; entries = await read()) {
    for (const one of entries) await collect(one, `${path}/`, found);
  }
}
