// Parsers of XML and HTML whose documents are only read for their text: no script in them runs,
// nothing is loaded, and they never become part of the page.

// The Content-Security-Policy enforces trusted types, so only a named policy may parse strings.
const policy = globalThis.trustedTypes?.createPolicy("parser", { createHTML: (markup) => markup });

const TAG = /<(\/?[a-z][a-z0-9:-]*)(?:"[^"<]*"|'[^'<]*'|[^'"<>])*>/gi;
const STYLE = /<(\/?)style\b/gi;

/** Return the document of an XML text. Throws an error if it is malformed or declares entities. */
export function parseXml(xml) {
  if (xml.includes("<!DOCTYPE")) throw new Error("doctype"); // no office program writes one
  const parsed = parse(xml, "application/xml");
  if (parsed.querySelector("parsererror")) throw new Error("xml");
  return parsed;
}

/**
 * Return the body of an HTML text, without attributes and styles.
 *
 * The browser would report each of them as a violation of the page's policy.
 */
export const parseHtml = (html) =>
  parse(html.replace(TAG, "<$1>").replace(STYLE, "<$1script"), "text/html").body;

const parse = (markup, type) =>
  new DOMParser().parseFromString(policy?.createHTML(markup) ?? markup, type);
