// The characters of w:sym elements, which name a font and a place in it.

const PRIVATE_USE = 0xf000; // at which Word puts the 256 places of a symbol font
const GREEK = {
  0x41: "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ",
  0x61: "αβχδεφγηιϕκλμνοπθρστυϖωξψζ",
};
const FONTS = {
  symbol: {
    ...{ 0xa3: "≤", 0xa5: "∞", 0xab: "↔", 0xac: "←", 0xae: "→", 0xb0: "°", 0xb1: "±", 0xb3: "≥" },
    ...{ 0xb4: "×", 0xb7: "•", 0xb9: "≠", 0xbb: "≈", 0xd6: "√", 0xd7: "·", 0xde: "⇒" },
  },
  // What Word's autocorrection inserts for :) :| :( <- -> ==>, then check marks and bullets.
  wingdings: {
    ...{ 0x4a: "☺", 0x4b: "😐", 0x4c: "☹", 0xdf: "←", 0xe0: "→", 0xe8: "➔", 0xf3: "⇔" },
    ...{ 0xfc: "✓", 0xfe: "☑", 0xa8: "☐", 0x6f: "☐", 0xa7: "▪", 0xd8: "➢" },
  },
};
for (const [first, letters] of Object.entries(GREEK)) {
  [...letters].forEach((letter, index) => (FONTS.symbol[Number(first) + index] = letter));
}

/** Return the character at a place, in hexadecimal, of a font; empty if it has no counterpart. */
export function symbolCharacter(font = "", place = "") {
  const code = parseInt(place, 16);
  if (!(code >= 0x20 && code <= 0x10ffff)) return "";
  const isPrivate = code >= PRIVATE_USE && code <= PRIVATE_USE + 0xff;
  const characters = FONTS[font.toLowerCase()] ?? (isPrivate ? {} : null);
  if (characters && (isPrivate || code <= 0xff)) return characters[code & 0xff] ?? "";
  return String.fromCodePoint(code);
}
