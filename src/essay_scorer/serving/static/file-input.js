// File selection and drag and drop. Files are read in the browser and never uploaded.

import { filesOf } from "./dropped-files.js";

/**
 * Call `onFiles` with the files that are dropped on or pasted into the zone, or chosen.
 *
 * Each is {file, path}; the path begins with the names of the folders that were chosen.
 */
export function acceptFiles({ zone, buttons, onFiles }) {
  for (const [button, input] of buttons) {
    button.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      const files = [...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
      input.value = ""; // lets the same file be chosen again
      if (files.length > 0) onFiles(files);
    });
  }
  zone.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    zone.classList.add("drag-over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("drag-over"));
  zone.addEventListener("drop", (event) => {
    zone.classList.remove("drag-over");
    takeFiles(event, event.dataTransfer);
  });
  zone.addEventListener("paste", (event) => takeFiles(event, event.clipboardData));

  async function takeFiles(event, transfer) {
    // Office programs add a picture to the text that they copy.
    if (!transfer?.files.length || transfer.types.includes("text/plain")) return;
    event.preventDefault();
    onFiles(await filesOf(transfer));
  }
}
