// Web pages saved as one file (RFC 2557): a MIME message whose first HTML or text part is shown.

import { binaryString, decodeUnknown } from "./file-kind.js";
import { htmlToText } from "./html-text.js";

/** Return the text of a page in an MHT file. Throws an error if it has no text part. */
export async function readMht(bytes) {
  const part = findText(parsePart(binaryString(bytes)));
  if (!part) throw new Error("part");
  const text = await decodeUnknown(decodeBody(part), parameter(part.type, "charset"));
  return /^text\/html/i.test(part.type) ? htmlToText(text) : text;
}

function parsePart(message) {
  const [head] = message.split(/\r?\n\r?\n/, 1);
  const unfolded = head.replace(/\r?\n[ \t]+/g, " ");
  const header = (name) => new RegExp(`^${name}:[ \\t]*(.*)$`, "im").exec(unfolded)?.[1] ?? "";
  return {
    type: header("Content-Type"),
    encoding: header("Content-Transfer-Encoding").trim().toLowerCase(),
    body: message.slice(head.length).replace(/^\r?\n\r?\n/, ""),
  };
}

const parameter = (type, name) =>
  new RegExp(`\\b${name}="?([^";\\s]+)`, "i").exec(type)?.[1];

/** Return the first part with text, HTML or plain, or undefined. */
function findText(part) {
  if (/^text\/(html|plain)/i.test(part.type)) return part;
  const boundary = parameter(part.type, "boundary");
  if (!/^multipart\//i.test(part.type) || !boundary) return undefined;
  const [, ...inner] = `\n${part.body}`.split(`\n--${boundary}`);
  const found = inner.map((text) => findText(parsePart(text.replace(/^[ \t]*\r?\n/, ""))));
  return found.find((one) => one);
}

function decodeBody({ body, encoding }) {
  if (encoding === "base64") return toBytes(atob(body.replace(/[^A-Za-z0-9+/=]/g, "")));
  if (encoding !== "quoted-printable") return toBytes(body);
  const joined = body.replace(/=[ \t]*\r?\n/g, "");
  return toBytes(
    joined.replace(/=([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
  );
}

const toBytes = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));
