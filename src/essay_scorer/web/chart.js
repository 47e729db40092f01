// How the scores of a class are spread: a column for each score, the teacher's own beside it.

import { make } from "./dom.js";
import { number, say, sayMany } from "./language.js";

const MOST_COLUMNS = 15; // a longer scale is shown in steps

/** The columns, each with its counts as text; the height alone says nothing that is not written. */
export function distribution(rows) {
  const scored = rows.filter((row) => row.answer);
  if (scored.length === 0) return [];
  const { scale } = scored[0].answer;
  const own = rows.filter((row) => row.own !== "").map((row) => Number(row.own));
  const suggested = scored.map((row) => row.answer["essay score"]);
  const step = Math.ceil((scale.max - scale.min + 1) / MOST_COLUMNS);
  const starts = [];
  for (let start = scale.min; start <= scale.max; start += step) starts.push(start);
  const count = (values, start) => values.filter((value) => Math.floor((value - scale.min) / step) * step + scale.min === start).length;
  const columns = starts.map((start) => ({ start, here: count(suggested, start), own: count(own, start) }));
  const most = Math.max(...columns.flatMap((column) => [column.here, column.own]));
  const list = make("ol", { class: "chart" }, ...columns.map((column) => bars(column, { step, most, withOwn: own.length > 0 })));
  return own.length > 0 ? [key(), list, make("p", { class: "quiet" }, agreement(rows))] : [list];
}

function bars({ start, here, own }, { step, most, withOwn }) {
  const name = step === 1 ? number(start) : say("range", { low: number(start), high: number(start + step - 1) });
  const bar = (kind, count) =>
    make("span", { class: `bar ${kind}`, "--share": `${(100 * count) / most}%` }, make("span", { class: "count" }, number(count)));
  const said = [say("chart_score", { score: name }), sayMany("chart_here", here)];
  if (withOwn) said.push(sayMany("chart_own", own));
  return make(
    "li",
    {},
    make("span", { class: "unseen" }, said.join(" ")),
    make("span", { class: "bars", "aria-hidden": "true" }, bar("here", here), ...(withOwn ? [bar("own", own)] : [])),
    make("span", { class: "of", "aria-hidden": "true" }, name),
  );
}

function key() {
  const item = (kind, text) => make("li", {}, make("span", { class: `swatch ${kind}`, "aria-hidden": "true" }), text);
  return make("ul", { class: "chart-key quiet" }, item("here", say("suggestion")), item("own", say("own_score")));
}

/** How often the teacher and the suggestion agree. */
function agreement(rows) {
  const both = rows.filter((row) => row.answer && row.own !== "");
  const gaps = both.map((row) => Math.abs(Number(row.own) - row.answer["essay score"]));
  return sayMany("agreement", both.length, {
    same: number(gaps.filter((gap) => gap === 0).length),
    near: number(gaps.filter((gap) => gap <= 1).length),
  });
}
