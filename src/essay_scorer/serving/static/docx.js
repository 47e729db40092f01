// The text of Word documents (ECMA-376): all tracked changes accepted, hidden text left out.

import { FileError } from "./file-error.js";
import { decodeUnknown, kindOf } from "./file-kind.js";
import { decodeHtml, htmlToText } from "./html-text.js";
import { readMht } from "./mht.js";
import { all, attribute, readXml, relationships } from "./office-package.js";
import { symbolCharacter } from "./word-symbols.js";
import { ZipArchive } from "./zip-archive.js";

const USUAL_MAIN_PART = "word/document.xml";
const WORD = new Set([
  "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
  "http://purl.oclc.org/ooxml/wordprocessingml/main", // the Strict variant of the format
]);
const MAX_DEPTH = 3; // of documents in documents

// Word's own elements and formulas; others, such as shapes, only have such elements in them.
const TEXT_NAMESPACE = /\/wordprocessingml\/|\/math$/;
const COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006";

// Elements whose text is gone, elsewhere, or no part of the sentence (pronunciation aids).
const DROPPED = new Set(["del", "moveFrom", "rt", "Fallback"]);
const CHARACTERS = {
  t: (node) => node.textContent.replace(/[\r\n]+/g, " "),
  tab: () => "\t",
  ptab: () => "\t",
  br: () => "\n",
  cr: () => "\n",
  noBreakHyphen: () => "-",
  sym: (node) => symbolCharacter(attribute(node, "font"), attribute(node, "char")),
};

/** Return the text of a .docx file, with blank lines between paragraphs. Throws FileError. */
export const readDocx = async (bytes) => await readDocument(new ZipArchive(bytes), MAX_DEPTH);

async function readDocument(archive, depth) {
  const found = (await relationships(archive, "")).find(({ type }) => type === "officeDocument");
  const part = found?.part ?? USUAL_MAIN_PART;
  const xml = (await readXml(archive, part)) ?? (await readXml(archive, USUAL_MAIN_PART));
  const root = xml?.documentElement;
  if (root?.localName !== "document" || !WORD.has(root.namespaceURI)) throw new Error("absent");
  const related = await relationships(archive, part);
  const styles = related.find(({ type }) => type === "styles");
  const embedded = await readEmbedded(root, { archive, related, depth });
  return wordText(root, {
    styles: new WordStyles(styles ? await readXml(archive, styles.part) : null),
    embedded,
  });
}

/** Return the texts of embedded documents by the elements that stand for them. */
async function readEmbedded(root, { archive, related, depth }) {
  const texts = new Map();
  if (all(root, "subDoc").length > 0) throw new FileError("embedded"); // in another file
  for (const node of all(root, "altChunk")) {
    const id = attribute(node, "id");
    const target = related.find((one) => one.id === id);
    const bytes = target && (await archive.read(target.part));
    if (!bytes) throw new FileError("embedded");
    texts.set(node, await embeddedText(bytes, { name: target.part, archive, depth }));
  }
  return texts;
}

async function embeddedText(bytes, { name, archive, depth }) {
  const kind = kindOf(bytes);
  if (kind === "mht") return await readMht(bytes);
  if (kind === "html" || (kind === "text" && /htm/.test(name))) return htmlToText(await decodeHtml(bytes));
  if (kind === "text") return (await decodeUnknown(bytes)).split(/[\r\n]+/).join("\n\n");
  if (kind !== "zip" || depth === 0) throw new FileError("embedded");
  return await readDocument(archive.nested(bytes), depth - 1);
}

/**
 * Return the text of a body, with blank lines between paragraphs.
 *
 * @param {Element} body
 * @param {{styles: WordStyles, embedded: Map<Element, string>}} options The styles, and the texts
 *   of embedded documents by the elements that stand for them.
 */
function wordText(body, { styles, embedded }) {
  const reader = new Reader({ styles, embedded, unclosed: unclosedFields(body) });
  return reader.readAll(body).join("\n\n");
}

class Reader {
  #options;
  #paragraphs = [];
  #text = ""; // of the paragraph that is being read
  #properties; // of that paragraph
  #boxes = []; // paragraphs of the text boxes that are anchored in it
  #fields = []; // for each field that is open: whether its result has begun

  constructor(options) {
    this.#options = options;
  }

  /** Return the paragraphs in an element. */
  readAll(node) {
    this.#children(node);
    this.#endParagraph();
    return this.#paragraphs;
  }

