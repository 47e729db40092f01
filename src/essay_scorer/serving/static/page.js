// Entry point of the page: the language, the two views, and the model's name.

import { byId, create } from "./dom.js";
import { startEssayView } from "./essay-view.js";
import { preferredLanguage, saveLanguage, setLanguage, translate } from "./i18n.js";
import { rememberServer } from "./score-meaning.js";

const VIEWS = ["essay", "class"]; // ids of the sections, and fragments of the page's URL
let classView = null; // loaded on first use
let health = null; // what the server says about its model

// Behind a base path, the page may be at a URL without a final slash, unlike this module.
const atServer = (path) => new URL(`../${path}`, import.meta.url).href;
const viewInUrl = () => location.hash.slice(1) || VIEWS[0];

/** Show the view that the URL names; other fragments, such as #main, keep the current one. */
async function showView() {
  const requested = viewInUrl();
  const shown = VIEWS.includes(requested) ? requested : VIEWS.find((id) => !byId(id).hidden);
  if (shown === "class") {
    classView ??= import("./class-view.js").then((module) => module.startClassView());
    await classView;
    if (viewInUrl() !== requested) return; // the user switched views in the meantime
  }
  for (const id of VIEWS) byId(id).hidden = id !== shown;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${shown}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

async function loadHealth() {
  try {
    health = await (await fetch(atServer("health"))).json();
  } catch {
    health = null; // the page works without it
  }
  rememberServer(health);
  renderModel();
}

/** Show the model's name, linked to its model card, and its license. */
function renderModel() {
  if (health === null) return;
  const sentence = translate("model", { license: health.license });
  const [before, after] = sentence.split("{model}");
  const name = `${health.model.name} ${health.model.version}`;
  byId("model-info").replaceChildren(before, create("a", { href: atServer("card") }, name), after);
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", async () => {
    saveLanguage(button.dataset.language);
    await setLanguage(button.dataset.language);
  });
}
// By default, browsers replace the page with a file that is dropped outside the drop zones.
for (const type of ["dragover", "drop"]) {
  document.addEventListener(type, (event) => event.preventDefault());
}
document.addEventListener("languagechanged", renderModel);
window.addEventListener("hashchange", showView);
await setLanguage(preferredLanguage());
startEssayView();
await showView();
await loadHealth();
