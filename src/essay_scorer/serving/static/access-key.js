// The server's access key: entered once in a dialog, kept for this tab only.

import { byId } from "./dom.js";
import { translate } from "./i18n.js";

const STORAGE_KEY = "key";
let key = savedKey();
let question = null; // the promise of the open dialog

/** Return the key to send with requests, or null. */
export const currentKey = () => key;

/** Ask for a key; concurrent callers share one dialog. Resolves to whether a key was entered. */
export function askForKey() {
  question ??= openDialog().finally(() => {
    question = null;
  });
  return question;
}

function openDialog() {
  const dialog = byId("key-dialog");
  const field = byId("key-input");
  byId("key-reason").textContent = translate(key === null ? "key_required" : "key_rejected");
  field.value = "";
  dialog.showModal();
  return new Promise((resolve) => {
    byId("cancel-key").onclick = () => dialog.close();
    byId("key-form").onsubmit = () => {
      saveKey(field.value.trim());
      resolve(true);
    };
    dialog.onclose = () => resolve(false); // has no effect after a submit
  });
}

function saveKey(entered) {
  key = entered;
  try {
    sessionStorage.setItem(STORAGE_KEY, entered);
  } catch {
    // Without storage, the key lasts until the page is closed.
  }
}

function savedKey() {
  try {
    return sessionStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}
