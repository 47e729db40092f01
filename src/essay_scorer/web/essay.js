// The view of one essay: what is typed or dropped is sent once, and its answer is shown.

import { announce, element, make } from "./dom.js";
import { FileRefusal, readEssay, takeFiles } from "./files.js";
import { known, say, sayMany } from "./language.js";
import { score } from "./request.js";
import { showAnswer, summary } from "./result.js";

const text = element("text");
const prompt = element("prompt");

let running = null; // the AbortController of the request under way
let answer = null;
let sent = ""; // the text that the answer is about
let problem = null; // the name of the sentence that says what went wrong

/** Connect the view's parts; called once. */
export function start() {
  element("form").addEventListener("submit", send);
  element("form").addEventListener("keydown", sendByKey);
  element("stop").addEventListener("click", () => running?.abort());
  text.addEventListener("input", changed);
  takeFiles({ area: element("drop"), button: element("open"), input: element("file"), take: open });
  document.addEventListener("spoken", show);
  show();
}

function changed() {
  problem = null;
  show();
}

async function open(file) {
  try {
    text.value = await readEssay(file);
    problem = null;
    text.focus();
  } catch (error) {
    if (!(error instanceof FileRefusal)) throw error;
    problem = `file_${error.code}`;
  }
  show();
}

function sendByKey(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send(event);
}

async function send(event) {
  event.preventDefault();
  if (running) return; // a second press sends nothing twice
  const essay = { text: text.value, ...(prompt.value.trim() && { prompt: prompt.value }) };
  if (!/\S/.test(essay.text)) {
    problem = "error_text_without_words";
    text.focus();
    show();
    return;
  }
  running = new AbortController();
  [problem, answer, sent] = [null, null, essay.text];
  show();
  announce(say("scoring"));
  await receive(essay, running.signal);
  running = null;
  show();
  if (answer) element("result").scrollIntoView({ block: "nearest" });
}

async function receive(essay, signal) {
  try {
    answer = await score(essay, { signal });
    announce(summary(answer));
  } catch (error) {
    if (signal.aborted) announce(say("stopped"));
    else problem = known(`error_${error.code}`) ? `error_${error.code}` : "error_other";
  }
}

function show() {
  element("words").textContent = sayMany("words", countWords(text.value));
  element("problem").textContent = problem ? say(problem) : "";
  element("send").setAttribute("aria-disabled", String(running !== null));
  element("stop").hidden = running === null;
  element("busy").textContent = running ? say("scoring") : "";
  element("result").hidden = answer === null;
  element("answer").replaceChildren(...(answer ? shownAnswer() : []));
  element("sent").replaceChildren(...sent.split(/\n\s*\n/).map((part) => make("p", { lang: "en" }, part)));
}

function shownAnswer() {
  const stale = text.value === sent ? [] : [make("p", { class: "note" }, say("changed"))];
  return [...stale, ...showAnswer(answer)];
}

/** Words as the server counts them: runs of characters between white space. */
export function countWords(essay) {
  return essay.split(/[\s\x1c-\x1f\x85]+/).filter(Boolean).length;
}
