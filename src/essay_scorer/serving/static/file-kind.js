// What a file is, by its content: names lie. And the text in its bytes.

const SAMPLE_BYTES = 4096;
const OLE = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"; // compound files: old Office files, encrypted new ones
const BINARY = [
  ["zip", /^PK(\x03\x04|\x05\x06)/],
  ["ole", new RegExp(`^${OLE}`)],
];
const TEXTUAL = [
  ["pdf", /^\s*%PDF-/],
  ["rtf", /^\s*\{\\rtf/],
  ["mht", /^\s*(?:[\w-]+:.*\r?\n(?:[ \t].*\r?\n)*)*mime-version:/i],
  ["html", /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)*<(?:!doctype\s+html|html)\b/i],
];
// Names of streams in OLE files, in the order in which they decide.
const STREAMS = [
  ["doc", "WordDocument"],
  ["password", "EncryptedPackage"],
  ["sheet", "Workbook"],
];

/** Return what a file holds: "zip", "mht", "html", "text", or a code of FileError. */
export function kindOf(bytes) {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  const binary = startOf(BINARY, binaryString(sample));
  if (binary) return binary === "ole" ? streamKind(bytes) : binary;
  return startOf(TEXTUAL, decodeText(sample, "windows-1252")) ?? "text";
}

const startOf = (kinds, text) => kinds.find(([, pattern]) => pattern.test(text))?.[0];

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

/**
 * Decode UTF-16, UTF-8, or else the named encoding.
 *
 * Without a name, it is Windows-1252, line by line: files are put together from several sources.
 */
export function decodeText(bytes, encoding) {
  const utf16 = utf16Of(bytes);
  if (utf16) return new TextDecoder(utf16).decode(bytes);
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const other = new TextDecoder(isKnown(encoding) ? encoding : "windows-1252");
  const decode = (part) => {
    try {
      return utf8.decode(part);
    } catch {
      return part === bytes && !encoding ? [...splitLines(bytes)].map(decode).join("") : other.decode(part);
    }
  };
  return decode(bytes).replace(/^\ufeff/, "");
}

function* splitLines(bytes) {
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start) + 1 || bytes.length;
    yield bytes.subarray(start, end);
    start = end;
  }
}

/** Return "utf-16le" or "utf-16be" by a byte order mark or by the bytes that are 0, or null. */
function utf16Of(bytes) {
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
