// Text extraction from Word documents: a .docx file is a ZIP archive of XML files.

const DOCUMENT = "word/document.xml";
const WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006";
const MAX_XML_BYTES = 50 * 1024 * 1024; // guards against decompression bombs

// Signatures and fixed header sizes of the ZIP format (PKWARE APPNOTE, section 4.3).
const DIRECTORY_ENTRY = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY_SIZE = 46;
const END_OF_DIRECTORY_SIZE = 22;
const LOCAL_HEADER_SIZE = 30;
const STORED = 0;
const DEFLATED = 8;

// The Content-Security-Policy enforces trusted types, so only a named policy may parse strings.
// The parsed document is only read for its text; it never becomes part of the page.
const policy = globalThis.trustedTypes?.createPolicy("docx", { createHTML: (xml) => xml });

/** Return the text of a .docx file, with blank lines between paragraphs. */
export async function readDocx(file) {
  const xml = new TextDecoder().decode(await unzip(await file.arrayBuffer(), DOCUMENT));
  const parsed = new DOMParser().parseFromString(policy?.createHTML(xml) ?? xml, "application/xml");
  if (parsed.querySelector("parsererror")) throw new Error("xml");
  const fallbacks = parsed.getElementsByTagNameNS(COMPATIBILITY, "Fallback");
  const moved = parsed.getElementsByTagNameNS(WORD, "moveFrom");
  for (const duplicate of [...fallbacks, ...moved]) duplicate.remove();
  const paragraphs = [...parsed.getElementsByTagNameNS(WORD, "p")].map(textOf);
  return paragraphs.filter((text) => text.trim() !== "").join("\n\n");
}

const TEXT_OF_ELEMENT = {
  t: (node) => node.textContent,
  tab: () => "\t",
  br: () => "\n",
  cr: () => "\n",
  noBreakHyphen: () => "-",
};

function textOf(paragraph) {
  return [...paragraph.getElementsByTagNameNS(WORD, "r")]
    .filter((run) => run.closest("p") === paragraph) // text boxes nest paragraphs
    .flatMap((run) => [...run.children])
    .map((node) => TEXT_OF_ELEMENT[node.localName]?.(node) ?? "")
    .join("");
}

/** Return the bytes of one file in a ZIP archive, found through the central directory. */
async function unzip(buffer, wanted) {
  const view = new DataView(buffer);
  let entry = view.getUint32(endOfDirectory(view) + 16, true);
  while (view.getUint32(entry, true) === DIRECTORY_ENTRY) {
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map((offset) =>
      view.getUint16(entry + offset, true),
    );
    const nameBytes = new Uint8Array(buffer, entry + DIRECTORY_ENTRY_SIZE, nameSize);
    if (new TextDecoder().decode(nameBytes) === wanted) return await extract(view, entry);
    entry += DIRECTORY_ENTRY_SIZE + nameSize + extraSize + commentSize;
  }
  throw new Error("absent");
}

function endOfDirectory(view) {
  for (let offset = view.byteLength - END_OF_DIRECTORY_SIZE; offset >= 0; offset--) {
    if (view.getUint32(offset, true) === END_OF_DIRECTORY) return offset;
  }
  throw new Error("archive");
}

async function extract(view, entry) {
  const method = view.getUint16(entry + 10, true);
  const size = view.getUint32(entry + 20, true);
  const header = view.getUint32(entry + 42, true);
  const nameAndExtraSize = view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
  const data = new Uint8Array(view.buffer, header + LOCAL_HEADER_SIZE + nameAndExtraSize, size);
  if (method === STORED) return data;
  if (method !== DEFLATED) throw new Error("method");
  const inflate = new DecompressionStream("deflate-raw");
  return await readAll(new Blob([data]).stream().pipeThrough(inflate));
}

async function readAll(stream) {
  const chunks = [];
  let size = 0;
  for (let reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > MAX_XML_BYTES) throw new Error("size");
    chunks.push(value);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