  #children(node) {
    for (let one = node.firstElementChild; one; one = one.nextElementSibling) this.#visit(one);
  }

  #visit(node) {
    const name = node.localName;
    if (name.endsWith("Pr") || DROPPED.has(name)) return;
    if (this.#options.embedded.has(node)) this.#insert(this.#options.embedded.get(node));
    else if (name === "AlternateContent") this.#children(chosenAlternative(node) ?? node);
    else if (!TEXT_NAMESPACE.test(node.namespaceURI)) this.#children(node);
    else if (name === "p") this.#paragraph(node);
    else if (name === "r") this.#run(node);
    else if (Object.hasOwn(CHARACTERS, name)) this.#add(CHARACTERS[name](node));
    else if (name === "fldChar") this.#field(node);
    else if (name === "txbxContent") this.#boxes.push(...new Reader(this.#options).readAll(node));
    else if (name === "tbl" || name === "tc" || name === "tr") this.#tablePart(node);
    else if (!isPlaceholder(node)) this.#children(node);
  }

  #paragraph(node) {
    this.#properties = child(node, "pPr");
    this.#children(node);
    const mark = child(this.#properties, "rPr");
    const isGone = child(mark, "del") || child(mark, "moveFrom");
    // Without its mark, a paragraph runs on into the next one.
    if (isGone || this.#options.styles.isHidden(mark, this.#properties)) return;
    this.#endParagraph();
  }

  #run(node) {
    const isHidden = this.#options.styles.isHidden(child(node, "rPr"), this.#properties);
    for (let one = node.firstElementChild; one; one = one.nextElementSibling) {
      if (!isHidden || one.localName === "fldChar") this.#visit(one);
    }
  }

  #tablePart(node) {
    const properties = child(node, `${node.localName}Pr`);
    if (child(properties, "del") || child(properties, "cellDel")) return;
    if (toggle(properties, "hidden")) return;
    this.#endParagraph();
    this.#children(node);
    this.#endParagraph();
  }

  #field(node) {
    const type = attribute(node, "fldCharType");
    if (type === "begin" && !this.#options.unclosed.has(node)) this.#fields.push(false);
    if (type === "separate" && this.#fields.length > 0) this.#fields[this.#fields.length - 1] = true;
    if (type === "end") this.#fields.pop();
  }

  /** Add to the paragraph, unless it is the instruction of a field. */
  #add(text) {
    if (this.#fields.every(Boolean)) this.#text += text;
  }

  #insert(text) {
    this.#endParagraph();
    this.#text = text;
    this.#endParagraph();
  }

  #endParagraph() {
    const text = this.#text.replace(/^\n+|\n+$/g, ""); // without page breaks around it
    const paragraphs = [text, ...this.#boxes];
    this.#paragraphs.push(...paragraphs.filter((one) => one.trim() !== ""));
    [this.#text, this.#boxes] = ["", []];
  }
}

/** Return the first alternative with text, or else the last: the fallback of old programs. */
function chosenAlternative(node) {
  const alternatives = [...node.children].filter((one) => one.namespaceURI === COMPATIBILITY);
  const hasText = (one) => all(one, "t").length > 0;
  return alternatives.find(hasText) ?? alternatives.at(-1);
}

/** Say whether a content control shows only what to enter in it. */
const isPlaceholder = (node) => toggle(child(node, "sdtPr"), "showingPlcHdr") === true;

/** Return the beginnings of fields that never end: they must not swallow the rest. */
function unclosedFields(body) {
  const open = [];
  for (const node of all(body, "fldChar")) {
    const type = attribute(node, "fldCharType");
    if (node.closest("del, moveFrom")) continue;
    if (type === "begin") open.push(node);
    if (type === "end") open.pop();
  }
  return new Set(open);
}

/** Return an element's first child of this local name, or undefined. */
function child(node, name) {
  let one = node?.firstElementChild;
  while (one && one.localName !== name) one = one.nextElementSibling;
  return one ?? undefined;
}

/** Return the value of an on/off property: true, false, or undefined if it is absent. */
function toggle(properties, name) {
  const property = child(properties, name);
  return property && !/^(0|false|off)$/i.test(attribute(property, "val") ?? "");
}

/** Which text is hidden, by its own properties or by its styles. */
class WordStyles {
  #styles = new Map();
  #hidden = new Map(); // by the style's id
  #defaultParagraph = null;

  /** @param {?Document} xml The part with the styles, if there is one. */
  constructor(xml) {
    for (const style of xml?.documentElement.children ?? []) {
      if (style.localName !== "style") continue;
      const id = attribute(style, "styleId");
      this.#styles.set(id, style);
      const isDefault = /^(1|true|on)$/i.test(attribute(style, "default") ?? "");
      if (isDefault && attribute(style, "type") === "paragraph") this.#defaultParagraph = id;
    }
  }

  /**
   * Say whether text with these properties is hidden.
   *
   * The styles of the paragraph and of the characters toggle: hidden twice is visible (ECMA-376,
   * part 1, section 17.7.3).
   */
  isHidden(runProperties, paragraphProperties) {
    const own = toggle(runProperties, "vanish");
    if (own !== undefined) return own;
    const ofCharacters = attribute(child(runProperties, "rStyle"), "val");
    const ofParagraph = attribute(child(paragraphProperties, "pStyle"), "val");
    return this.#hides(ofCharacters) !== this.#hides(ofParagraph ?? this.#defaultParagraph);
  }

  #hides(id) {
    const style = this.#styles.get(id);
    if (!style) return false;
    if (!this.#hidden.has(id)) {
      this.#hidden.set(id, false); // ends a circle of styles
      const own = toggle(child(style, "rPr"), "vanish");
      this.#hidden.set(id, own ?? this.#hides(attribute(child(style, "basedOn"), "val")));
    }
    return this.#hidden.get(id);
  }
}
