// The classes that the browser keeps: open, rename, keep, and delete them.

import { deletionDate, listClasses } from "./class-store.js";
import { byId, create } from "./dom.js";
import { formatDate, plural, translate } from "./i18n.js";

const MAX_NAME_CHARACTERS = 120;

export class ClassListView {
  #listeners;
  #renamed = null; // id of the class whose name is being edited

  /**
   * @param {{onOpen: (id) => void, onRename: (id, name) => Promise, onDelete: (header) => void}}
   *   listeners
   */
  constructor(listeners) {
    this.#listeners = listeners;
  }

  /** Show the classes; the section is hidden if there are none. */
  async render() {
    const headers = await listClasses().catch(() => []);
    byId("class-list").hidden = headers.length === 0;
    byId("class-list-items").replaceChildren(...headers.map((header) => this.#item(header)));
    byId("class-list-items").querySelector("input")?.select();
  }

  #item(header) {
    const { id } = header;
    const isRenamed = id === this.#renamed;
    const controls = isRenamed ? [this.#nameForm(header)] : [this.#openButton(header), ...this.#buttons(header)];
    const date = formatDate(header.opened);
    const details = `${plural("essays_count", header.essays)} ${translate("last_opened", { date })} ${deletionNotice(header)}`;
    return create("li", { "data-class": id }, create("div", { class: "row" }, ...controls), create("p", { class: "muted" }, details));
  }

  #openButton(header) {
    const button = create("button", { type: "button", class: "text-button class-name" }, nameOf(header));
    button.addEventListener("click", () => this.#listeners.onOpen(header.id));
    return button;
  }

  #buttons(header) {
    const button = (key, act) => {
      const label = translate("label_for_name", { label: translate(key), name: nameOf(header) });
      const attributes = { type: "button", class: "text-button", "aria-label": label };
      const control = create("button", attributes, translate(key));
      control.addEventListener("click", act);
      return control;
    };
    const rename = button("rename", () => this.#edit(header.id));
    return [create("span", {}, rename, button("delete", () => this.#listeners.onDelete(header)))];
  }

  #nameForm(header) {
    const label = translate("class_name");
    const field = create("input", { "aria-label": label, maxlength: MAX_NAME_CHARACTERS, value: nameOf(header) });
    const save = create("button", { type: "submit" }, translate("save"));
    const form = create("form", { class: "row" }, field, save);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const name = field.value.trim();
      if (name) await this.#listeners.onRename(header.id, name);
      await this.#edit(null, header.id);
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#edit(null, header.id);
    });
    return form;
  }

  /** Edit the name of a class, or of none; then focus the class `next`. */
  async #edit(id, next = null) {
    this.#renamed = id;
    await this.render();
    const items = [...byId("class-list-items").children];
    items.find((item) => item.dataset.class === next)?.querySelector("button").focus();
  }
}

/** Return a class's name: that of its file, unless the teacher gave it another. */
export const nameOf = ({ name, fileName }) => name ?? fileName;

/** Return the sentence that says when a class is deleted. */
export function deletionNotice(header) {
  if (header.kept) return translate("class_kept");
  return translate("class_forgotten", { date: formatDate(deletionDate(header)) });
}
