// The key of a server that asks for one: asked once, kept for this tab alone.

import { element } from "./dom.js";
import { say } from "./language.js";

const NAME = "key";
let current = recall();
let asking = null;

/** The key that requests go out with, or null. */
export const currentKey = () => current;

/** Ask the person for a key and say whether one was given; all that wait share one question. */
export function askForKey() {
  asking ??= ask().finally(() => {
    asking = null;
  });
  return asking;
}

function ask() {
  const dialog = element("key");
  const field = element("key-value");
  element("key-why").textContent = say(current === null ? "key_why" : "key_wrong");
  field.value = "";
  dialog.showModal();
  return new Promise((resolve) => {
    element("key-cancel").onclick = () => dialog.close();
    element("key-form").onsubmit = () => {
      use(field.value.trim());
      resolve(true);
    };
    dialog.onclose = () => resolve(false); // too late to change anything where a key was given
  });
}

function use(key) {
  current = key;
  try {
    sessionStorage.setItem(NAME, key);
  } catch {
    // The key then lasts as long as the page.
  }
}

function recall() {
  try {
    return sessionStorage.getItem(NAME);
  } catch {
    return null;
  }
}
