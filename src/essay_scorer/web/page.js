// The page's beginning: its language, the model's name, and the views.

import { element, make } from "./dom.js";
import { start } from "./essay.js";
import { keep, preferred, say, speak } from "./language.js";

let health = null;

/** Which model answers here, its licence and its card. */
function showModel() {
  if (health === null) return;
  const [before, after] = say("model", { licence: health.licence }).split("{model}");
  const name = `${health.model.name} ${health.model.version}`;
  element("model").replaceChildren(before, make("a", { href: "card" }, name), after);
}

async function ask() {
  try {
    health = await (await fetch("health")).json();
  } catch {
    health = null; // the page works without it
  }
  showModel();
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", async () => {
    keep(button.dataset.language);
    await speak(button.dataset.language);
  });
}
document.addEventListener("spoken", showModel);
await speak(preferred());
start();
await ask();
