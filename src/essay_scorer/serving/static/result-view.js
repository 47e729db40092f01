// The result of one essay: the score on its scale, the interval, the flags, and the explanation.

import { create } from "./dom.js";
import { formatNumber, languageName, translate, translateCode } from "./i18n.js";
import { formatScore, intervalEnds } from "./score-format.js";
import { hasMeaning, meaninglessFlags } from "./score-meaning.js";

const MAX_TICKS = 12; // longer scales show only some of their numbers
const MIN_POINTS = 0.02; // smaller contributions are not highlighted,
const MIN_SHARE = 1 / 6; // nor are those below this share of the largest one
const STRENGTHS = 3;
const PERCENTAGES = new Set(["distinct_words", "long_words"]); // codes of observations

/** Return the elements that show the result of a text. */
export function renderResult(result, text) {
  if (!hasMeaning(result)) return withoutScore(result, text);
  const parts = [
    headline(result),
    scaleGraphic(result),
    create("p", {}, intervalSentence(result)),
    renderWarnings(result, text),
  ];
  if (result.explanation) {
    parts.push(...explanation(result.explanation, result.language ?? "en"));
  }
  return parts.filter(Boolean);
}

/** Return why there is no score, and for which essays there is one. */
function withoutScore(result, text) {
  const [reason] = meaninglessFlags(result);
  const others = { ...result, flags: result.flags.filter((flag) => flag !== reason) };
  const box = create(
    "div",
    { class: "review no-score" },
    create("p", {}, create("strong", {}, flagSentence(reason, result))),
    create("p", {}, `${translate("no_score_help")} ${translate("review")}`),
    ...(others.flags.length > 0 ? reasonList(others, text) : []),
  );
  return [box, create("p", { class: "muted" }, translate("meant_for"))];
}

/** Return a text as paragraph elements; the part that its result calls off topic is marked. */
export function renderParagraphs(text, result) {
  const pieces = splitAtPart(text, result?.off_topic_part);
  const paragraphs = [create("p")];
  pieces.forEach((piece, index) => {
    piece.split(/\n\s*\n/).forEach((block, number) => {
      if (number > 0) paragraphs.push(create("p"));
      const isMarked = index === 1 && block;
      paragraphs.at(-1).append(isMarked ? create("mark", { class: "off-topic" }, block) : block);
    });
  });
  return paragraphs;
}

/** Split a text before and after a part, which is counted in code points, not UTF-16 units. */
function splitAtPart(text, part) {
  if (!part) return [text];
  const characters = Array.from(text);
  const cuts = [[0, part.start], [part.start, part.end], [part.end]];
  return cuts.map((cut) => characters.slice(...cut).join(""));
}

/** Return a result as sentences for screen readers. */
export function summarize(result) {
  if (!hasMeaning(result)) {
    const reasons = meaninglessFlags(result).map((flag) => flagSentence(flag, result));
    return [...reasons, translate("no_score_help"), translate("review")].join(" ");
  }
  const parts = [scoreSentence(result), intervalSentence(result)];
  if (result.review) parts.push(translate("review"));
  return parts.join(" ");
}

/** Return the flags of a result as sentences. */
export const flagSentences = (result) => result.flags.map((flag) => flagSentence(flag, result));

function flagSentence(flag, result) {
  if (flag === "not_english" && result.language) {
    return translate("flag_language", { language: languageName(result.language) });
  }
  return translateCode("flag", flag);
}

const scoreSentence = ({ "essay score": score, scale }) =>
  translate("score", {
    score: formatScore(score, scale),
    min: formatScore(scale.min, scale),
    max: formatScore(scale.max, scale),
  });

function intervalSentence(result) {
  const { interval } = result;
  const share = formatNumber(interval.coverage, { style: "percent" });
  const { low, high } = intervalEnds(result);
  return interval.low === interval.high
    ? translate("interval_single", { share, low })
    : translate("interval", { share, low, high });
}

function headline({ "essay score": score, scale }) {
  const limits = { min: formatScore(scale.min, scale), max: formatScore(scale.max, scale) };
  const number = create("strong", {}, formatScore(score, scale));
  return create("p", { class: "score" }, number, " ", translate("on_scale", limits));
}

/** Return the scale as a line, with the interval as a band and the score as a dot. */
function scaleGraphic({ "essay score": score, scale, interval }) {
  const position = (value) => `${(100 * (value - scale.min)) / (scale.max - scale.min)}%`;
  const step = Math.ceil((scale.max - scale.min) / MAX_TICKS);
  const ticks = [];
  for (let value = scale.min; value <= scale.max; value += step) {
    const isInside = value >= interval.low && value <= interval.high;
    const kind = value === score ? "tick current" : isInside ? "tick inside" : "tick";
    ticks.push(create("span", { class: kind, "--at": position(value) }, formatScore(value, scale)));
  }
  const band = create("span", {
    class: "interval-band",
    "--from": position(interval.low),
    "--to": position(interval.high),
  });
  const marker = create("span", { class: "score-marker", "--at": position(score) });
  return create("div", { class: "scale", "aria-hidden": "true" }, band, marker, ...ticks);
}

