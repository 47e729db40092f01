// The score distribution of a class: suggested scores and the teacher's own, side by side.

import { create } from "./dom.js";
import { formatNumber, plural, translate } from "./i18n.js";
import { hasMeaning } from "./meaningless-scores.js";

const MAX_BINS = 15; // longer scales are grouped

/** Return the chart's elements. Every bar shows its count, so the heights add no information. */
export function renderScoreChart(rows, marking, isBlind) {
  const scored = isBlind ? [] : rows.filter((row) => row.shown && hasMeaning(row.shown));
  const suggested = scored.map((row) => row.shown["essay score"]);
  const teacher = rows.map((row) => marking.markOf(row)).filter((mark) => mark !== null);
  if (suggested.length + teacher.length === 0) return [];
  const bins = countByBin(marking.scale, { suggested, teacher });
  const highest = Math.max(...bins.flatMap((bin) => [bin.suggested, bin.teacher]));
  const shown = { highest, hasSuggested: suggested.length > 0, hasTeacher: teacher.length > 0 };
  const chart = create("ol", { class: "chart" }, ...bins.map((bin) => binItem(bin, shown)));
  return shown.hasSuggested && shown.hasTeacher ? [legend(), chart, create("p", { class: "muted" }, agreement(scored, marking))] : [chart];
}

/** Count both kinds of scores in each bin of the scale. */
function countByBin(scale, { suggested, teacher }) {
  const width = Math.ceil(scale.levels / MAX_BINS);
  const bins = [];
  for (let first = 0; first < scale.levels; first += width) {
    const last = Math.min(first + width, scale.levels) - 1;
    const inside = (score) => {
      const position = scale.position(score);
      return position >= first && position <= last;
    };
    const count = (scores) => scores.filter(inside).length;
    const [low, high] = [first, last].map((position) => scale.format(scale.at(position), formatNumber));
    bins.push({ low, high, suggested: count(suggested), teacher: count(teacher) });
  }
  return bins;
}

function binItem({ low, high, suggested, teacher }, { highest, hasSuggested, hasTeacher }) {
  const name = low === high ? low : translate("range", { low, high });
  const shortName = low === high ? low : `${low}–${high}`;
  const bars = hasSuggested ? [bar("suggested", suggested, highest)] : [];
  const spoken = [translate("chart_score", { score: name })];
  if (hasSuggested) spoken.push(plural("chart_suggested", suggested));
  if (hasTeacher) {
    bars.push(bar("teacher", teacher, highest));
    spoken.push(plural("chart_teacher", teacher));
  }
  return create(
    "li",
    {},
    create("span", { class: "visually-hidden" }, spoken.join(" ")),
    create("span", { class: "bars", "aria-hidden": "true" }, ...bars),
    create("span", { "aria-hidden": "true" }, shortName),
  );
}

function bar(kind, count, highest) {
  const label = create("span", { class: "count" }, formatNumber(count));
  return create("span", { class: `bar ${kind}`, "--share": `${(100 * count) / highest}%` }, label);
}

function legend() {
  const item = (kind, meaning) => {
    const swatch = create("span", { class: `swatch ${kind}`, "aria-hidden": "true" });
    return create("li", {}, swatch, meaning);
  };
  const items = [
    item("suggested", translate("suggested_score")),
    item("teacher", translate("teacher_score")),
  ];
  return create("ul", { class: "chart-legend muted" }, ...items);
}

/** Return how often the teacher agrees with the suggested score, on her scale. */
function agreement(rows, marking) {
  const { scale } = marking;
  const both = rows.filter((row) => marking.ownMarkOf(row) !== null);
  const gaps = both.map((row) => Math.abs(marking.markOf(row) - row.shown["essay score"]));
  const counts = {
    same: formatNumber(gaps.filter((gap) => gap < 1e-9).length),
    near: formatNumber(gaps.filter((gap) => gap <= scale.tolerance + 1e-9).length),
    tolerance: formatNumber(scale.tolerance),
  };
  if (scale.labels.length > 0) return plural("agreement_labels", both.length, counts);
  if (scale.tolerance !== 1) return plural("agreement_points", both.length, counts);
  return plural("agreement", both.length, counts);
}
