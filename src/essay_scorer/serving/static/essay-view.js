// The view of one essay: type or drop it, send it once, and show its result.

import { requestScore } from "./api-client.js";
import { announce, byId } from "./dom.js";
import { FileError } from "./file-error.js";
import { acceptFiles, readEssay } from "./file-input.js";
import { plural, translate, translateCode } from "./i18n.js";
import { DraftStore } from "./essay-draft.js";
import { hasMeaning } from "./meaningless-scores.js";
import { renderParagraphs, renderResult, summarize } from "./result-view.js";
import { TextReplacement } from "./text-replacement.js";

const text = byId("essay-text");
const prompt = byId("essay-prompt");

let request = null; // AbortController of the running request
let scoredEssay = null; // the essay that the result belongs to
let result = null;
let problem = null; // family and code of the error message, and its values

const draft = new DraftStore([text, prompt]);
const replacement = new TextReplacement(text, renderForm);

/** Connect the view. Call once. */
export function startEssayView() {
  byId("essay-form").addEventListener("submit", submit);
  byId("essay-form").addEventListener("keydown", submitOnCtrlEnter);
  byId("stop-scoring").addEventListener("click", () => request?.abort());
  byId("explain-score").addEventListener("click", explain);
  text.addEventListener("input", () => {
    problem = null;
    renderForm();
  });
  acceptFiles({
    zone: byId("essay-drop-zone"),
    button: byId("choose-essay-file"),
    input: byId("essay-file"),
    onFile: openFile,
  });
  document.addEventListener("languagechanged", render);
  draft.restore();
  if (prompt.value !== "") byId("essay-prompt-details").open = true;
  render();
}

async function openFile(file) {
  try {
    replacement.replace(await readEssay(file), file.name);
    problem = null;
    text.focus();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    problem = ["file", error.code, error.values];
  }
  renderForm();
  if (problem) byId("essay-error").scrollIntoView({ block: "nearest" });
}

function submitOnCtrlEnter(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
}

async function submit(event) {
  event.preventDefault();
  if (request) return; // ignore double clicks
  if (!/\S/.test(text.value)) {
    problem = ["error", "text_without_words"];
    text.focus();
    renderForm();
    return;
  }
  scoredEssay = { text: text.value, ...(prompt.value.trim() && { prompt: prompt.value }) };
  result = null;
  await send(scoredEssay, "scoring");
  if (result) byId("result").scrollIntoView({ block: "nearest" });
}

/** Request the result again, with its explanation. */
async function explain() {
  if (request) return;
  await send({ ...scoredEssay, explain: true }, "explaining");
  if (result.explanation) byId("result-body").querySelector("h3")?.focus();
}

async function send(essay, statusKey) {
  request = new AbortController();
  problem = null;
  render();
  byId("essay-status").textContent = translate(statusKey);
  announce(translate(statusKey));
  await receive(essay, request.signal);
  request = null;
  render();
}

async function receive(essay, signal) {
  try {
    result = await requestScore(essay, { signal });
    if (essay.explain && !result.explanation) problem = ["error", "no_explanation"];
    announce(essay.explain ? translate("explained") : summarize(result));
  } catch (error) {
    if (signal.aborted) announce(translate("stopped"));
    else problem = ["error", error.code];
  }
}

function render() {
  renderForm();
  byId("result").hidden = result === null;
  const body = result ? renderResult(result, scoredEssay.text, { withEssay: true }) : [];
  byId("result-body").replaceChildren(...body);
  byId("explain-score").hidden = !result || "explanation" in result || !hasMeaning(result);
  byId("printed-essay").replaceChildren(
    ...(scoredEssay ? renderParagraphs(scoredEssay.text, result) : []),
  );
}

function renderForm() {
  byId("word-count").textContent = plural("words", countWords(text.value));
  byId("essay-error").textContent = problem ? translateCode(...problem) : "";
  byId("suggest-score").setAttribute("aria-disabled", String(request !== null));
  byId("explain-score").setAttribute("aria-disabled", String(request !== null));
  byId("stop-scoring").hidden = request === null;
  if (!request) byId("essay-status").textContent = "";
  byId("stale-notice").hidden = !result || text.value === scoredEssay.text;
  replacement.render();
  draft.save();
}

/** Count words as the server does: runs of characters between white space. */
function countWords(essay) {
  return essay.split(/[\s\x1c-\x1f\x85]+/).filter(Boolean).length;
}
