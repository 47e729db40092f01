// Observations outside of the usual range, as sentences for a teacher's remark.

import { create } from "./dom.js";
import { formatNumber, hasMessage, plural, translate, translateCode } from "./i18n.js";

const DISTINCT_WINDOW = 50; // words
const WHOLE = new Set(["words", "paragraphs"]);
const PERCENTAGES = new Set(["long_words"]); // of words: so many in a hundred

/**
 * Return an observation as the page shows it: its numbers rounded, and "low", "high" or "usual".
 * What looks the same once it is rounded is usual.
 */
export function shownObservation({ code, value, low, high }) {
  const [shown, from, to] = [value, low, high].map((number) => inWords(code, number));
  const digits = WHOLE.has(code) || PERCENTAGES.has(code) || Math.max(shown, to) >= 10 ? 0 : 1;
  const round = (number) => Math.round(number * 10 ** digits) / 10 ** digits;
  // Whole numbers are never rounded out of their own range: 8 is usual if 7.6 is the lower end.
  const ends = WHOLE.has(code)
    ? { low: Math.ceil(from), high: Math.max(Math.floor(to), Math.ceil(from)) }
    : { low: round(from), high: round(to) };
  const count = round(shown);
  const comparison = count < ends.low ? "low" : count > ends.high ? "high" : "usual";
  return { code, count, ...ends, comparison };
}

/** Return a measure in the unit in which sentences and tables state it. */
const inWords = (code, number) =>
  code === "distinct_words" ? (number * DISTINCT_WINDOW) / 100 : number;

/** Return a sentence for each observation that is outside of the usual range, with its code. */
export const observationSentences = (observations) =>
  observations
    .map(shownObservation)
    .filter(({ comparison }) => comparison !== "usual")
    .map((shown) => ({ code: shown.code, sentence: sentenceOf(shown) }));

function sentenceOf({ code, count, low, high, comparison }) {
  const usual = usualRange(low, high);
  const key = `remark_${code}_${comparison}`;
  if (!hasMessage(`${key}_other`)) return translate("remark_other", { code, count, usual });
  if (count === 0 && hasMessage(`${key}_zero`)) return translate(`${key}_zero`, { usual });
  return plural(key, count, { usual });
}

function usualRange(low, high) {
  const ends = { low: formatNumber(low), high: formatNumber(high) };
  if (low === high) return translate("usual_exact", ends);
  return low === 0 ? translate("usual_at_most", ends) : translate("usual_range", ends);
}

/**
 * Return the sentences as text fields, each with a button that uses it, as edited; null if all is
 * usual.
 *
 * @param {object[]} observations Of an explanation.
 * @param {(sentence: string) => void} [addToRemark] Adds a sentence to the essay's remark; without
 *   it, the button copies the sentence.
 */
export function renderObservationSentences(observations, addToRemark) {
  const sentences = observationSentences(observations);
  if (sentences.length === 0) return null;
  const status = create("p", { class: "muted", role: "status" });
  const items = sentences.map((one) => sentenceItem(one, addToRemark, status));
  return create("div", { class: "sentences" }, create("ul", {}, ...items), status);
}

function sentenceItem({ code, sentence }, addToRemark, status) {
  const name = translateCode("observation", code);
  const field = create("textarea", { rows: 2, "aria-label": name }, sentence);
  const label = translate(addToRemark ? "add_to_remark" : "copy");
  const attributes = {
    type: "button",
    "aria-label": translate("label_for_name", { label, name }),
  };
  const button = create("button", attributes, label);
  button.addEventListener("click", async () => {
    if (addToRemark) addToRemark(field.value);
    else await copy(field);
    status.textContent = translate(addToRemark ? "added_to_remark" : "copied");
  });
  return create("li", {}, field, button);
}

/** Add a sentence to a text field, as if it were typed at the end. */
export function addToField(field, sentence) {
  field.value = [field.value.trimEnd(), sentence].filter(Boolean).join(" ");
  for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
}

async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    field.select(); // without HTTPS, or without permission
    document.execCommand("copy");
  }
}
