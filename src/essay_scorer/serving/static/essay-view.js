// The view of one essay: type or drop it, send it once, and show its result.

import { requestScore } from "./api-client.js";
import { announce, byId } from "./dom.js";
import { readEssay } from "./document-text.js";
import { FileError } from "./file-error.js";
import { acceptFiles } from "./file-input.js";
import { textSize, translate, translateCode } from "./i18n.js";
import { DraftStore } from "./essay-draft.js";
import { hasMeaning } from "./meaningless-scores.js";
import { findHeading, leaveOut } from "./paper-heading.js";
import { measureText } from "./paragraphs.js";
import { renderParagraphs, renderResult, summarize } from "./result-view.js";
import { TextReplacement } from "./text-replacement.js";

const text = byId("essay-text");
const prompt = byId("essay-prompt");

let request = null; // AbortController of the running request
let scoredEssay = null; // the essay that the result belongs to
let result = null;
let fileName = ""; // of the opened file, which may be the student's
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
    buttons: [[byId("choose-essay-file"), byId("essay-file")]],
    onFiles: openFiles,
  });
  byId("leave-out-heading").addEventListener("change", renderForm);
  document.addEventListener("languagechanged", render);
  draft.restore();
  if (prompt.value !== "") byId("essay-prompt-details").open = true;
  render();
}

async function openFiles([{ file }, ...others]) {
  try {
    if (others.length > 0) throw new FileError("several");
    replacement.replace(await readEssay(file), file.name);
    fileName = file.name.replace(/\.\w+$/, "");
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
    problem = ["error", "no_essay"];
    text.focus();
    renderForm();
    return;
  }
  scoredEssay = { text: sentText(), ...(prompt.value.trim() && { prompt: prompt.value }) };
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
  renderSize();
  byId("essay-error").textContent = problem ? translateCode(...problem) : "";
  byId("suggest-score").setAttribute("aria-disabled", String(request !== null));
  byId("explain-score").setAttribute("aria-disabled", String(request !== null));
  byId("stop-scoring").hidden = request === null;
  if (!request) byId("essay-status").textContent = "";
  byId("stale-notice").hidden = !result || sentText() === scoredEssay.text;
  replacement.render();
  draft.save();
}

/** Return the text without its heading, unless the teacher keeps it. */
function sentText() {
  const heading = byId("leave-out-heading").checked ? findHeading(text.value, fileName) : null;
  return heading?.body ?? text.value;
}

function renderSize() {
  const heading = findHeading(text.value, fileName);
  byId("heading-field").hidden = heading === null;
  byId("leave-out-heading-label").textContent = heading ? translate("leave_out", leaveOut(heading)) : "";
  byId("word-count").textContent = textSize(measureText(sentText()));
}
