// ZIP archives (PKWARE APPNOTE, section 4.3), such as the files of office programs.

import { FileError } from "./file-error.js";

// What one archive may unpack: guards against decompression bombs, and against documents that
// would block the page for seconds while they are parsed. An essay's takes a tenth of it.
const MAX_UNPACKED_BYTES = 8 * 1024 * 1024;

const DIRECTORY_ENTRY = { signature: 0x02014b50, size: 46 };
const END_OF_DIRECTORY = { signature: 0x06054b50, size: 22 };
const LOCATOR_64 = { signature: 0x07064b50, size: 20 };
const LOCAL_HEADER_SIZE = 30;
const MAX_COMMENT_SIZE = 0xffff;
const EXTRA_64 = 0x0001;
const EXTRA_PATH = 0x7075; // in UTF-8
const IN_EXTRA_64 = 0xffffffff; // a size or an offset that takes eight bytes
const ENCRYPTED = 1; // a flag
const PIECE_SIZE = 4096;
// The upper half of code page 850, of Western Europe.
const DOS =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐" +
  "└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0";
const METHODS = { stored: 0, deflated: 8 };

export class ZipArchive {
  #view;
  #entries;
  #budget;

  /** @param {{bytes: number}} [budget] How much may be unpacked, shared by nested archives. */
  constructor(bytes, budget = { bytes: MAX_UNPACKED_BYTES }) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#entries = readDirectory(this.#view);
    this.#budget = budget;
  }

  /** Return the names of all files, in lower case. */
  names() {
    return [...this.#entries.keys()];
  }

  /** Return the paths of all files, as they are written. */
  paths() {
    return [...this.#entries.values()].map((entry) => entry.path).filter((path) => !path.endsWith("/"));
  }

  /** Return what the directory says of each file, with its name: what `copyArchive` needs. */
  entries() {
    return [...this.#entries];
  }

  /** Return the archive in one of this archive's files. */
  nested(bytes) {
    return new ZipArchive(bytes, this.#budget);
  }

  /** Return the bytes of a file, or null if there is none of this name. Throws FileError. */
  async read(name) {
    const entry = this.#entries.get(normalizeName(name));
    if (!entry) return null;
    if (entry.flags & ENCRYPTED) throw new FileError("password");
    const data = this.packed(entry);
    if (entry.method === METHODS.stored) return this.#spend(data);
    if (entry.method !== METHODS.deflated) throw new Error("method");
    return await this.#readAll(inPieces(data).pipeThrough(new DecompressionStream("deflate-raw")));
  }

  /** Return the bytes of an entry as they are in the archive. */
  packed({ offset, size }) {
    const skipped =
      this.#view.getUint16(offset + 26, true) + this.#view.getUint16(offset + 28, true);
    const start = this.#view.byteOffset + offset + LOCAL_HEADER_SIZE + skipped;
    return new Uint8Array(this.#view.buffer, start, size);
  }

  async #readAll(stream) {
    const chunks = [];
    for (let reader = stream.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(this.#spend(value));
    }
    return new Uint8Array(await new Blob(chunks).arrayBuffer());
  }

  #spend(bytes) {
    this.#budget.bytes -= bytes.byteLength;
    if (this.#budget.bytes < 0) throw new FileError("size");
    return bytes;
  }
}

/** Return a stream of small pieces: each is unpacked whole, up to a thousand times as large. */
function inPieces(data) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(data.subarray(at, (at += PIECE_SIZE)));
      if (at >= data.length) controller.close();
    },
  });
}

/** Return a name as it is looked up: parts of office files are named without regard to case. */
const normalizeName = (name) => name.replaceAll("\\", "/").replace(/^\/+/, "").toLowerCase();

/** Return the entries of the central directory by their names. */
function readDirectory(view) {
  const entries = new Map();
  let at = findDirectory(view);
  while (view.getUint32(at, true) === DIRECTORY_ENTRY.signature) {
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map((offset) =>
      view.getUint16(at + offset, true),
    );
    const nameStart = at + DIRECTORY_ENTRY.size;
    const extra = { start: nameStart + nameSize, size: extraSize };
    const path = entryPath(view, nameStart, extra);
    entries.set(normalizeName(path), {
      path,
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      header: new Uint8Array(view.buffer, view.byteOffset + at, DIRECTORY_ENTRY.size + nameSize),
      ...sizesAndOffset(view, at, extra),
    });
    at = nameStart + nameSize + extraSize + commentSize;
  }
  return entries;
}

/** Return where the directory starts; in a large archive, another record says so. */
function findDirectory(view) {
  const end = findEnd(view);
  const locator = end - LOCATOR_64.size;
  const isLarge = locator >= 0 && view.getUint32(locator, true) === LOCATOR_64.signature;
  if (!isLarge) return view.getUint32(end + 16, true);
  return readUint64(view, readUint64(view, locator + 8) + 48);
}

function findEnd(view) {
  const last = view.byteLength - END_OF_DIRECTORY.size;
  for (let offset = last; offset >= Math.max(0, last - MAX_COMMENT_SIZE); offset--) {
    if (view.getUint32(offset, true) === END_OF_DIRECTORY.signature) return offset;
  }
  throw new Error("archive");
}

/** Return the sizes of an entry and the offset of its header; large ones are in an extra. */
function sizesAndOffset(view, entry, extra) {
  const values = [24, 20, 42].map((offset) => view.getUint32(entry + offset, true));
  let field = findExtra(view, extra, EXTRA_64)?.start;
  values.forEach((value, index) => {
    if (field === undefined || value !== IN_EXTRA_64) return;
    values[index] = readUint64(view, field);
    field += 8;
  });
  const [unpackedSize, size, offset] = values;
  return { unpackedSize, size, offset };
}

/** Return where the data of an extra field are, or undefined. */
function findExtra(view, extra, wanted) {
  for (let at = extra.start; at + 4 <= extra.start + extra.size; ) {
    const [id, size] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    if (id === wanted) return { start: at + 4, size };
    at += 4 + size;
  }
  return undefined;
}

/** Return the path of an entry, which old programs write in the encoding of DOS. */
function entryPath(view, start, { start: end, size }) {
  const bytes = (from, to) => new Uint8Array(view.buffer, view.byteOffset + from, to - from);
  const unicode = findExtra(view, { start: end, size }, EXTRA_PATH); // version, checksum, path
  const name = unicode ? bytes(unicode.start + 5, unicode.start + unicode.size) : bytes(start, end);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(name).normalize("NFC");
  } catch {
    return Array.from(name, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : DOS[byte - 0x80])).join("");
  }
}

const readUint64 = (view, offset) => Number(view.getBigUint64(offset, true));