/** Return the box with what a person should know of a result, or null. */
export function renderWarnings(result, text) {
  if (!result.review && result.flags.length === 0) return null;
  const box = create("div", { class: result.review ? "review" : "note" });
  if (result.review) box.append(create("p", {}, create("strong", {}, translate("review"))));
  box.append(...reasonList(result, text));
  return box;
}

/** Return the flags as a list of sentences, and the part that is off topic. */
function reasonList(result, text) {
  const reasons = flagSentences(result);
  if (result.review && reasons.length === 0) reasons.push(translate("uncertain"));
  const list = create("ul", {}, ...reasons.map((sentence) => create("li", {}, sentence)));
  if (!result.off_topic_part) return [list];
  const [, part] = splitAtPart(text, result.off_topic_part);
  return [list, create("blockquote", { class: "off-topic", lang: result.language ?? "en" }, part)];
}

function explanation({ sentences, observations }, language) {
  const parts = [];
  if (sentences?.length) {
    parts.push(
      create("h3", { tabindex: -1 }, translate("sentences")),
      legend(),
      create("div", { class: "annotated", lang: language }, ...annotatedParagraphs(sentences)),
    );
  }
  if (observations?.length) {
    parts.push(
      create("h3", {}, translate("observations")),
      create("p", { class: "muted" }, translate("observations_help")),
      observationTable(observations),
    );
  }
  return parts;
}

function legend() {
  const item = (kind, meaning) => {
    const attributes = { class: `sentence ${kind} strength-2` };
    const sample = create("span", attributes, translate("legend_sample"));
    return create("li", {}, sample, ` ${meaning}`);
  };
  const items = [
    item("positive", translate("legend_raises")),
    item("negative", translate("legend_lowers")),
    item("", translate("legend_neutral")),
  ];
  const help = create("p", {}, translate("sentences_help"));
  return create("div", { class: "legend muted" }, help, create("ul", {}, ...items));
}

/**
 * Return the essay with each sentence's contribution.
 *
 * Underlines, signs, and numbers carry the same information as the colors.
 */
function annotatedParagraphs(sentences) {
  const sizes = sentences.map(({ contribution }) => Math.abs(contribution));
  const largest = Math.max(...sizes, STRENGTHS * MIN_POINTS);
  const paragraphs = new Map();
  for (const { text, paragraph, contribution } of sentences) {
    if (!paragraphs.has(paragraph)) paragraphs.set(paragraph, create("p"));
    paragraphs.get(paragraph).append(annotatedSentence({ text, contribution, largest }), " ");
  }
  return paragraphs.values();
}

function annotatedSentence({ text, contribution, largest }) {
  const size = Math.abs(contribution);
  if (size < Math.max(MIN_POINTS, MIN_SHARE * largest)) {
    return create("span", { class: "sentence" }, text);
  }
  const kind = contribution > 0 ? "positive" : "negative";
  const strength = Math.ceil(STRENGTHS * Math.min(1, size / largest));
  const points = create("small", {}, formatPoints(contribution));
  return create("span", { class: `sentence ${kind} strength-${strength}` }, text, points);
}

const formatPoints = (value) =>
  formatNumber(value, {
    signDisplay: "always",
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });

function observationTable(observations) {
  const titles = ["observation", "this_essay", "typical_range"].map((key) =>
    create("th", { scope: "col" }, translate(key)),
  );
  return create(
    "table",
    { class: "observations" },
    create("thead", {}, create("tr", {}, ...titles)),
    create("tbody", {}, ...observations.map(observationRow)),
  );
}

function observationRow({ code, value, low, high }) {
  const comparison = value < low ? "below" : value > high ? "above" : "within";
  const format = PERCENTAGES.has(code) ? formatPercentage : formatMeasure;
  const label = create("span", { class: `comparison ${comparison}` }, translate(comparison));
  return create(
    "tr",
    {},
    create("th", { scope: "row" }, translateCode("observation", code)),
    create("td", {}, `${format(value)} `, label),
    create("td", {}, translate("range", { low: format(low), high: format(high) })),
  );
}

const formatPercentage = (value) => formatNumber(value / 100, { style: "percent" });

const formatMeasure = (value) =>
  formatNumber(value, { maximumFractionDigits: value < 10 ? 1 : 0 });
