// A class as a table to take away: the file's own columns, then what was added to them.

import { serialise } from "./csv.js";
import { make } from "./dom.js";
import { number, say, sayOf } from "./language.js";
import { flagSentences } from "./result.js";

const ADDED = [
  "suggestion",
  "low",
  "high",
  "raw",
  "flags",
  "review_column",
  "problem",
  "own_score",
  "remark",
  "model_column",
];

/** Give the browser a file to save. */
export function download({ file, titles, separator }, rows) {
  const head = [...titles, ...ADDED.map((key) => say(key))];
  const text = serialise([head, ...rows.map((row) => cellsOf(row, titles))], separator);
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const name = `${file.replace(/\.\w+$/, "")}-${say("download_suffix")}.csv`;
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function cellsOf({ cells, answer, problem, own, remark }, titles) {
  return [
    ...titles.map((_, column) => cells[column] ?? ""),
    ...(answer ? cellsOfAnswer(answer) : ["", "", "", "", "", ""]),
    problem ? sayOf("error", problem) : "",
    own === "" ? "" : plain(Number(own)),
    remark,
    answer ? `${answer.model.name} ${answer.model.version}` : "",
  ];
}

function cellsOfAnswer(answer) {
  return [
    answer["essay score"],
    answer.interval.low,
    answer.interval.high,
    plain(answer.raw),
    flagSentences(answer).join(" "),
    say(answer.review ? "yes" : "no"),
  ];
}

/** A number as a spreadsheet in this language reads it. */
const plain = (value) => number(value, { useGrouping: false, maximumFractionDigits: 4 });
