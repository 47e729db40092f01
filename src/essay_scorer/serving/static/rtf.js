// The text of RTF files (Rich Text Format, version 1.9.1).

import { FileError } from "./file-error.js";
import { binaryString } from "./file-kind.js";

const MAX_TOKENS = 4_000_000;
// Groups whose text is no part of the page's, or apart from the essay's.
const DROPPED = new Set([
  ...["fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "objdata", "themedata"],
  ...["header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf"],
  ...["footnote", "annotation", "atnid", "atnauthor", "fldinst", "datafield", "listtable"],
  ...["listoverridetable", "rsidtbl", "generator", "xmlnstbl", "latentstyles", "filetbl"],
  ...["listtext", "pntext", "pn", "revtbl", "bkmkstart", "bkmkend", "nonshppict", "mmath"],
]);
const CHARACTERS = {
  ...{ par: "\n\n", sect: "\n\n", page: "\n\n", row: "\n\n", cell: "\n\n", nestcell: "\n\n" },
  ...{ line: "\n", lbr: "\n", tab: "\t", emdash: "—", endash: "–", lquote: "‘", rquote: "’" },
  ...{ ldblquote: "“", rdblquote: "”", bullet: "•", emspace: " ", enspace: " ", qmspace: " " },
};
const SYMBOLS = { "~": " ", _: "-", "-": "", "\r": "\n\n", "\n": "\n\n" };
const CODE_PAGES = { 437: "ibm866", 850: "windows-1252", 10000: "macintosh", 932: "shift_jis" };
const CHARSETS = {
  ...{ 77: 10000, 128: 932, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256, 186: 1257 },
  ...{ 204: 1251, 222: 874, 238: 1250 },
};
const TOKEN = /\\([a-z]+)(-?\d+)? ?|\\'([\da-f]{2})|\\([^a-z])|([{}])|([\r\n]+)|([^\\{}\r\n]+)/gi;

/** Return the text of an RTF file, with blank lines between paragraphs. Throws FileError. */
export function readRtf(bytes) {
  const reader = new Reader();
  let count = 0;
  for (const token of binaryString(bytes).matchAll(TOKEN)) {
    if (++count > MAX_TOKENS) throw new FileError("size");
    reader.take(token);
  }
  const paragraphs = reader.text().split(/\n{2,}/);
  return paragraphs.map((one) => one.trim()).filter(Boolean).join("\n\n");
}

class Reader {
  #pieces = [];
  #bytes = []; // of characters in a code page, not decoded yet
  #state = { isDropped: false, isHidden: false, replacement: 1, page: null, isFontTable: false };
  #stack = [];
  #isOptional = false; // the next word names a group that may be ignored
  #replaced = 0; // characters that only stand for a Unicode one before them
  #page = 1252; // of the document
  #fonts = new Map(); // code pages by the fonts' numbers
  #font = null; // that is being defined

  text() {
    this.#decode();
    return this.#pieces.join("");
  }

  take([, word, parameter, hexadecimal, symbol, brace, , text]) {
    if (brace) this.#brace(brace);
    else if (word) this.#word(word, parameter);
    else if (hexadecimal) this.#byte(parseInt(hexadecimal, 16));
    else if (symbol === "*") this.#isOptional = true;
    else if (symbol) this.#add(SYMBOLS[symbol] ?? symbol);
    else if (text) for (const one of text) this.#byte(one.charCodeAt(0));
  }

  #brace(brace) {
    this.#replaced = 0;
    this.#decode();
    if (brace === "{") this.#stack.push({ ...this.#state });
    else this.#state = this.#stack.pop() ?? this.#state;
    this.#isOptional = false;
  }

  #word(word, parameter) {
    const isOptional = this.#isOptional;
    this.#isOptional = false;
    const value = parameter === undefined ? null : Number(parameter);
    if (word === "u") return this.#unicode(value);
    if (Object.hasOwn(CHARACTERS, word)) return this.#add(CHARACTERS[word]);
    if (word === "fonttbl") this.#state.isFontTable = true;
    if (DROPPED.has(word) || (isOptional && word !== "shptxt")) this.#state.isDropped = true;
    if (word === "shptxt") this.#state.isDropped = false;
    this.#decode();
    if (word === "v" || word === "deleted") this.#state.isHidden = value !== 0;
    else if (word === "plain") this.#state.isHidden = false;
    else if (word === "uc") this.#state.replacement = value ?? 1;
    else if (word === "ansicpg") this.#page = value;
    else if (word === "mac") this.#page = 10000;
    else if (word === "f") this.#setFont(value);
    else if (word === "fcharset") this.#fonts.set(this.#font, CHARSETS[value] ?? null);
    return undefined;
  }

  #setFont(number) {
    if (this.#state.isFontTable) this.#font = number;
    else this.#state.page = this.#fonts.get(number) ?? null;
  }

  #unicode(code) {
    this.#add(String.fromCharCode((code ?? 0) & 0xffff));
    this.#replaced = this.#state.replacement;
  }

  #byte(byte) {
    if (this.#replaced > 0) this.#replaced -= 1;
    else if (this.#isShown()) this.#bytes.push(byte);
  }

  #add(text) {
    if (this.#replaced > 0 && text.length === 1) {
      this.#replaced -= 1;
      return;
    }
    this.#decode();
    if (this.#isShown()) this.#pieces.push(text);
  }

  #isShown() {
    return !this.#state.isDropped && !this.#state.isHidden;
  }

  #decode() {
    if (this.#bytes.length === 0) return;
    const page = this.#state.page ?? this.#page;
    this.#pieces.push(decoder(page).decode(Uint8Array.from(this.#bytes)));
    this.#bytes = [];
  }
}

function decoder(page) {
  try {
    return new TextDecoder(CODE_PAGES[page] ?? (page === 65001 ? "utf-8" : `windows-${page}`));
  } catch {
    return new TextDecoder("windows-1252");
  }
}
