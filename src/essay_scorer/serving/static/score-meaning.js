// What the numbers of a scale mean: the shipped model's rubric, or what a profile was learned from.

import { create } from "./dom.js";
import { plural, translate } from "./i18n.js";

const MODEL = "essay-scorer-en"; // whose rubric the page describes
const LOWEST = 1;
const HIGHEST = 6;
const CARD = new URL("../card", import.meta.url).href; // holds behind a base path, too

let serverProfile = null; // {marks} of the profile that the server scores by

/** Remember what the server says about itself, as `/health` returns it. */
export function rememberServer(health) {
  serverProfile = health?.profile ?? null;
}

/** Return how many marks a result's scale was learned from; undefined if it is the model's own. */
export const marksLearnedFrom = (result) => result.profile?.marks ?? serverProfile?.marks;

/** Return what a result's score means, as a disclosure or a sentence. */
export function renderMeaning(result) {
  const marks = marksLearnedFrom(result);
  if (marks !== undefined) {
    return create("p", { class: "muted" }, plural("meaning_learned", marks));
  }
  if (!isRubricScale(result)) {
    return create("p", { class: "muted" }, translate("meaning_unknown"), " ", cardLink());
  }
  return create(
    "details",
    { class: "meaning" },
    create("summary", {}, translate("meaning")),
    create("p", { class: "muted" }, translate("meaning_rubric")),
    create("dl", {}, ...levels()),
    create("p", {}, translate("meaning_limits")),
    create("p", {}, translate("meaning_facts"), " ", cardLink()),
  );
}

function isRubricScale({ model, scale }) {
  const { min, max, step = 1, labels = [] } = scale;
  return (
    model.name === MODEL && min === LOWEST && max === HIGHEST && step === 1 && labels.length === 0
  );
}

function levels() {
  const scores = Array.from({ length: HIGHEST }, (_, index) => HIGHEST - index);
  return scores.map((score) =>
    create(
      "div",
      {},
      create("dt", {}, String(score)),
      create("dd", {}, translate(`meaning_${score}`)),
    ),
  );
}

const cardLink = () => create("a", { href: CARD }, translate("model_card"));
