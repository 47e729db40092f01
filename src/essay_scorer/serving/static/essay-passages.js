// An essay with its passages marked: those to look at first, and a part that is off topic.

import { create } from "./dom.js";
import { translate } from "./i18n.js";

const SIGNS = { helps: "▲", helps_least: "▼" };
const LABELS = { helps: "passage_helps", helps_least: "passage_helps_least" };
const CLASSES = { helps: "helps", helps_least: "helps-least", off_topic: "off-topic" };

/**
 * Return a text as paragraph elements, with the passages that its result names marked.
 *
 * Lines, signs, and texts for screen readers carry the same information as the colors.
 */
export function renderParagraphs(text, result) {
  const characters = Array.from(text); // passages are counted in code points, not UTF-16 units
  const passages = passagesOf(result);
  const paragraphs = [create("p")];
  for (const [from, to] of sections(passages, characters.length)) {
    const covering = passages.filter(({ start, end }) => start <= from && to <= end);
    const section = { covering, from, to };
    const blocks = characters.slice(from, to).join("").split(/\n\s*\n/);
    blocks.forEach((block, index) => {
      if (index > 0) paragraphs.push(create("p"));
      const isEdge = { first: index === 0, last: index === blocks.length - 1 };
      if (block) paragraphs.at(-1).append(covering.length > 0 ? marked(block, section, isEdge) : block);
    });
  }
  return paragraphs;
}

/** Return what the marks of some kinds mean, with a label for each kind. */
export function renderLegend(labels = LABELS) {
  const items = Object.entries(labels).map(([kind, label]) => {
    const signs = kind in SIGNS ? [sign(kind)] : [];
    return create("li", {}, create("mark", { class: CLASSES[kind] }, ...signs, translate(label)));
  });
  return create("ul", { class: "legend" }, ...items);
}

/** Return the passages to mark, {kind, start, end} in code points. */
export function passagesOf(result) {
  const part = result?.off_topic_part;
  const highlights = result?.explanation?.highlights ?? [];
  return [...highlights, ...(part ? [{ kind: "off_topic", ...part }] : [])];
}

/** Return the [start, end] of the sections between which the passages change. */
function sections(passages, length) {
  const ends = passages.flatMap(({ start, end }) => [start, end]);
  const cuts = [...new Set([0, ...ends, length])].filter((cut) => cut <= length).sort((a, b) => a - b);
  return cuts.slice(1).map((cut, index) => [cuts[index], cut]);
}

/** Return a block of a section as a mark; what starts or ends there is said in words. */
function marked(block, { covering, from, to }, isEdge) {
  const highlights = covering.filter(({ kind }) => kind in SIGNS);
  const starting = highlights.filter(({ start }) => isEdge.first && start === from);
  const ending = highlights.filter(({ end }) => isEdge.last && end === to);
  const names = covering.map(({ kind }) => CLASSES[kind]).join(" ");
  return create(
    "mark",
    { class: names },
    ...starting.flatMap(({ kind }) => [sign(kind), spoken(`${translate(LABELS[kind])}: `)]),
    block,
    ...ending.map(() => spoken(` (${translate("passage_end")})`)),
  );
}

const sign = (kind) => create("span", { class: "sign", "aria-hidden": "true" }, SIGNS[kind]);

const spoken = (text) =>
  create("span", { class: "visually-hidden", lang: document.documentElement.lang }, text);
