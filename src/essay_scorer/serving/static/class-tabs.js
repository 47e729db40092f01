// What other tabs change in a class that is open here, too, and which class this tab shows.

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("essay-scorer") : null;
const OPEN_CLASS = "open-class"; // of this tab: a class's id, or "" for the list

/** Tell the other tabs of a change: {id, index, change}, or {id, deleted}, or {id, change}. */
export const tellOtherTabs = (message) => channel?.postMessage(message);

/** Call a function with the messages of other tabs. */
export function onOtherTabs(listener) {
  channel?.addEventListener("message", ({ data }) => listener(data));
}

/** Remember for a reload which class this tab shows; "" for none. */
export function rememberOpenClass(id) {
  try {
    sessionStorage.setItem(OPEN_CLASS, id);
  } catch {
    // Without storage, there is no class to come back to.
  }
}

/** Return the id of the class that this tab showed before a reload, "" for none, null for a new tab. */
export function openClassId() {
  try {
    return sessionStorage.getItem(OPEN_CLASS);
  } catch {
    return null;
  }
}
