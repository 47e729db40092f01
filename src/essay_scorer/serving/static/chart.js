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
  const columns = columnsOf(scale, { here: suggested, own });
  const most = Math.max(...columns.flatMap((column) => [column.here, column.own]));
  const withOwn = own.length > 0;
  const list = make("ol", { class: "chart" }, ...columns.map((one) => bars(one, { most, withOwn })));
  return withOwn ? [key(), list, make("p", { class: "quiet" }, agreement(rows))] : [list];
}

/** How many of each kind fall into each part of the scale. */
function columnsOf(scale, kinds) {
  const step = Math.ceil((scale.max - scale.min + 1) / MOST_COLUMNS);
  const columns = [];
  for (let low = scale.min; low <= scale.max; low += step) {
    const high = low + step;
    const count = (values) => values.filter((value) => value >= low && value < high).length;
    columns.push({ low, high: high - 1, here: count(kinds.here), own: count(kinds.own) });
  }
  return columns;
}

function bars({ low, high, here, own }, { most, withOwn }) {
  const name = low === high ? number(low) : say("range", { low: number(low), high: number(high) });
  const bar = (kind, count) => {
    const shown = make("span", { class: "count" }, number(count));
    return make("span", { class: `bar ${kind}`, "--share": `${(100 * count) / most}%` }, shown);
  };
  const said = [say("chart_score", { score: name }), sayMany("chart_here", here)];
  if (withOwn) said.push(sayMany("chart_own", own));
  const both = [bar("here", here), ...(withOwn ? [bar("own", own)] : [])];
  return make(
    "li",
    {},
    make("span", { class: "unseen" }, said.join(" ")),
    make("span", { class: "bars", "aria-hidden": "true" }, ...both),
    make("span", { class: "of", "aria-hidden": "true" }, name),
  );
}

function key() {
  const item = (kind, text) => {
    const swatch = make("span", { class: `swatch ${kind}`, "aria-hidden": "true" });
    return make("li", {}, swatch, text);
  };
  const items = [item("here", say("suggestion")), item("own", say("own_score"))];
  return make("ul", { class: "chart-key quiet" }, ...items);
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
