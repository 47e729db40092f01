// Writing a ZIP archive again with some of its files replaced (PKWARE APPNOTE, section 4.3).

const LOCAL_HEADER = { signature: 0x04034b50, size: 30 };
const DIRECTORY_ENTRY_SIZE = 46;
const END_OF_DIRECTORY = { signature: 0x06054b50, size: 22 };
const DEFLATED = 8;
const HAS_DESCRIPTOR = 8; // a flag: the sizes follow the data
const VERSION = 20; // that a program needs to unpack what is deflated

/**
 * Return an archive's bytes with some files replaced. All others are copied as they are packed.
 *
 * What is optional is left out: extra fields, comments, and sizes of eight bytes.
 *
 * @param {ZipArchive} archive
 * @param {Map<string, Uint8Array>} replaced The new content of files, by their names, as `archive.names` returns them.
 */
export async function copyArchive(archive, replaced) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const [name, entry] of archive.entries()) {
    const content = replaced.get(name);
    const file = content ? await deflatedFile(content) : copiedFile(archive, entry);
    const header = directoryEntry(entry.header, { ...file, offset });
    directory.push(header);
    parts.push(localHeader(header), file.data);
    offset += LOCAL_HEADER.size + header.length - DIRECTORY_ENTRY_SIZE + file.data.length;
  }
  return await joined([...parts, ...directory, endOfDirectory(directory, offset)]);
}

function copiedFile(archive, entry) {
  const crc = viewOf(entry.header).getUint32(16, true);
  return { method: entry.method, crc, unpackedSize: entry.unpackedSize, data: archive.packed(entry) };
}

async function deflatedFile(content) {
  const stream = new Blob([content]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const data = new Uint8Array(await new Response(stream).arrayBuffer());
  return { method: DEFLATED, crc: checksum(content), unpackedSize: content.length, data };
}

/** Return an entry of the directory, with the name, the date, and the flags that it had. */
function directoryEntry(header, { method, crc, unpackedSize, data, offset }) {
  const copy = header.slice();
  const view = viewOf(copy);
  view.setUint16(6, Math.max(VERSION, view.getUint16(6, true)), true);
  view.setUint16(8, view.getUint16(8, true) & ~HAS_DESCRIPTOR, true);
  view.setUint16(10, method, true);
  [crc, data.length, unpackedSize].forEach((value, index) => view.setUint32(16 + 4 * index, value, true));
  [30, 32, 34].forEach((place) => view.setUint16(place, 0, true)); // extra, comment, disk
  view.setUint32(42, offset, true);
  return copy;
}

/** Return the header before a file's data: it repeats most of the directory's entry. */
function localHeader(entry) {
  const copy = new Uint8Array(LOCAL_HEADER.size + entry.length - DIRECTORY_ENTRY_SIZE);
  viewOf(copy).setUint32(0, LOCAL_HEADER.signature, true);
  copy.set(entry.subarray(6, 32), 4); // from the version to the size of the extra fields
  copy.set(entry.subarray(DIRECTORY_ENTRY_SIZE), LOCAL_HEADER.size);
  return copy;
}

function endOfDirectory(directory, offset) {
  const end = new Uint8Array(END_OF_DIRECTORY.size);
  const view = viewOf(end);
  view.setUint32(0, END_OF_DIRECTORY.signature, true);
  [8, 10].forEach((place) => view.setUint16(place, directory.length, true));
  view.setUint32(12, directory.reduce((sum, { length }) => sum + length, 0), true);
  view.setUint32(16, offset, true);
  return end;
}

const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const joined = async (parts) => new Uint8Array(await new Blob(parts).arrayBuffer());

/** Return the CRC-32 of bytes. */
function checksum(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff];
  return (crc ^ 0xffffffff) >>> 0;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
