// The plain text of HTML, as learning platforms and browsers store what students write.

import { binaryString, decodeUnknown } from "./file-kind.js";
import { parseHtml } from "./inert-parser.js";

const MAX_CELL_CHARACTERS = 2 ** 20; // more is no essay; within it, the parser takes any number of tags

const BLOCKS = new Set([
  ...["address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details"],
  ...["div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3"],
  ...["h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary"],
  ...["table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"],
]);
const OTHER_STARTS = [
  ...["a", "abbr", "b", "big", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "mark", "q"],
  ...["s", "small", "span", "strike", "strong", "style", "sub", "sup", "tt", "u"],
];
const DROPPED = new Set([
  ...["script", "style", "head", "title", "template", "noscript", "iframe", "object", "svg"],
  ...["select", "textarea", "rt", "audio", "video"],
]);

const NAMES = [...BLOCKS, ...OTHER_STARTS].join("|");
const BEGINS = new RegExp(`^\\s*<(?:!doctype\\s+html|html|!--|(?:${NAMES})(?=[\\s>/]))`, "i");
const ENDS = /(?:<\/[a-z][a-z0-9]*\s*>|<(?:br|hr|img)\b[^<>]*>|-->)(?:\s|&nbsp;)*$/i;
// A line or block that begins right after a word or a sentence, as editors write it.
const GLUED = /[\p{L}\p{N}.,;:!?…)"'”’»]<(?:br|p|div|ul|ol|table|blockquote|hr|h[1-6])(?=[\s>/])/giu;
const ENTITY = /&(?:[a-z][a-z0-9]+|#\d+|#x[\da-f]+);/gi;
// An entity that stands for a character of a word or between words, not one that is quoted.
const IN_WORD = /[\p{L}\p{N}.,;:!?]&(?:\w|#)+;|&(?:\w|#)+;\p{L}|\s&amp;\s/u;

/** Return the plain text of a cell that holds HTML of usual size, or else the cell as it is. */
export function plainText(cell) {
  if (cell.length > MAX_CELL_CHARACTERS) return cell;
  if (isHtml(cell)) return htmlToText(cell);
  // The element keeps line breaks; the parser drops the first one in it.
  return isEscaped(cell) ? parseHtml(`<pre>\n${cell}`).textContent : cell;
}

/** Say whether a cell holds HTML, or entities instead of characters. */
export const isMarkup = (cell) => isHtml(cell) || isEscaped(cell);

/**
 * Say whether a text is HTML, and not prose that shows a tag.
 *
 * HTML begins and ends with a tag, or breaks lines with tags right after words.
 */
function isHtml(text) {
  if (!text.includes("<")) return false;
  const begins = BEGINS.test(text);
  const ends = ENDS.test(text);
  const breaks = text.match(GLUED)?.length ?? 0;
  return (begins && ends) || breaks >= 2 || (breaks === 1 && (begins || ends));
}

/** Say whether a text has entities instead of characters, and not just shows one. */
function isEscaped(text) {
  if (text.includes("<")) return false;
  const entities = text.match(ENTITY) ?? [];
  const isComplete = entities.length === text.split("&").length - 1;
  return isComplete && (entities.length > 1 || IN_WORD.test(text));
}

/** Return the text of HTML, with blank lines between paragraphs. Throws FileError. */
export function htmlToText(html) {
  const pieces = [];
  collect(parseHtml(html), pieces, false);
  const text = pieces.join("").replace(/ {2,}/g, " ");
  const paragraphs = text.split(/\n *\n[\n ]*/);
  const lines = paragraphs.map((paragraph) => paragraph.replace(/ *\n */g, "\n").trim());
  return lines.filter(Boolean).join("\n\n");
}

/** Append the text in a node; a block is between blank lines. */
function collect(node, pieces, isPreformatted) {
  if (node.nodeType === Node.TEXT_NODE) {
    const text = isPreformatted ? node.data : node.data.replace(/[ \t\r\n\f]+/g, " ");
    pieces.push(text.replaceAll("\xa0", " "));
  }
  const name = node.localName;
  if (node.nodeType !== Node.ELEMENT_NODE || DROPPED.has(name)) return;
  const around = BLOCKS.has(name) ? "\n\n" : "";
  pieces.push(around || (name === "br" ? "\n" : ""));
  for (const child of node.childNodes) collect(child, pieces, isPreformatted || name === "pre");
  pieces.push(around);
}

/** Decode HTML, whose head may name its encoding. */
export async function decodeHtml(bytes) {
  const head = binaryString(bytes.subarray(0, 1024));
  return await decodeUnknown(bytes, /charset=["']?([\w-]+)/i.exec(head)?.[1]);
}
