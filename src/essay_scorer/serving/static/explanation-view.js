// The explanation of a score: where to look in the essay, and what to say about it.

import { create } from "./dom.js";
import { renderLegend, renderParagraphs } from "./essay-passages.js";
import { formatNumber, translate, translateCode } from "./i18n.js";
import { renderObservationSentences, shownObservation } from "./observation-sentences.js";

const PERCENTAGES = new Set(["long_words"]);
const COMPARISONS = { low: "below", usual: "within", high: "above" };

/**
 * Return the elements that explain a result.
 *
 * @param {object} result With an explanation.
 * @param {string} text The essay.
 * @param {{withEssay?: boolean, addToRemark?: (sentence: string) => void}} options Whether to show
 *   the essay with its marks, where it isn't shown elsewhere; and what adds a sentence to the
 *   essay's remark, where it has one.
 */
export function renderExplanation(result, text, { withEssay = false, addToRemark } = {}) {
  const { highlights, observations } = result.explanation;
  return [
    ...(highlights ? whereToLook(result, text, withEssay) : []),
    ...(observations?.length ? whatToSay(observations, addToRemark) : []),
  ];
}

function whereToLook(result, text, withEssay) {
  const isEmpty = result.explanation.highlights.length === 0;
  const essay = { class: "annotated essay-text", lang: result.language ?? "en" };
  return [
    create("h3", { tabindex: -1 }, translate("passages")),
    create("p", { class: "muted" }, translate(isEmpty ? "passages_none" : "passages_help")),
    ...(isEmpty ? [] : [renderLegend()]),
    ...(withEssay && !isEmpty ? [create("div", essay, ...renderParagraphs(text, result))] : []),
  ];
}

function whatToSay(observations, addToRemark) {
  const sentences = renderObservationSentences(observations, addToRemark);
  return [
    create("h3", {}, translate("observations")),
    create("p", { class: "muted" }, translate(sentences ? "observations_help" : "observations_usual")),
    ...(sentences ? [sentences] : []),
    create(
      "details",
      { class: "measures" },
      create("summary", {}, translate("measures")),
      observationTable(observations),
    ),
  ];
}

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

function observationRow(observation) {
  const { code, count, low, high, comparison } = shownObservation(observation);
  const key = COMPARISONS[comparison];
  const format = PERCENTAGES.has(code) ? formatPercentage : formatNumber;
  const label = create("span", { class: `comparison ${key}` }, translate(key));
  return create(
    "tr",
    {},
    create("th", { scope: "row" }, translateCode("observation", code)),
    create("td", {}, `${format(count)} `, label),
    create("td", {}, translate("range", { low: format(low), high: format(high) })),
  );
}

const formatPercentage = (value) => formatNumber(value / 100, { style: "percent" });
