// A text's paragraphs, as the server finds them: the same steps as text/paragraphs.py and
// text/normalize.py, which explain them.

import { removeMarkup } from "./markup.js";

const MAX_WRAPPED = 120; // characters; a longer line was not wrapped by a program
const MIN_WRAPPED = 40;
const NEARLY_FULL = 0.75;
const MIN_FULL = 0.5;
const MIN_NEARLY_FULL = 0.75;
const MIN_VARYING = 0.35;

const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;
const SPACE = "\\s\\x1c-\\x1f\\x85"; // white space of the server's language
const SPACES = new RegExp(`[${SPACE}]+`, "u");
const AROUND = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "gu");
const INVISIBLE = /[\0\xad\u200b\u2060\ufeff]/g;
const WINDOWS = new TextDecoder("windows-1252");

/** Return the paragraphs of a text, each on one line. */
export function findParagraphs(text) {
  const lines = repair(removeMarkup(text)).split(LINE_END).map(strip);
  while (lines[0] === "") lines.shift();
  while (lines.at(-1) === "") lines.pop();
  let width = wrappedWidth(lines);
  if (width === null && lines.every((line) => line && lengthOf(line) <= MAX_WRAPPED)) width = 0;
  return joinWrapped(lines, width);
}

/** Return how many words a text has: runs of characters between white space. */
export const countWords = (text) => text.split(SPACES).filter(Boolean).length;

/** Return the numbers of words and of paragraphs that the server finds in a text. */
export function measureText(text) {
  const paragraphs = findParagraphs(text);
  return { words: countWords(paragraphs.join(" ")), paragraphs: paragraphs.length };
}

const repair = (text) =>
  text
    .replace(INVISIBLE, "")
    .replaceAll("\xa0", " ")
    .replace(/[\x80-\x84\x86-\x9f]/g, (mark) => repairMark(mark.charCodeAt(0)));

function repairMark(code) {
  const mark = WINDOWS.decode(Uint8Array.of(code));
  return mark.charCodeAt(0) === code ? "" : mark; // five codes stand for nothing
}

const strip = (line) => line.replace(AROUND, "");
/** Return a line's length in code points, as the server counts. */
const lengthOf = (line) => line.length - (line.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);

function joinWrapped(lines, width) {
  const paragraphs = [];
  let paragraph = "";
  lines.forEach((line, index) => {
    if (line) paragraph += (paragraph && !isHyphenated(paragraph, line) ? " " : "") + line;
    if (!paragraph || isWrapped(line, lines[index + 1] ?? "", width)) return;
    paragraphs.push(paragraph);
    paragraph = "";
  });
  return paragraphs;
}

const isHyphenated = (before, after) => /\p{L}-$/u.test(before) && /^\p{L}/u.test(after);

/** Return the width at which a program wrapped the lines; null if none did. */
function wrappedWidth(lines) {
  const breaks = lines.slice(1).map((line, index) => [lines[index], line]);
  const within = breaks.filter(([line, following]) => line && following);
  const lengths = lines.map(lengthOf).filter((length) => length <= MAX_WRAPPED);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  if (longest < MIN_WRAPPED || within.length === 0) return null;
  const count = (width) => within.filter((pair) => isFull(...pair, width)).length;
  const nearly = NEARLY_FULL * longest;
  const [full, nearlyFull] = [count(longest), count(nearly)];
  const isVarying = nearlyFull - full >= MIN_VARYING * within.length;
  if (nearlyFull >= MIN_NEARLY_FULL * within.length && isVarying) return nearly;
  return full >= MIN_FULL * within.length ? longest : null;
}

/** Say whether a line ends within a sentence, or because the next word did not fit. */
function isWrapped(line, following, width) {
  if (!line || !following || lengthOf(line) > MAX_WRAPPED) return false;
  if (/\p{L}$/u.test(line) && /^\p{Lowercase}/u.test(following)) return true;
  return width !== null && isFull(line, following, width);
}

const isFull = (line, following, width) =>
  lengthOf(line) <= MAX_WRAPPED &&
  lengthOf(following.split(SPACES, 1)[0]) > width - lengthOf(line) - 1;
