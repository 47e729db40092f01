// What a file is, by its content: names lie. And the text in its bytes.

const SAMPLE_BYTES = 4096;
const OLE = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"; // compound files: old Office files, encrypted new ones
const BINARY = [
  ["zip", /^PK(\x03\x04|\x05\x06)/],
  ["ole", new RegExp(`^${OLE}`)],
  ["image", /^(?:\x89PNG|\xff\xd8\xff|GIF8[79]a|BM[^]{4}\0{4}|II\*\0|MM\0\*|RIFF[^]{4}WEBP)/],
  ["image", /^(?:\0\0\x01\0|8BPS\0|\0[^]{3}ftyp(?:hei|hev|mif|msf|avi))/], // also photos of phones
  ["media", /^(?:ID3[\x02-\x04]|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]|OggS\0|fLaC\0|RIFF[^]{4}(?:WAVE|AVI ))/],
  ["media", /^(?:\x1a\x45\xdf\xa3|\0[^]{3}ftyp)/],
  ["program", /^(?:MZ[^]{0,58}?\0|\x7fELF|\xca\xfe\xba\xbe|[\xce\xcf]\xfa\xed\xfe|\0asm)/],
  ["packed", /^(?:Rar!\x1a|7z\xbc\xaf\x27\x1c|\x1f\x8b\x08|BZh\d1AY|\xfd7zXZ\0|\x28\xb5\x2f\xfd)/],
];
const TEXTUAL = [
  ["pdf", /^\s*%PDF-/],
  ["rtf", /^\s*\{\\rtf/],
  ["mht", /^\s*(?:[\w-]+:.*\r?\n(?:[ \t].*\r?\n)*)*mime-version:/i],
  ["html", /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)*<(?:!doctype\s+html|html)\b/i],
  ["odt", /^\s*<\?xml[^>]*>\s*<office:document\b/], // OpenDocument as one XML file
  ["sheet", /^\s*<\?xml[^]*urn:schemas-microsoft-com:office:spreadsheet/], // Excel 2003's
];
// Names of streams in OLE files, in the order in which they decide.
const STREAMS = [
  ["doc", "WordDocument"],
  ["password", "EncryptedPackage"],
  ["sheet", "Workbook"],
];
// Control characters that no text has; U+001A ends some old files, and U+001B begins e-mails.
const CONTROLS = /[\0-\x08\x0e-\x19\x1c-\x1f]/g;
const MAX_CONTROLS = 0.01; // of the characters

/** Return what a file holds: "zip", "pdf", "rtf", "mht", "html", "odt", "text", or a code of FileError. */
export function kindOf(bytes) {
  if (bytes.length === 0) return "empty";
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  const binary = startOf(BINARY, binaryString(sample));
  if (binary) return binary === "ole" ? streamKind(bytes) : binary;
  const start = decodeText(sample, "windows-1252");
  return startOf(TEXTUAL, start) ?? (isText(start) ? "text" : "type");
}

const startOf = (kinds, text) => kinds.find(([, pattern]) => pattern.test(text))?.[0];

/** Say whether the beginning of a file is text: programs and data have characters that no text has. */
function isText(start) {
  const controls = start.match(CONTROLS)?.length ?? 0;
  return controls <= MAX_CONTROLS * start.length && !start.includes("\0");
}

function streamKind(bytes) {
  const names = new TextDecoder("utf-16le").decode(bytes);
  return STREAMS.find(([, name]) => names.includes(name))?.[0] ?? "type";
}

/** Return bytes as a string of one character each. */
export function binaryString(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += SAMPLE_BYTES) {
    text += String.fromCharCode(...bytes.subarray(at, at + SAMPLE_BYTES));
  }
  return text;
}

/** Decode UTF-16, UTF-8, or else the named encoding. */
export function decodeText(bytes, encoding) {
  const other = isKnown(encoding) ? encoding : "windows-1252";
  return decodeUnicode(bytes) ?? new TextDecoder(other).decode(bytes);
}

/** Decode UTF-16, UTF-8, or else the named encoding; without one, what the bytes look like. */
export async function decodeUnknown(bytes, encoding) {
  if (isKnown(encoding)) return decodeText(bytes, encoding);
  return decodeUnicode(bytes) ?? (await import("./text-encoding.js")).decodeLines(bytes);
}

/** Return the text in UTF-16 or UTF-8, or null if it is neither. */
export function decodeUnicode(bytes) {
  const utf16 = utf16Of(bytes);
  try {
    return new TextDecoder(utf16 ?? "utf-8", { fatal: !utf16 }).decode(bytes);
  } catch {
    return null;
  }
}

/** Return "utf-16le" or "utf-16be" by a byte order mark or by the bytes that are 0, or null. */
export function utf16Of(bytes) {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  const zeros = [0, 0]; // at even and at odd places
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  sample.forEach((byte, index) => (zeros[index % 2] += byte === 0));
  const [few, many] = [sample.length / 50, sample.length / 5];
  if (zeros[1] > many && zeros[0] <= few) return "utf-16le";
  return zeros[0] > many && zeros[1] <= few ? "utf-16be" : null;
}

function isKnown(encoding) {
  try {
    return Boolean(encoding && new TextDecoder(encoding));
  } catch {
    return false;
  }
}
