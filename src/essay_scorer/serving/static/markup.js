// What a reader sees of a text that may be HTML; the same steps as text/markup.py, which explains
// them. The server scores this text, so the page counts words and paragraphs in it.

import { parseHtml } from "./inert-parser.js";

const MAX_ENTITY = 40; // characters
const names = (list) => new Set(list.split("|"));
const BLOCKS = names(
  "address|article|aside|blockquote|body|caption|center|dd|div|dl|dt|fieldset|figcaption|figure|" +
    "footer|form|h1|h2|h3|h4|h5|h6|header|hr|html|legend|li|main|nav|ol|option|p|pre|section|" +
    "table|tbody|tfoot|thead|tr|ul",
);
const INLINE = names(
  "a|abbr|acronym|audio|b|base|bdi|bdo|big|button|canvas|cite|code|col|colgroup|data|del|dfn|em|" +
    "embed|font|i|iframe|img|input|ins|kbd|label|link|map|mark|meta|meter|object|output|picture|" +
    "progress|q|rp|rt|ruby|s|samp|select|small|source|span|strike|strong|sub|summary|sup|td|th|" +
    "time|tt|u|var|video|wbr",
);
const HIDDEN = names("head|script|style|svg|template|textarea|title|xml");
const KNOWN = new Set([...BLOCKS, ...INLINE, ...HIDDEN, "br", "noscript", "!doctype", "?xml"]);
const NAME = /<\/?([^ \t\r\n/><]{0,20})[ \t\r\n/>]/y;
const BLANK = /^(?:(?!\ufeff)[\s\x1c-\x1f\x85])*$/; // to the server's language
const OFFICE_NAME = /^\p{L}[\p{L}\p{N}:]*$/u; // such as o:p

/** Return the text without its tags and entities. */
export function removeMarkup(text) {
  if (!text.includes("<") && !text.includes("&")) return text;
  return new Layout(text, [...new Scanner(text).tags()]).text();
}

/** Lays out lines: an element such as a paragraph begins and ends one, <br> ends one. */
class Layout {
  #text;
  #tags;
  #isDocument;
  #isFilled = false; // the current line
  #pieces = [];

  constructor(text, tags) {
    [this.#text, this.#tags] = [text, tags];
    const breaks = tags.some(({ name }) => BLOCKS.has(name) || name === "br");
    const outside = () => [text.slice(0, tags[0].start), text.slice(tags.at(-1).end)];
    this.#isDocument = breaks && outside().some((part) => BLANK.test(part));
  }

  text() {
    let [place, hidden] = [0, ""];
    for (const tag of this.#tags) {
      if (!hidden) {
        this.#content(place, tag.start);
        this.#pieces.push(this.#break(tag));
        hidden = HIDDEN.has(tag.name) && !tag.closes ? tag.name : "";
      } else if (tag.closes && tag.name === hidden) hidden = "";
      place = tag.end;
    }
    if (!hidden) this.#content(place, this.#text.length);
    return this.#pieces.join("");
  }

  #break({ name }) {
    if (name === "br" || (BLOCKS.has(name) && this.#isFilled)) {
      this.#isFilled = false;
      return "\n";
    }
    return name === "td" || name === "th" ? " " : "";
  }

  #content(start, end) {
    const part = this.#text.slice(start, end);
    let place = 0;
    for (let entity; (entity = part.indexOf("&", place)) >= 0; ) {
      const semicolon = part.slice(entity, entity + MAX_ENTITY).indexOf(";");
      const character = semicolon < 0 ? "" : decodeEntity(part.slice(entity, entity + semicolon + 1));
      this.#plain(part.slice(place, entity));
      this.#pieces.push(character || "&");
      this.#isFilled = true;
      place = entity + (character ? semicolon + 1 : 1);
    }
    this.#plain(part.slice(place));
  }

  #plain(part) {
    this.#isFilled ||= /[^ \t\r\n]/.test(part);
    this.#pieces.push(this.#isDocument ? part.replace(/[\r\n\t]/g, " ") : part);
  }
}

/** Return what an entity such as &eacute; stands for; empty if it is none. */
function decodeEntity(entity) {
  const number = /^&#(?:x([\da-f]+)|(\d+))/i.exec(entity);
  if (number) return decodeNumber(number) + entity.slice(number[0].length).replace(/^;/, "");
  if (!/^&[a-z][a-z\d]*;$/i.test(entity)) return "";
  const decoded = parseHtml(entity).textContent;
  // A browser decodes &notit; as ¬it;
  return decoded.endsWith(";") && entity !== "&semi;" ? "" : decoded;
}

const WINDOWS = new TextDecoder("windows-1252"); // for the numbers of control characters

function decodeNumber([, hexadecimal, decimal]) {
  const code = hexadecimal ? parseInt(hexadecimal, 16) : parseInt(decimal, 10);
  if (code === 0 || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return "\ufffd";
  if (code >= 0x80 && code <= 0x9f) return WINDOWS.decode(Uint8Array.of(code));
  const isControl = (code < 0x20 && ![0x09, 0x0a, 0x0c, 0x0d].includes(code)) || code === 0x7f;
  const isNoCharacter = (code & 0xfffe) === 0xfffe || (code >= 0xfdd0 && code <= 0xfdef);
  return isControl || isNoCharacter ? "" : String.fromCodePoint(code);
}

/** Finds tags and comments. Each search starts where an earlier one ended, so it takes one pass. */
class Scanner {
  #text;
  #found = new Map(); // where each mark was found last

  constructor(text) {
    this.#text = text;
  }

  /** Yield the known tags and the comments, in order. */
  *tags() {
    for (let start = this.#text.indexOf("<"); start >= 0; ) {
      const tag = this.#tagAt(start);
      if (tag) yield tag;
      start = this.#text.indexOf("<", tag?.end ?? start + 1);
    }
  }

  #tagAt(start) {
    const text = this.#text;
    const closes = text[start + 1] === "/";
    if (text.startsWith("<!--", start)) {
      const end = this.#next("-->", start + 4);
      return end < 0 ? null : { name: "", closes, start, end: end + 3 };
    }
    NAME.lastIndex = start;
    const name = NAME.exec(text)?.[1].toLowerCase() ?? "";
    const isKnown = name.includes(":") ? OFFICE_NAME.test(name) : KNOWN.has(name);
    if (!isKnown) return null;
    const close = this.#close(start + 1 + closes + name.length);
    return close < 0 ? null : { name, closes, start, end: close + 1 };
  }

  /** Return where a tag's ">" is, which is not within quotes; -1 if it has none. */
  #close(start) {
    for (let place = start; ; ) {
      const close = this.#next(">", place);
      if (close < 0) return -1;
      const quote = this.#firstQuote(place, close);
      if (quote < 0) return close;
      place = this.#next(this.#text[quote], quote + 1) + 1;
      if (place === 0) return close; // the quote is never closed
    }
  }

  /** Return the first quotation mark that opens an attribute's value; -1 if there is none. */
  #firstQuote(start, end) {
    const places = ['"', "'"].map((quote) => this.#next(quote, start));
    const opening = places.filter((at) => at >= 0 && at < end && this.#text[at - 1] === "=");
    return opening.length > 0 ? Math.min(...opening) : -1;
  }

  /** Return the next occurrence of a mark; -1 if there is none. */
  #next(mark, start) {
    const found = this.#found.get(mark) ?? -1;
    if (found >= start) return found === Infinity ? -1 : found;
    const next = this.#text.indexOf(mark, start);
    this.#found.set(mark, next < 0 ? Infinity : next);
    return next;
  }
}
