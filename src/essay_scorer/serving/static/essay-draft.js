// The draft of a single essay, which this tab keeps until it is closed.

const STORAGE_KEY = "draft";

export class DraftStore {
  #fields;

  /** @param {HTMLTextAreaElement[]} fields What makes up the draft; each has an id. */
  constructor(fields) {
    this.#fields = fields;
    for (const field of fields) field.addEventListener("input", () => this.save());
  }

  /** Fill the fields with the draft from before a reload. */
  restore() {
    const saved = load();
    for (const field of this.#fields) field.value ||= saved[field.id] ?? "";
  }

  /** Save the fields as they are now. */
  save() {
    const values = Object.fromEntries(this.#fields.map(({ id, value }) => [id, value]));
    try {
      if (Object.values(values).some(Boolean)) {
        sessionStorage.setItem(STORAGE_KEY, JSON.stringify(values));
      } else {
        sessionStorage.removeItem(STORAGE_KEY);
      }
    } catch {
      // Storage is full or disabled: the draft lasts until the page is closed.
    }
  }
}

function load() {
  try {
    return JSON.parse(sessionStorage.getItem(STORAGE_KEY)) ?? {};
  } catch {
    return {};
  }
}
