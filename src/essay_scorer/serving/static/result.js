// An answer of the server as a person reads it: the score on its scale, remarks, reasons.

import { make } from "./dom.js";
import { languageName, number, say, sayOf } from "./language.js";

const MOST_TICKS = 12; // a longer scale gets only some of its numbers
const FAINT = 0.02; // score points under which a sentence stays unshaded,
const SLIGHT = 1 / 6; // and of the strongest sentence, which is half a strength
const STRENGTHS = 3;
const SHARES = new Set(["distinct_words", "long_words"]); // observations out of a hundred

/** The parts that show an answer, in order. */
export function showAnswer(answer) {
  const parts = [
    headline(answer),
    scalePicture(answer),
    make("p", {}, intervalSentence(answer)),
    remarks(answer),
  ];
  if (answer.explanation) parts.push(...reasons(answer.explanation, answer.language ?? "en"));
  return parts.filter(Boolean);
}

/** A text as its paragraphs. */
export const showText = (text) => text.split(/\n\s*\n/).map((part) => make("p", {}, part));

/** What a screen reader is told when an answer arrives. */
export function summary(answer) {
  const parts = [scoreSentence(answer), intervalSentence(answer)];
  if (answer.review) parts.push(say("review"));
  return parts.join(" ");
}

/** The flags of an answer as whole sentences. */
export const flagSentences = (answer) => answer.flags.map((flag) => flagSentence(flag, answer));

function flagSentence(flag, answer) {
  if (flag === "not_english" && answer.language) {
    return say("flag_language", { language: languageName(answer.language) });
  }
  return sayOf("flag", flag);
}

const scoreSentence = ({ "essay score": score, scale }) =>
  say("score", { score: number(score), min: number(scale.min), max: number(scale.max) });

export function intervalSentence({ interval }) {
  const share = number(interval.coverage, { style: "percent" });
  const [low, high] = [number(interval.low), number(interval.high)];
  return interval.low === interval.high
    ? say("interval_one", { share, low })
    : say("interval", { share, low, high });
}

function headline({ "essay score": score, scale }) {
  const rest = say("on_scale", { min: number(scale.min), max: number(scale.max) });
  return make("p", { class: "score" }, make("strong", {}, number(score)), " ", rest);
}

/** The scale as a line: the interval a band on it, the score a disc. */
function scalePicture({ "essay score": score, scale, interval }) {
  const place = (value) => `${(100 * (value - scale.min)) / (scale.max - scale.min)}%`;
  const step = Math.ceil((scale.max - scale.min) / MOST_TICKS);
  const ticks = [];
  for (let value = scale.min; value <= scale.max; value += step) {
    const inside = value >= interval.low && value <= interval.high;
    const kind = value === score ? "tick here" : inside ? "tick inside" : "tick";
    ticks.push(make("span", { class: kind, "--at": place(value) }, number(value)));
  }
  const band = make("span", { class: "band", "--from": place(interval.low), "--to": place(interval.high) });
  const disc = make("span", { class: "disc", "--at": place(score) });
  return make("div", { class: "scale", "aria-hidden": "true" }, band, disc, ...ticks);
}

function remarks(answer) {
  if (!answer.review && answer.flags.length === 0) return null;
  const box = make("div", { class: answer.review ? "review" : "note" });
  if (answer.review) box.append(make("p", {}, make("strong", {}, say("review"))));
  const reasons = flagSentences(answer);
  if (answer.review && reasons.length === 0) reasons.push(say("doubtful"));
  box.append(make("ul", {}, ...reasons.map((sentence) => make("li", {}, sentence))));
  return box;
}

function reasons({ sentences, observations }, language) {
  const parts = [];
  if (sentences?.length) {
    parts.push(
      make("h3", { tabindex: -1 }, say("sentences")),
      legend(),
      make("div", { class: "shaded", lang: language }, ...shaded(sentences)),
    );
  }
  if (observations?.length) {
    parts.push(
      make("h3", {}, say("observations")),
      make("p", { class: "quiet" }, say("observations_how")),
      observationTable(observations),
    );
  }
  return parts;
}

function legend() {
  const item = (kind, sentence) =>
    make("li", {}, make("span", { class: `part ${kind} strength-2` }, say("legend_sample")), ` ${sentence}`);
  return make(
    "div",
    { class: "legend quiet" },
    make("p", {}, say("sentences_how")),
    make("ul", {}, item("up", say("legend_up")), item("down", say("legend_down")), item("", say("legend_none"))),
  );
}

/** The essay again, each sentence marked by what it adds; by line, sign and number too. */
function shaded(sentences) {
  const sizes = sentences.map(({ contribution }) => Math.abs(contribution));
  const largest = Math.max(...sizes, STRENGTHS * FAINT);
  const paragraphs = new Map();
  for (const { text, paragraph, contribution } of sentences) {
    if (!paragraphs.has(paragraph)) paragraphs.set(paragraph, make("p"));
    const size = Math.abs(contribution);
    const marked = size >= Math.max(FAINT, SLIGHT * largest);
    const kind = contribution > 0 ? "up" : "down";
    const strength = Math.ceil(STRENGTHS * Math.min(1, size / largest));
    const node = make("span", { class: marked ? `part ${kind} strength-${strength}` : "part" }, text);
    if (marked) node.append(make("small", {}, points(contribution)));
    paragraphs.get(paragraph).append(node, " ");
  }
  return paragraphs.values();
}

const points = (value) =>
  number(value, { signDisplay: "always", minimumFractionDigits: 2, maximumFractionDigits: 2 });

function observationTable(observations) {
  const heads = ["observation", "here", "usual"].map((key) => make("th", { scope: "col" }, say(key)));
  return make(
    "table",
    { class: "observations" },
    make("thead", {}, make("tr", {}, ...heads)),
    make("tbody", {}, ...observations.map(observationRow)),
  );
}

function observationRow({ code, value, low, high }) {
  const place = value < low ? "below" : value > high ? "above" : "within";
  const share = SHARES.has(code);
  return make(
    "tr",
    {},
    make("th", { scope: "row" }, sayOf("observation", code)),
    make("td", {}, `${figure(value, share)} `, make("span", { class: `place ${place}` }, say(place))),
    make("td", {}, say("range", { low: figure(low, share), high: figure(high, share) })),
  );
}

/** A figure without more digits than it is worth; a share out of a hundred as per cent. */
function figure(value, share) {
  if (share) return number(value / 100, { style: "percent" });
  return number(value, { maximumFractionDigits: value < 10 ? 1 : 0 });
}
