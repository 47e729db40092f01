// The page of one essay: what is typed goes to the same address, the answer is shown as text.

const LANGUAGES = ["en", "fr"];
const element = (id) => document.getElementById(id);

let language = "en";
let sentences = {};
let answer = null;
let health = { licence: "…" };

function say(key, values = {}) {
  return sentences[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function number(value, options) {
  return new Intl.NumberFormat(language, options).format(value);
}

function paragraph(text, kind) {
  const node = document.createElement("p");
  node.textContent = text;
  node.className = kind;
  return node;
}

async function speak(chosen) {
  sentences = await (await fetch(`static/${chosen}.json`)).json();
  language = document.documentElement.lang = chosen;
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  for (const node of document.querySelectorAll("[data-language]")) {
    node.setAttribute("aria-pressed", String(node.dataset.language === chosen));
  }
  element("licence").textContent = say("licence", health);
  countWords();
  show();
}

function countWords() {
  const words = element("text").value.split(/\s+/).filter(Boolean).length;
  const plural = new Intl.PluralRules(language).select(words);
  element("words").textContent = say(`words_${plural === "one" ? "one" : "other"}`, { count: number(words) });
}

function show() {
  const result = element("result");
  result.replaceChildren();
  if (answer === null) return;
  if (answer.error) {
    const known = `error_${answer.error.code}`;
    result.append(paragraph(say(known in sentences ? known : "error_other"), "review"));
    return;
  }
  const { scale, interval, flags, model } = answer;
  result.append(
    paragraph(say("score", { value: number(answer["essay score"]), ...scale }), "score"),
    paragraph(say("interval", {
      low: interval.low, high: interval.high, share: number(interval.coverage, { style: "percent" }),
    }), ""),
    ...flags.map((flag) => paragraph(say(`flag_${flag}`), "review")),
    paragraph(say("model", model), "quiet"),
  );
}

async function send(event) {
  event.preventDefault();
  element("send").disabled = true;
  try {
    const response = await fetch("model/predict", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ text: element("text").value }),
    });
    answer = await response.json();
  } catch {
    answer = { error: { code: "unreachable" } };
  }
  element("send").disabled = false;
  show();
}

element("form").addEventListener("submit", send);
element("text").addEventListener("input", countWords);
for (const node of document.querySelectorAll("[data-language]")) {
  node.addEventListener("click", () => speak(node.dataset.language));
}
health = await (await fetch("health")).json();
await speak(LANGUAGES.find((code) => navigator.language.startsWith(code)) ?? "en");
