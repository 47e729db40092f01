// Small helpers to build the page.  Text goes in as text: nothing here reads HTML.

export const element = (id) => document.getElementById(id);

/** A new element with attributes and children; a string becomes a text node. */
export function make(tag, attributes = {}, ...children) {
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

/** Tell a screen reader something, without moving the focus. */
export function announce(text) {
  element("announcer").textContent = text;
}
