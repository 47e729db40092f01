// Parsers of XML and HTML whose documents are only read for their text: no script in them runs,
// nothing is loaded, and they never become part of the page.

import { FileError } from "./file-error.js";

const MAX_TAGS = 400_000; // more would block the page for seconds; an essay has a tenth of them

// The Content-Security-Policy enforces trusted types, so only a named policy may parse strings.
const policy = globalThis.trustedTypes?.createPolicy("parser", {
  createHTML: (markup) => markup,
  createScriptURL: (url) => url,
});

const TAG = /<(\/?[a-z][a-z0-9:-]*)(?:"[^"<]*"|'[^'<]*'|[^'"<>])*>/gi;
const STYLE = /<(\/?)style\b/gi;

/** Return the document of an XML text. Throws an error, such as FileError if it is too large. */
export function parseXml(xml) {
  if (xml.includes("<!DOCTYPE")) throw new Error("doctype"); // no office program writes one
  const parsed = parse(xml, "application/xml");
  if (parsed.querySelector("parsererror")) throw new Error("xml");
  return parsed;
}

/**
 * Return the body of an HTML text, without attributes and styles.
 *
 * The browser would report each of them as a violation of the page's policy. Throws FileError if
 * the text is too large.
 */
export const parseHtml = (html) =>
  parse(html.replace(TAG, "<$1>").replace(STYLE, "<$1script"), "text/html").body;

/** Start a parser that runs in a thread of its own. */
export const startParser = (url) =>
  new Worker(policy?.createScriptURL(url) ?? url, { type: "module" });

function parse(markup, type) {
  if (countTags(markup) > MAX_TAGS) throw new FileError("size");
  return new DOMParser().parseFromString(policy?.createHTML(markup) ?? markup, type);
}

function countTags(markup) {
  let count = 0;
  for (let at = markup.indexOf("<"); at >= 0; at = markup.indexOf("<", at + 1)) count += 1;
  return count;
}
