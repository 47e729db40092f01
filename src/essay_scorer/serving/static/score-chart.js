// The score distribution of a class: suggested scores and the teacher's own, side by side.

import { create } from "./dom.js";
import { formatNumber, plural, translate } from "./i18n.js";

const MAX_BINS = 15; // longer scales are grouped

/** Return the chart's elements. Every bar shows its count, so the heights add no information. */
export function renderScoreChart(rows) {
  const scored = rows.filter((row) => row.result);
  if (scored.length === 0) return [];
  const suggested = scored.map((row) => row.result["essay score"]);
  const graded = rows.filter((row) => row.teacherScore !== "");
  const teacher = graded.map((row) => Number(row.teacherScore));
  const bins = countByBin(scored[0].result.scale, { suggested, teacher });
  const highest = Math.max(...bins.flatMap((bin) => [bin.suggested, bin.teacher]));
  const compare = teacher.length > 0;
  const items = bins.map((bin) => binItem(bin, { highest, compare }));
  const chart = create("ol", { class: "chart" }, ...items);
  return compare ? [legend(), chart, create("p", { class: "muted" }, agreement(rows))] : [chart];
}

/** Count both kinds of scores in each bin of the scale. */
function countByBin(scale, { suggested, teacher }) {
  const width = Math.ceil((scale.max - scale.min + 1) / MAX_BINS);
  const bins = [];
  for (let low = scale.min; low <= scale.max; low += width) {
    const end = low + width;
    const count = (scores) => scores.filter((score) => score >= low && score < end).length;
    bins.push({ low, high: end - 1, suggested: count(suggested), teacher: count(teacher) });
  }
  return bins;
}

function binItem({ low, high, suggested, teacher }, { highest, compare }) {
  const name =
    low === high
      ? formatNumber(low)
      : translate("range", { low: formatNumber(low), high: formatNumber(high) });
  const bars = [bar("suggested", suggested, highest)];
  const spoken = [translate("chart_score", { score: name }), plural("chart_suggested", suggested)];
  if (compare) {
    bars.push(bar("teacher", teacher, highest));
    spoken.push(plural("chart_teacher", teacher));
  }
  return create(
    "li",
    {},
    create("span", { class: "visually-hidden" }, spoken.join(" ")),
    create("span", { class: "bars", "aria-hidden": "true" }, ...bars),
    create("span", { "aria-hidden": "true" }, name),
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

/** Return how often the teacher agrees with the suggested score. */
function agreement(rows) {
  const both = rows.filter((row) => row.result && row.teacherScore !== "");
  const gaps = both.map((row) => Math.abs(Number(row.teacherScore) - row.result["essay score"]));
  return plural("agreement", both.length, {
    same: formatNumber(gaps.filter((gap) => gap === 0).length),
    near: formatNumber(gaps.filter((gap) => gap <= 1).length),
  });
}
