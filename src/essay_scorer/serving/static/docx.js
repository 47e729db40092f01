// Text extraction from Word documents: a .docx file is a ZIP archive of XML files (ECMA-376).

import { FileError } from "./file-error.js";
import { binaryString, decodeText, kindOf } from "./file-kind.js";
import { decodeHtml, htmlToText } from "./html-text.js";
import { parseXml } from "./inert-parser.js";
import { readMht } from "./mht.js";
import { wordText } from "./word-text.js";
import { WordStyles } from "./word-styles.js";
import { ZipArchive } from "./zip-archive.js";

const USUAL_MAIN_PART = "word/document.xml";
const WORD = new Set([
  "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
  "http://purl.oclc.org/ooxml/wordprocessingml/main", // the Strict variant of the format
]);
const MAX_DEPTH = 3; // of documents in documents

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

/** Return what a part refers to within the archive: the id, the type's name, and the part's. */
async function relationships(archive, part) {
  const folder = part.slice(0, part.lastIndexOf("/") + 1);
  const xml = await readXml(archive, `${folder}_rels/${part.slice(folder.length)}.rels`);
  return [...(xml?.getElementsByTagNameNS("*", "Relationship") ?? [])]
    .filter((node) => node.getAttribute("TargetMode") !== "External")
    .map((node) => ({
      id: node.getAttribute("Id"),
      type: node.getAttribute("Type")?.split("/").pop(),
      part: resolve(node.getAttribute("Target") ?? "", folder),
    }));
}

/** Return the name of the part at a target, which is relative to a folder unless it begins with /. */
const resolve = (target, folder) =>
  decodeURIComponent(new URL(target, `http://archive/${folder}`).pathname).slice(1);

async function readXml(archive, name) {
  const bytes = await archive.read(name);
  return bytes && parseXml(decodeXml(bytes));
}

function decodeXml(bytes) {
  const declaration = binaryString(bytes.subarray(0, 200));
  return decodeText(bytes, /encoding=["']([\w.-]+)["']/.exec(declaration)?.[1] ?? "utf-8");
}

/** Return the texts of embedded documents by the elements that stand for them. */
async function readEmbedded(root, { archive, related, depth }) {
  const texts = new Map();
  if (find(root, "subDoc").length > 0) throw new FileError("embedded"); // in another file
  for (const node of find(root, "altChunk")) {
    const id = [...node.attributes].find(({ localName }) => localName === "id")?.value;
    const target = related.find((one) => one.id === id);
    const bytes = target && (await archive.read(target.part));
    if (!bytes) throw new FileError("embedded");
    texts.set(node, await embeddedText(bytes, { name: target.part, archive, depth }));
  }
  return texts;
}

const find = (root, name) => [...root.getElementsByTagNameNS("*", name)];

async function embeddedText(bytes, { name, archive, depth }) {
  const kind = kindOf(bytes);
  if (kind === "mht") return readMht(bytes);
  if (kind === "html" || (kind === "text" && /htm/.test(name))) return htmlToText(decodeHtml(bytes));
  if (kind === "text") return decodeText(bytes).split(/[\r\n]+/).join("\n\n");
  if (kind !== "zip" || depth === 0) throw new FileError("embedded");
  return await readDocument(archive.nested(bytes), depth - 1);
}
