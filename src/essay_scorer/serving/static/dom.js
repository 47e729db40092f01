// DOM helpers. Text is inserted as text nodes: nothing here parses HTML.

export const byId = (id) => document.getElementById(id);

/** Return a new element with attributes and children; a string child becomes a text node. */
export function create(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") node.className = value;
    else if (name.startsWith("--")) node.style.setProperty(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Announce a message to screen readers without moving the focus. */
export function announce(message) {
  byId("announcer").textContent = message;
}

/** Offer a text as a file to save. */
export const downloadText = (text, type, name) => downloadBytes(text, type, name);

/** Offer bytes as a file to save. */
export function downloadBytes(bytes, type, name) {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  create("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Add a style sheet, and wait until it is there. */
export async function addStyle(url) {
  const link = create("link", { rel: "stylesheet", href: url });
  const loaded = new Promise((resolve) => (link.onload = link.onerror = resolve));
  document.head.append(link);
  await loaded;
}
