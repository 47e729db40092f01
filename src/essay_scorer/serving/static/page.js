// The page's beginning: its language, the model's name, and the two views.

import { element, make } from "./dom.js";
import { start as startEssay } from "./essay.js";
import { keep, preferred, say, speak } from "./language.js";

const VIEWS = ["essay", "class"];
let health = null;
let classroom = null; // the modules of the second view are fetched when it is first wanted

const address = () => location.hash.slice(1) || VIEWS[0];

/** Show the view that the address names. */
async function view() {
  const named = address();
  const shown = VIEWS.includes(named) ? named : VIEWS.find((id) => !element(id).hidden);
  if (shown === "class") {
    classroom ??= import("./classroom.js").then((module) => module.start());
    await classroom; // a view that is seen works
    if (address() !== named) return; // the visitor has gone on meanwhile
  }
  for (const id of VIEWS) element(id).hidden = id !== shown;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${shown}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

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
// A file that is dropped beside its place must not open instead of the page.
for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => event.preventDefault());
}
document.addEventListener("spoken", showModel);
window.addEventListener("hashchange", view);
await speak(preferred());
startEssay();
await view();
await ask();
