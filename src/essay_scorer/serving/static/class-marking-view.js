// The card on which a teacher chooses her scale and sees how good the suggestions are.

import { byId, create, downloadText } from "./dom.js";
import { formatNumber, plural, translate } from "./i18n.js";
import { MarkScale, PRESETS } from "./mark-scale.js";

const OWN = "own";
const MAX_PROFILE_BYTES = 200 * 1024;

export class ClassMarkingView {
  #onChange;

  /** @param {{onChange: (change: object) => void}} listeners Called with changed header fields. */
  constructor({ onChange }) {
    this.#onChange = onChange;
    byId("mark-scale").addEventListener("change", () => this.#chooseScale());
    byId("own-scale").addEventListener("change", () => this.#chooseScale());
    byId("blind").addEventListener("change", () => onChange({ blind: byId("blind").checked }));
    byId("load-profile").addEventListener("click", () => byId("profile-file").click());
    byId("profile-file").addEventListener("change", () => this.#loadProfile());
  }

  /** Show the choices of a class, and what was learned. */
  render(header, marking) {
    const options = ["", ...PRESETS, OWN].map((value) =>
      create("option", { value }, scaleName(value, marking)),
    );
    byId("mark-scale").replaceChildren(...options);
    const isOwn = header.scale && !PRESETS.includes(header.scale);
    byId("mark-scale").value = isOwn ? OWN : (header.scale ?? "");
    byId("own-scale-field").hidden = !isOwn;
    if (isOwn) byId("own-scale").value = header.scale;
    byId("blind").checked = Boolean(header.blind);
    this.update(marking);
  }

  /** Show what was learned. */
  update(marking) {
    byId("marking-report").replaceChildren(...reportLines(marking));
    byId("save-profile").hidden = !marking.isLearned;
  }

  #chooseScale() {
    const choice = byId("mark-scale").value;
    byId("own-scale-field").hidden = choice !== OWN;
    byId("scale-error").textContent = "";
    if (choice !== OWN) {
      this.#onChange({ scale: choice || null });
      return;
    }
    const text = byId("own-scale").value;
    if (text.trim() === "") byId("own-scale").focus();
    else if (MarkScale.parse(text)) this.#onChange({ scale: text });
    else byId("scale-error").textContent = translate("scale_invalid");
  }

  async #loadProfile() {
    const [file] = byId("profile-file").files;
    byId("profile-file").value = "";
    if (!file) return;
    byId("scale-error").textContent = "";
    try {
      if (file.size > MAX_PROFILE_BYTES) throw new RangeError("not a profile");
      const profile = JSON.parse(await file.text());
      if (!isProfile(profile)) throw new RangeError("not a profile");
      this.#onChange({ profile, scale: null });
    } catch {
      byId("scale-error").textContent = translate("profile_invalid");
    }
  }
}

/** Offer a profile as a file to save. */
export function downloadProfile(profile, fileName) {
  const text = `${JSON.stringify(profile)}\n`;
  const name = `${fileName.replace(/\.\w+$/, "")}-profile.json`;
  downloadText(text, "application/json", name);
}

function isProfile(value) {
  const arrays = ["folds", "errors", "fold_of", "strangeness"];
  return (
    value?.format === 1 &&
    ["means", "deviations"].every((name) => typeof value[name] === "string") &&
    arrays.every((name) => Array.isArray(value[name]) && value[name].length > 0) &&
    value.errors.every(Number.isFinite) &&
    Number.isFinite(value.scale?.min) &&
    Number.isFinite(value.model?.intercept) &&
    Array.isArray(value.report?.curve)
  );
}

function scaleName(value, marking) {
  if (value === OWN) return translate("scale_own");
  const scale = value ? MarkScale.parse(value) : marking.scale;
  const [low, high] = [scale.format(scale.min, formatNumber), scale.format(scale.max, formatNumber)];
  const range = scale.labels.length > 0 ? `${high} – ${low}` : `${low} – ${high}`;
  return value ? range : translate("scale_default");
}

const scaleEnd = (scale, end) => scale.format(scale[end], formatNumber);

function reportLines(marking) {
  const { problem, profile, first } = marking;
  if (problem) return [create("p", { class: "error" }, translate(problem.key, problem))];
  const lines = [];
  const wrong = marking.offScale.length;
  if (wrong > 0) {
    const ends = { low: scaleEnd(marking.scale, "min"), high: scaleEnd(marking.scale, "max") };
    return [create("p", { class: "error" }, plural("marks_off_scale", wrong, ends))];
  }
  if (first.size > 0) lines.push(translate("mark_first_help", { count: formatNumber(first.size) }));
  if (!profile) {
    lines.push(translate("marks_needed"));
    return lines.map((line) => create("p", { class: "muted" }, line));
  }
  const { report } = profile;
  const within = Math.round(report.profile.adjacent * report.marks);
  const byLength = Math.round(report.length.adjacent * report.marks);
  const tolerance = formatNumber(report.tolerance);
  const counts = { within: formatNumber(within), tolerance, length: formatNumber(byLength) };
  const hasLabels = marking.scale.labels.length > 0;
  lines.push(
    hasLabels
      ? plural("checked_labels", report.marks, counts)
      : plural("checked", report.marks, counts),
  );
  if (report.notes.includes("not_better_than_length")) lines.push(translate("not_better_than_length"));
  if (report.notes.includes("two_values")) lines.push(translate("two_values"));
  if (report.curve.length > 1) {
    const values = {
      now: formatNumber(report.curve.at(-1).error, { maximumFractionDigits: 2 }),
      then: formatNumber(report.error_with_more, { maximumFractionDigits: 2 }),
    };
    lines.push(translate(marking.isSettled ? "more_marks_little" : "more_marks_help", values));
  }
  return lines.map((line) => create("p", { class: "muted" }, line));
}
