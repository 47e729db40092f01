// ZIP archives: which are documents of office programs, and the XML parts of those (ECMA-376).

import { binaryString, decodeText } from "./file-kind.js";
import { parseXml } from "./inert-parser.js";

const OPEN_DOCUMENT = [
  ["opendocument.text", "odt"],
  ["opendocument.spreadsheet", "ods"],
  ["opendocument", "type"],
  ["epub", "type"],
];

/** Return "docx", "odt", "xlsx", "ods", "sheet", "zip", or a code of FileError. */
export async function archiveKind(archive) {
  const names = new Set(archive.names());
  const holds = (folder) => [...names].some((name) => name.startsWith(folder));
  const type = names.has("mimetype") ? binaryString((await archive.read("mimetype")).subarray(0, 100)) : "";
  const open = OPEN_DOCUMENT.find(([part]) => type.includes(part));
  if (open) return open[1];
  if (names.has("content.xml") && names.has("meta-inf/manifest.xml")) return "odt";
  if (names.has("index.zip") || holds("index/document.iwa")) return "pages"; // of Apple's programs
  if (!names.has("[content_types].xml")) return holds("word/") || holds("xl/") ? "broken" : "zip";
  if (holds("xl/")) return names.has("xl/workbook.bin") ? "sheet" : "xlsx";
  return holds("ppt/") ? "type" : "docx";
}

/** Return the document of a part, or null if there is none of this name. Throws FileError. */
export async function readXml(archive, name) {
  const xml = await readXmlText(archive, name);
  return xml === null ? null : parseXml(xml);
}

/** Return the text of a part that is XML, or null if there is none of this name. Throws FileError. */
export async function readXmlText(archive, name) {
  const bytes = await archive.read(name);
  if (!bytes) return null;
  const declaration = binaryString(bytes.subarray(0, 200));
  return decodeText(bytes, /encoding=["']([\w.-]+)["']/.exec(declaration)?.[1] ?? "utf-8");
}

/** Return what a part refers to within the archive: the id, the type's name, and the part's. */
export async function relationships(archive, part) {
  const folder = part.slice(0, part.lastIndexOf("/") + 1);
  const xml = await readXml(archive, `${folder}_rels/${part.slice(folder.length)}.rels`);
  return all(xml, "Relationship")
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

/** Return the elements of a name in a document or element, in any namespace. */
export const all = (root, name) => [...(root?.getElementsByTagNameNS("*", name) ?? [])];

/** Return an attribute by its local name: its namespace depends on the variant of the format. */
export const attribute = (node, name) =>
  [...(node?.attributes ?? [])].find((one) => one.localName === name)?.value;
