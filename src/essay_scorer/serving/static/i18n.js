// Translations and number formats. Every sentence of the page is in en.json and fr.json, or in
// class-en.json and class-fr.json, which only the view of a class loads.

const LANGUAGES = ["en", "fr"];
const STORAGE_KEY = "language";

let language = "en";
let messages = {};
const sets = [""]; // prefixes of the files with messages in use

/** Return the message of this key, with its {placeholders} filled in. */
export function translate(key, values = {}) {
  return messages[key].replace(/\{(\w+)\}/g, (placeholder, name) => values[name] ?? placeholder);
}

/** Say whether there is a message of this key. */
export const hasMessage = (key) => key in messages;

/** Return the message for a code from the server or a file, or the family's fallback message. */
export function translateCode(family, code, values = {}) {
  const key = `${family}_${code}`;
  return key in messages ? translate(key, values) : translate(`${family}_other`, { code });
}

/** Return the message that agrees with a count: "1 word", "2 words". */
export function plural(key, count, values = {}) {
  const form = new Intl.PluralRules(language).select(count) === "one" ? "one" : "other";
  return translate(`${key}_${form}`, { count: formatNumber(count), ...values });
}

/** Return how much text there is: "312 words, 5 paragraphs". */
export function textSize({ words, paragraphs }) {
  const count = plural("words", words);
  if (paragraphs === 0) return count;
  return translate("text_size", { words: count, paragraphs: plural("paragraphs", paragraphs) });
}

/** Format a number for the current language; the options are those of Intl.NumberFormat. */
export function formatNumber(value, options = {}) {
  return new Intl.NumberFormat(language, options).format(value);
}

/** Format a date, given in milliseconds, for the current language: "27 November 2026". */
export function formatDate(time) {
  return new Intl.DateTimeFormat(language, { dateStyle: "long" }).format(time);
}

/** Return the decimal sign of the current language. */
export const decimalSign = () => formatNumber(0.5).at(1);

/** Return a language's name in the current language: "Spanish" for "es". */
export function languageName(code) {
  try {
    return new Intl.DisplayNames(language, { type: "language" }).of(code);
  } catch {
    return code;
  }
}

/** Return the saved language, or else the first of the browser's languages that is supported. */
export function preferredLanguage() {
  const candidates = [savedLanguage(), ...navigator.languages].map((code) => code?.slice(0, 2));
  return candidates.find((code) => LANGUAGES.includes(code)) ?? "en";
}

/** Load a language, translate the page, and dispatch "languagechanged" on the document. */
export async function setLanguage(code) {
  messages = await loadMessages(code);
  language = document.documentElement.lang = code;
  document.title = translate("title");
  translatePage();
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === code));
  }
  document.dispatchEvent(new Event("languagechanged"));
}

async function loadMessages(code) {
  const load = async (set) => {
    const response = await fetch(new URL(`${set}${code}.json`, import.meta.url));
    return await response.json();
  };
  return Object.assign({}, ...(await Promise.all(sets.map(load))));
}

/** Load the messages of a view, such as "class", and translate what waits for them. */
export async function addMessages(view) {
  sets.push(`${view}-`);
  messages = await loadMessages(language);
  translatePage();
}

/** Return the messages of every language, to recognize what the page wrote in another one. */
export const messagesOfAllLanguages = () => Promise.all(LANGUAGES.map(loadMessages));

function translatePage() {
  for (const node of document.querySelectorAll("[data-i18n]")) {
    if (node.dataset.i18n in messages) node.textContent = translate(node.dataset.i18n);
  }
  for (const node of document.querySelectorAll("[data-i18n-label]")) {
    node.setAttribute("aria-label", translate(node.dataset.i18nLabel));
  }
}

/** Save the language for the next visit, if the browser allows storage. */
export function saveLanguage(code) {
  try {
    localStorage.setItem(STORAGE_KEY, code);
  } catch {
    // Without storage, the language lasts until the page is closed.
  }
}

function savedLanguage() {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}
