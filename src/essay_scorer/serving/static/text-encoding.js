// The encoding of text that is not Unicode, found by its letters.

import { binaryString, decodeUnicode } from "./file-kind.js";

const SAMPLE_BYTES = 64 * 1024;
const MIN_HIGH_BYTES = 6; // fewer say nothing about a language
const MARGIN = 15; // of confidence over Windows-1252, which shares most letters
const MIN_CONFIDENCE = 11; // the detector gives 10 to all that is possible
const MIN_EUC_CONFIDENCE = 60; // names in Chinese look like EUC, too
const LATIN = /^windows-125[04]$/;
const OTHERS = /^(?:windows-125[1356]|koi8-r|gb18030|big5|shift_jis|euc-..)$/;
const EUC = /^euc/;
const EXTENSIONS = { 1: 1252, 2: 1250, 7: 1253, 8: 1255, 9: 1254 };
const HIGH = /[\x80-\xff]/g;
// In Windows-1252, these bytes are signs and capital letters, which do not stand in a word or right
// after a small letter. In Mac Roman, they are small letters with accents, quotes, and dashes.
const MAC =
  /[A-Za-z][\x80-\x84\x86-\x90\x93-\x96\x98-\x9b\x9d\x9f](?=[a-z])|[a-z][\x88\x8a\x8c-\x90\x98\x9d\x9f\xc0-\xd6]/g;
const POLISH = /[a-z][\xb3\xb9](?=[a-z\xb3-\xff])/g; // "ł" and "ą", or else "³" and "¹" in words
const WINDOWS = /[A-Za-z](?:[\xe0-\xff](?=[a-z])|\x92(?=(?:s|t|re|ll|ve|d|m)\b))/g;

/** Decode text line by line: files are put together from UTF-8 and other sources. */
export async function decodeLines(bytes) {
  const other = new TextDecoder(await encodingOf(bytes));
  let text = "";
  for (const line of splitLines(bytes)) text += decodeUnicode(line) ?? other.decode(line);
  return text;
}

/**
 * Return the encoding of the lines that are not UTF-8.
 *
 * It is Windows-1252 unless the detector is clearly for another. Most letters of a Latin script are
 * ASCII; for other scripts, the words that are not decide, whatever English is around them.
 */
export async function encodingOf(bytes) {
  const { analyse } = await import("./vendor/chardet/chardet.mjs");
  const sample = sampleOf(bytes);
  const isForeign = (word) => word.length > 1 && 2 * count(word, HIGH) >= word.length;
  const foreign = sample.split(/[\0-?]+/).filter(isForeign).join(" "); // below "@" is no half of a character
  const isLatin = 2 * count(foreign, HIGH) < count(sample, HIGH);
  const found = analyse(Array.from(isLatin ? sample : foreign, (byte) => byte.charCodeAt(0))).map(labeled);
  const usual = found.find(({ name }) => name === "windows-1252")?.confidence ?? 0;
  const isClear = ({ name, confidence }) =>
    isLatin
      ? LATIN.test(name) && confidence >= usual + MARGIN
      : OTHERS.test(name) && confidence >= (EUC.test(name) ? MIN_EUC_CONFIDENCE : MIN_CONFIDENCE);
  const other = count(sample, HIGH) >= MIN_HIGH_BYTES && found.find(isClear);
  if (other) return other.name;
  if (isLatin && count(sample, POLISH) > 1) return "windows-1250";
  return count(sample, MAC) > count(sample, WINDOWS) ? "macintosh" : "windows-1252";
}

const count = (text, pattern) => text.match(pattern)?.length ?? 0;

/** Return a match with its name as a decoder's label: of ISO 8859, Windows's extension. */
const labeled = ({ name, confidence }) => ({
  name: name.toLowerCase().replace(/^iso-8859-([12789])(?:-i)?$/, (_, part) => `windows-${EXTENSIONS[part]}`),
  confidence,
});

/** Return the first lines that are not UTF-8, as a string of bytes. */
function sampleOf(bytes) {
  let sample = "";
  for (const line of splitLines(bytes)) {
    if (decodeUnicode(line) === null) sample += binaryString(line);
    if (sample.length > SAMPLE_BYTES) break;
  }
  return sample.slice(0, SAMPLE_BYTES);
}

function* splitLines(bytes) {
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start) + 1 || bytes.length;
    yield bytes.subarray(start, end);
    start = end;
  }
}
