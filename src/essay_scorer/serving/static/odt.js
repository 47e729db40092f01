// The text of OpenDocument texts (ISO/IEC 26300): ZIP archives, or single XML files.

import { decodeText } from "./file-kind.js";
import { FileError } from "./file-error.js";
import { parseXml } from "./inert-parser.js";
import { all, attribute } from "./office-package.js";
import { ZipArchive } from "./zip-archive.js";

// Elements whose text is gone, hidden, or apart from the essay's.
const DROPPED = new Set([
  ...["tracked-changes", "note", "annotation", "annotation-end", "ruby-text", "hidden-text"],
  ...["forms", "sequence-decls", "variable-decls", "user-field-decls", "table-of-content"],
  ...["title", "desc", "script", "meta", "number"],
]);
const PARAGRAPHS = new Set(["p", "h"]);
const BREAKS = { tab: "\t", "line-break": "\n", "soft-page-break": "" };

/** Return the text of an OpenDocument file, with blank lines between paragraphs. Throws FileError. */
export async function readOdt(bytes) {
  const archive = new ZipArchive(bytes);
  const manifest = await archive.read("META-INF/manifest.xml");
  if (manifest && /<(?:\w+:)?encryption-data\b/.test(decodeText(manifest))) {
    throw new FileError("password");
  }
  const content = await archive.read("content.xml");
  if (!content) throw new Error("absent");
  return readOdtXml(content);
}

/** Return the text of an OpenDocument file that is one XML file. */
export function readOdtXml(bytes) {
  const root = parseXml(decodeText(bytes)).documentElement;
  const [body] = all(root, "text");
  const isText = body?.parentNode.localName === "body";
  if (!isText) throw new Error("absent");
  const paragraphs = [];
  collect(body, { paragraphs, text: null, hidden: hiddenStyles(root) });
  return paragraphs.filter((one) => one.trim() !== "").join("\n\n");
}

/** Return the names of styles that hide text. */
function hiddenStyles(root) {
  const properties = all(root, "text-properties");
  const hiding = properties.filter((node) => attribute(node, "display") === "none");
  return new Set(hiding.map((node) => attribute(node.parentNode, "name")));
}

/** Append the paragraphs in a node; `reading.text` has the pieces of the one that is open. */
function collect(node, reading) {
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE || child.nodeType === Node.CDATA_SECTION_NODE) {
      reading.text?.push(child.data.replace(/\s+/g, " "));
    } else if (child.nodeType === Node.ELEMENT_NODE) visit(child, reading);
  }
}

function visit(node, reading) {
  const name = node.localName;
  const isHidden = attribute(node, "display") === "none" || reading.hidden.has(attribute(node, "style-name"));
  if (DROPPED.has(name) || (name === "section" && isHidden) || (name === "span" && isHidden)) return;
  if (PARAGRAPHS.has(name)) paragraph(node, reading);
  else if (name === "s") reading.text?.push(" ".repeat(Math.min(Number(attribute(node, "c") ?? 1), 100)));
  else if (Object.hasOwn(BREAKS, name)) reading.text?.push(BREAKS[name]);
  else collect(node, reading);
}

/** Append a paragraph; those of the boxes in it come after it. */
function paragraph(node, reading) {
  const inner = { ...reading, paragraphs: [], text: [] };
  collect(node, inner);
  reading.paragraphs.push(inner.text.join("").replace(/ {2,}/g, " ").trim(), ...inner.paragraphs);
}
