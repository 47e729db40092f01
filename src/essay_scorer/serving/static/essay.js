// The view of one essay: what is typed or dropped is sent once, and its answer is shown.

import { announce, element, make } from "./dom.js";
import { FileRefusal, readEssay, takeFiles } from "./files.js";
import { say, sayMany, sayOf } from "./language.js";
import { score } from "./request.js";
import { showAnswer, showText, summary } from "./result.js";

const text = element("text");
const prompt = element("prompt");

let running = null; // the AbortController of the request under way
let sent = null; // the essay that the answer is about
let answer = null;
let problem = null; // what went wrong: of what kind, and its code

/** Connect the view's parts; called once. */
export function start() {
  element("form").addEventListener("submit", send);
  element("form").addEventListener("keydown", sendByKey);
  element("stop").addEventListener("click", () => running?.abort());
  element("explain").addEventListener("click", explain);
  text.addEventListener("input", () => {
    problem = null;
    showForm();
  });
  takeFiles({ area: element("drop"), button: element("open"), input: element("file"), take: open });
  document.addEventListener("spoken", show);
  show();
}

async function open(file) {
  try {
    text.value = await readEssay(file);
    problem = null;
    text.focus();
  } catch (error) {
    if (!(error instanceof FileRefusal)) throw error;
    problem = ["file", error.code];
  }
  showForm();
}

function sendByKey(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send(event);
}

async function send(event) {
  event.preventDefault();
  if (running) return; // a second press sends nothing twice
  if (!/\S/.test(text.value)) {
    problem = ["error", "text_without_words"];
    text.focus();
    showForm();
    return;
  }
  sent = { text: text.value, ...(prompt.value.trim() && { prompt: prompt.value }) };
  answer = null;
  await ask(sent, "scoring");
  if (answer) element("result").scrollIntoView({ block: "nearest" });
}

/** Ask for the answer once more, with its reasons. */
async function explain() {
  if (running) return;
  await ask({ ...sent, explain: true }, "explaining");
  if (answer.explanation) element("answer").querySelector("h3")?.focus();
}

async function ask(essay, doing) {
  running = new AbortController();
  problem = null;
  show();
  element("busy").textContent = say(doing);
  announce(say(doing));
  await receive(essay, running.signal);
  running = null;
  show();
}

async function receive(essay, signal) {
  try {
    answer = await score(essay, { signal });
    if (essay.explain && !answer.explanation) problem = ["error", "no_reasons"];
    announce(essay.explain ? say("explained") : summary(answer));
  } catch (error) {
    if (signal.aborted) announce(say("stopped"));
    else problem = ["error", error.code];
  }
}

function show() {
  showForm();
  element("result").hidden = answer === null;
  element("answer").replaceChildren(...(answer ? showAnswer(answer) : []));
  element("explain").hidden = !answer || "explanation" in answer;
  element("sent").replaceChildren(...(sent ? showText(sent.text) : []));
}

function showForm() {
  element("words").textContent = sayMany("words", countWords(text.value));
  element("problem").textContent = problem ? sayOf(...problem) : "";
  element("send").setAttribute("aria-disabled", String(running !== null));
  element("explain").setAttribute("aria-disabled", String(running !== null));
  element("stop").hidden = running === null;
  if (!running) element("busy").textContent = "";
  element("stale").hidden = !answer || text.value === sent.text;
}

/** Words as the server counts them: runs of characters between white space. */
function countWords(essay) {
  return essay.split(/[\s\x1c-\x1f\x85]+/).filter(Boolean).length;
}
