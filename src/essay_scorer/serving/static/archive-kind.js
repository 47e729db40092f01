// What a ZIP archive is: a document of an office program, or a folder of files.

import { binaryString } from "./file-kind.js";

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
