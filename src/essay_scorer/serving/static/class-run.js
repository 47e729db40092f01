// The scoring run of a class: one at a time, and in one tab only.

import { pendingRows, scoreRows } from "./class-scoring.js";

export class ClassRun {
  statusKey = ""; // message about the run, or about the last one
  #controller = null; // AbortController of the run
  #onRow;
  #onStatus;

  /**
   * @param {{onRow: (row) => Promise, onStatus: () => void}} listeners Called for each row that has
   *   got its result or its error, and when the status has changed. The run ends once the promises
   *   of all rows have resolved.
   */
  constructor({ onRow, onStatus }) {
    this.#onRow = onRow;
    this.#onStatus = onStatus;
  }

  get isRunning() {
    return this.#controller !== null;
  }

  /** Score the pending rows of a class. Returns whether the run ended by itself or was stopped. */
  async start({ id, rows, essayOf }) {
    if (this.isRunning) return false;
    const controller = (this.#controller = new AbortController());
    const { signal } = controller;
    this.#setStatus("class_running");
    const options = {
      essayOf,
      signal,
      onRow: this.#onRow,
      onConnectionChange: (lost) => this.#setStatus(lost ? "class_offline" : "class_running"),
    };
    const ran = await runInOneTab(id, () => scoreRows(rows, options));
    if (this.#controller !== controller) return false; // the class was closed during the run
    this.#controller = null;
    this.#setStatus(ran ? finalStatus(rows, signal) : "class_elsewhere");
    return true;
  }

  /** Stop the run; its last status follows. */
  stop() {
    this.#controller?.abort();
  }

  /** Stop the run of a class that is no longer shown, and show the status of another one. */
  reset(rows) {
    this.stop();
    this.#controller = null;
    this.statusKey = pendingRows(rows).length > 0 ? "class_incomplete" : "";
  }

  #setStatus(key) {
    this.statusKey = key;
    this.#onStatus();
  }
}

function finalStatus(rows, { aborted }) {
  if (pendingRows(rows).length === 0) return "class_done";
  return aborted ? "class_stopped" : "class_incomplete";
}

/** Run unless another tab is scoring the class; return whether it ran. */
async function runInOneTab(id, work) {
  const attempt = async (lock) => {
    if (lock) await work();
    return lock !== null;
  };
  if (!navigator.locks) return await attempt({}); // the API needs a secure context
  return await navigator.locks.request(`class ${id}`, { ifAvailable: true }, attempt);
}
