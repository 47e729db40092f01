// The result of one essay: the score on its scale, the interval, the flags, and the explanation.

import { create } from "./dom.js";
import { renderExplanation } from "./explanation-view.js";
import { formatNumber, languageName, translate, translateCode } from "./i18n.js";
import { hasMeaning, meaninglessFlags } from "./meaningless-scores.js";
import { formatScore, intervalEnds } from "./score-format.js";
import { marksLearnedFrom, renderMeaning } from "./score-meaning.js";

export { renderParagraphs } from "./essay-passages.js";

const MAX_TICKS = 12; // longer scales show only some of their numbers

/**
 * Return the elements that show the result of a text.
 *
 * @param {object} [options] Of its explanation; see `renderExplanation`.
 */
export function renderResult(result, text, options) {
  if (!hasMeaning(result)) return withoutScore(result, text);
  const parts = [
    headline(result),
    scaleGraphic(result),
    create("p", {}, intervalSentence(result)),
    renderWarnings(result, text),
    renderMeaning(result),
  ];
  if (result.explanation) parts.push(...renderExplanation(result, text, options));
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
  const isOwn = marksLearnedFrom(result) === undefined; // the model's scale
  const { low, high } = intervalEnds(result);
  return interval.low === interval.high
    ? translate(isOwn ? "interval_single" : "interval_learned_single", { share, low })
    : translate(isOwn ? "interval" : "interval_learned", { share, low, high });
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
