// The paragraphs of a Word document: a ZIP file with one XML file of text inside.

const BODY = "word/document.xml";
const W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006";
const LIMIT = 50 * 1024 * 1024; // bytes of XML; a small file may unpack to a huge one

// A browser that enforces trusted types lets only a named policy make documents of strings.
// What this one makes is read for its text and never shown.
const policy = globalThis.trustedTypes?.createPolicy("docx", { createHTML: (xml) => xml });

/** The text of a .docx file, its paragraphs parted by blank lines. */
export async function readDocx(file) {
  const xml = new TextDecoder().decode(await unzip(await file.arrayBuffer(), BODY));
  const parsed = new DOMParser().parseFromString(policy?.createHTML(xml) ?? xml, "application/xml");
  if (parsed.querySelector("parsererror")) throw new Error("xml");
  const doubled = parsed.getElementsByTagNameNS(COMPATIBILITY, "Fallback");
  const moved = parsed.getElementsByTagNameNS(W, "moveFrom");
  for (const copy of [...doubled, ...moved]) copy.remove();
  const paragraphs = [...parsed.getElementsByTagNameNS(W, "p")].map(textOf);
  return paragraphs.filter((text) => text.trim() !== "").join("\n\n");
}

const WRITTEN = {
  t: (node) => node.textContent,
  tab: () => "\t",
  br: () => "\n",
  cr: () => "\n",
  noBreakHyphen: () => "-",
};

function textOf(paragraph) {
  return [...paragraph.getElementsByTagNameNS(W, "r")]
    .filter((run) => run.closest("p") === paragraph) // a text box holds paragraphs of its own
    .flatMap((run) => [...run.children])
    .map((node) => WRITTEN[node.localName]?.(node) ?? "")
    .join("");
}

/** One file out of a ZIP archive, as its central directory describes it. */
async function unzip(buffer, wanted) {
  const view = new DataView(buffer);
  let entry = view.getUint32(endOfDirectory(view) + 16, true);
  while (view.getUint32(entry, true) === 0x02014b50) {
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map((at) => view.getUint16(entry + at, true));
    const name = new TextDecoder().decode(new Uint8Array(buffer, entry + 46, nameSize));
    if (name === wanted) return await inflate(view, entry);
    entry += 46 + nameSize + extraSize + commentSize;
  }
  throw new Error("absent");
}

function endOfDirectory(view) {
  for (let at = view.byteLength - 22; at >= 0; at--) {
    if (view.getUint32(at, true) === 0x06054b50) return at;
  }
  throw new Error("archive");
}

async function inflate(view, entry) {
  const method = view.getUint16(entry + 10, true);
  const size = view.getUint32(entry + 20, true);
  const local = view.getUint32(entry + 42, true);
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const packed = new Uint8Array(view.buffer, start, size);
  if (method === 0) return packed;
  if (method !== 8) throw new Error("method");
  return await collect(new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")));
}

async function collect(stream) {
  const parts = [];
  let size = 0;
  for (let reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > LIMIT) throw new Error("size");
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
