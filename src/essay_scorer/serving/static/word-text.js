// The text of a Word document's body: all tracked changes accepted, hidden text left out.

import { attribute, child, toggle } from "./word-styles.js";
import { symbolCharacter } from "./word-symbols.js";

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

/**
 * Return the text of a body, with blank lines between paragraphs.
 *
 * @param {Element} body
 * @param {{styles: WordStyles, embedded: Map<Element, string>}} options The styles, and the texts
 *   of embedded documents by the elements that stand for them.
 */
export function wordText(body, { styles, embedded }) {
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
  const hasText = (one) => one.getElementsByTagNameNS("*", "t").length > 0;
  return alternatives.find(hasText) ?? alternatives.at(-1);
}

/** Say whether a content control shows only what to enter in it. */
const isPlaceholder = (node) => toggle(child(node, "sdtPr"), "showingPlcHdr") === true;

/** Return the beginnings of fields that never end: they must not swallow the rest. */
function unclosedFields(body) {
  const open = [];
  for (const node of body.getElementsByTagNameNS("*", "fldChar")) {
    const type = attribute(node, "fldCharType");
    if (node.closest("del, moveFrom")) continue;
    if (type === "begin") open.push(node);
    if (type === "end") open.pop();
  }
  return new Set(open);
}
