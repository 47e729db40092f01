// The reason that a file cannot be used.

/** A file without usable text; its code ends the key of a message, as "pdf" does of "file_pdf". */
export class FileError extends Error {
  constructor(code, values = {}) {
    super(code);
    this.code = code;
    this.values = values; // of the message's placeholders
  }
}
