// Which text of a Word document is hidden, by its own properties or by its styles.

/** Return an element's first child of this local name, or undefined. */
export function child(node, name) {
  let one = node?.firstElementChild;
  while (one && one.localName !== name) one = one.nextElementSibling;
  return one ?? undefined;
}

/** Return an attribute by its local name: its namespace depends on the variant of the format. */
export const attribute = (node, name) =>
  [...(node?.attributes ?? [])].find((one) => one.localName === name)?.value;

/** Return the value of an on/off property: true, false, or undefined if it is absent. */
export function toggle(properties, name) {
  const property = child(properties, name);
  return property && !/^(0|false|off)$/i.test(attribute(property, "val") ?? "");
}

export class WordStyles {
  #styles = new Map();
  #hidden = new Map(); // by the style's id
  #defaultParagraph = null;

  /** @param {?Document} xml The part with the styles, if there is one. */
  constructor(xml) {
    for (const style of xml?.documentElement.children ?? []) {
      if (style.localName !== "style") continue;
      const id = attribute(style, "styleId");
      this.#styles.set(id, style);
      const isDefault = /^(1|true|on)$/i.test(attribute(style, "default") ?? "");
      if (isDefault && attribute(style, "type") === "paragraph") this.#defaultParagraph = id;
    }
  }

  /**
   * Say whether text with these properties is hidden.
   *
   * The styles of the paragraph and of the characters toggle: hidden twice is visible (ECMA-376,
   * part 1, section 17.7.3).
   */
  isHidden(runProperties, paragraphProperties) {
    const own = toggle(runProperties, "vanish");
    if (own !== undefined) return own;
    const ofCharacters = attribute(child(runProperties, "rStyle"), "val");
    const ofParagraph = attribute(child(paragraphProperties, "pStyle"), "val");
    return this.#hides(ofCharacters) !== this.#hides(ofParagraph ?? this.#defaultParagraph);
  }

  #hides(id) {
    const style = this.#styles.get(id);
    if (!style) return false;
    if (!this.#hidden.has(id)) {
      this.#hidden.set(id, false); // ends a circle of styles
      const own = toggle(child(style, "rPr"), "vanish");
      this.#hidden.set(id, own ?? this.#hides(attribute(child(style, "basedOn"), "val")));
    }
    return this.#hidden.get(id);
  }
}
