// An answer of the server as a person reads it: the score on its scale, remarks, reasons.

import { make } from "./dom.js";
import { known, languageName, number, say } from "./language.js";

const MOST_TICKS = 12; // a longer scale gets only some of its numbers
const FAINT = 0.02; // score points under which a sentence stays unshaded
const STRENGTHS = 3;

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

/** What a screen reader is told when an answer arrives. */
export function summary(answer) {
  const parts = [scoreSentence(answer), intervalSentence(answer)];
  if (answer.review) parts.push(say("review"));
  return parts.join(" ");
}

/** A flag as a whole sentence. */
export function flagSentence(flag, answer) {
  if (flag === "not_english" && answer.language) {
    return say("flag_language", { language: languageName(answer.language) });
  }
  return known(`flag_${flag}`) ? say(`flag_${flag}`) : say("flag_other", { flag });
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
  const flags = answer.flags.map((flag) => make("li", {}, flagSentence(flag, answer)));
  if (flags.length > 0) box.append(make("ul", {}, ...flags));
  return box;
}

function reasons({ sentences, observations }, language) {
  const parts = [];
  if (sentences?.length) {
    parts.push(
      make("h3", {}, say("sentences")),
      legend(),
      make("div", { class: "shaded", lang: language }, ...shaded(sentences)),
    );
  }
  if (observations?.length) {
    parts.push(make("h3", {}, say("observations")), observationTable(observations));
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
  const largest = Math.max(...sentences.map(({ contribution }) => Math.abs(contribution)), STRENGTHS * FAINT);
  const paragraphs = new Map();
  for (const { text, paragraph, contribution } of sentences) {
    if (!paragraphs.has(paragraph)) paragraphs.set(paragraph, make("p"));
    const size = Math.abs(contribution);
    const marked = size >= FAINT;
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
  const name = known(`observation_${code}`) ? say(`observation_${code}`) : code;
  return make(
    "tr",
    {},
    make("th", { scope: "row" }, name),
    make("td", {}, `${short(value)} `, make("span", { class: `place ${place}` }, say(place))),
    make("td", {}, say("range", { low: short(low), high: short(high) })),
  );
}

/** A figure without more digits than it is worth. */
const short = (value) => number(value, { maximumFractionDigits: Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 1 : 2 });
