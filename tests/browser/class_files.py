"""Archives and folders of students' documents, as learning platforms make them."""

import base64
from collections.abc import Mapping, Sequence

from playwright.sync_api import FilePayload, Page

from tests.browser.word_bodies import paragraph, run
from tests.browser.word_files import archive, word_file

TOPICS = ("pool", "library", "park", "gym", "stage", "garden")


def essay(index: int) -> str:
    """Return the text of a student's essay."""
    topic = TOPICS[index % len(TOPICS)]
    return f"Essay {index}: the {topic} should stay open." + f" The {topic} is ours." * (9 + index)


def docx(text: str) -> bytes:
    """Return a Word file with a text's paragraphs."""
    return word_file("".join(paragraph(run(one)) for one in text.split("\n\n")))


def zip_file(files: Mapping[str, bytes | str]) -> bytes:
    """Return a ZIP archive of files by their paths."""
    return archive(files)


def payloads(files: Mapping[str, bytes]) -> Sequence[FilePayload]:
    """Return files as a file dialog gives them."""
    return [
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        for name, content in files.items()
    ]


def open_files(page: Page, files: Mapping[str, bytes]) -> None:
    """Choose files in the view of a class."""
    page.locator("#class-file").set_input_files(list(payloads(files)))


def drop_folder(page: Page, files: Mapping[str, bytes]) -> None:
    """Drop a folder on the view of a class, with entries as a browser gives them."""
    encoded = {path: base64.b64encode(content).decode() for path, content in files.items()}
    page.evaluate(DROP, encoded)


# A script cannot make a directory's entry, so these have the same methods as one; its reader gives
# two entries at a time.
DROP = """files => {
  const tree = {};
  for (const [path, content] of Object.entries(files)) {
    const parts = path.split("/");
    const name = parts.pop();
    let folder = tree;
    for (const part of parts) folder = folder[part] ??= {};
    folder[name] = new File([Uint8Array.from(atob(content), one => one.charCodeAt(0))], name);
  }
  const entryOf = (name, node) => node instanceof File
    ? { name, isFile: true, isDirectory: false, file: resolve => resolve(node) }
    : { name, isFile: false, isDirectory: true, createReader() {
        const left = Object.entries(node).map(([name, inner]) => entryOf(name, inner));
        return { readEntries: resolve => resolve(left.splice(0, 2)) };
      } };
  const items = Object.entries(tree).map(([name, node]) =>
    ({ webkitGetAsEntry: () => entryOf(name, node) }));
  const event = new Event("drop", { bubbles: true, cancelable: true });
  event.dataTransfer = { types: ["Files"], files: [new File([], "folder")], items };
  document.querySelector("#class-drop-zone").dispatchEvent(event);
}"""
