// Every sentence of the page comes from en.json or fr.json, through here; numbers through Intl.

const LANGUAGES = ["en", "fr"];
const CHOICE = "language";

let language = "en";
let sentences = {};

/** The chosen language's code. */
export const spoken = () => language;

/** The sentence of this name, with {values} put in. */
export function say(key, values = {}) {
  return sentences[key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** What a code of a server or a file means; of one that this page does not know, that there is one. */
export function sayOf(family, code) {
  const key = `${family}_${code}`;
  return key in sentences ? say(key) : say(`${family}_other`, { code });
}

/** The sentence that goes with a count: "1 word", "2 words". */
export function sayMany(key, count, values = {}) {
  const form = new Intl.PluralRules(language).select(count) === "one" ? "one" : "other";
  return say(`${key}_${form}`, { count: number(count), ...values });
}

/** A number as this language writes it. */
export function number(value, options = {}) {
  return new Intl.NumberFormat(language, options).format(value);
}

/** Several phrases as one enumeration. */
export const list = (phrases) => new Intl.ListFormat(language).format(phrases);

/** A language's name in this language, "Spanish" for "es". */
export function languageName(code) {
  try {
    return new Intl.DisplayNames(language, { type: "language" }).of(code);
  } catch {
    return code;
  }
}

/** The language that was chosen here before, else the browser's first that the page speaks. */
export function preferred() {
  const wanted = [recall(), ...navigator.languages].map((code) => code?.slice(0, 2));
  return wanted.find((code) => LANGUAGES.includes(code)) ?? "en";
}

/** Fetch a language and say everything anew in it. */
export async function speak(chosen) {
  const response = await fetch(`static/${chosen}.json`);
  sentences = await response.json();
  language = document.documentElement.lang = chosen;
  document.title = say("title");
  translate(document);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === chosen));
  }
  document.dispatchEvent(new Event("spoken"));
}

/** Write the sentences into all parts that name one. */
export function translate(root) {
  for (const node of root.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  for (const node of root.querySelectorAll("[data-say-label]")) {
    node.setAttribute("aria-label", say(node.dataset.sayLabel));
  }
}

/** Keep the choice for the next visit, where the browser lets a page keep anything. */
export function keep(chosen) {
  try {
    localStorage.setItem(CHOICE, chosen);
  } catch {
    // The choice then lasts as long as the page.
  }
}

function recall() {
  try {
    return localStorage.getItem(CHOICE);
  } catch {
    return null;
  }
}
