// Students' names from the names of files, as learning platforms and students give them.

// "Ann Lee_12345_assignsubmission_file_/essay.docx", or without folders.
const MOODLE = /^(.+?)_(\d+)_assignsubmission_([a-z]+)_?(.*)$/i;
// "leeann_LATE_12345_67890_My essay.docx"; of the text typed on the platform, only one number.
const CANVAS = /^([\p{L}\p{M}\d'’.-]+?)_(?:LATE_)?(\d{2,})_(?:(\d{2,})_)?(.+)$/u;
const JUNK = /(?:^|\/)(?:__MACOSX\/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$|~\$|\.~lock\.|\.git\/)/i;
const SUFFIX = /\.[a-z\d]{1,8}$/i;
const STRONG = /\s[-–—]\s|_|,\s|\s\(/; // a separator that is no part of a name
const MAX_DEPTH = 20; // of folders in folders
const MIN_FILES = 4; // in which any common word is no part of a name

/** Say whether a file is one that systems and programs leave, and no document. */
export const isJunk = (path) => JUNK.test(path);

/**
 * Return for each path the student's name, and a key that the files of one student share.
 *
 * @returns {{key: string, name: string}[]}
 */
export function submissions(paths) {
  const known = paths.map(platformName);
  const plain = paths.filter((_, index) => known[index] === null);
  const found = plainNames(plain);
  const names = new Map(plain.map((path, index) => [path, found[index]]));
  return paths.map((path, index) => known[index] ?? { key: path, name: names.get(path) });
}

/** Return the name and key of a file as Moodle or Canvas exports it, or null. */
function platformName(path) {
  const parts = path.split("/");
  for (const part of parts) {
    const moodle = MOODLE.exec(part);
    if (moodle) return { key: `moodle ${moodle[1]} ${moodle[2]}`, name: tidy(moodle[1]) };
  }
  const canvas = CANVAS.exec(parts.at(-1));
  return canvas && { key: `canvas ${canvas[1]} ${canvas[2]}`, name: canvas[1] };
}

/** Return the names in paths that no platform wrote. */
function plainNames(paths) {
  const stems = paths.map((path) => path.split("/").at(-1).replace(SUFFIX, ""));
  const distinct = (values) => new Set(values.map((one) => one.toLowerCase().replace(/\d+/g, ""))).size;
  const folders = differingFolders(paths);
  const areFolders = folders !== null && distinct(folders) > distinct(stems);
  return withoutCommon(areFolders ? folders : stems).map(tidy);
}

/** Return the first folders in which paths differ, or null if not all have one. */
function differingFolders(paths) {
  const folders = paths.map((path) => path.split("/").slice(0, -1));
  const depth = Math.min(MAX_DEPTH, ...folders.map((one) => one.length));
  for (let level = 0; level < depth; level++) {
    const names = folders.map((one) => one[level]);
    if (new Set(names).size > 1) return names;
  }
  return null;
}

/** Leave out the words with which all names begin or end: "Ann Lee - Essay 2". */
function withoutCommon(names) {
  if (names.length < 2) return names;
  const split = names.map((name) => name.replace(/\s*\(\d+\)$/, "").split(/([\s_]+(?:[-–—]\s+)?|\s*,\s+)/));
  const begin = commonLength(split);
  const end = commonLength(split.map((parts) => parts.toReversed()));
  const shortened = split.map((parts) => {
    const from = cut(parts.slice(0, begin), names.length) ? begin : 0;
    const to = cut(parts.slice(parts.length - end), names.length) ? parts.length - end : parts.length;
    return parts.slice(from, to).join("").trim();
  });
  const areNames = shortened.every((name) => /\p{L}/u.test(name)); // and no numbers
  return areNames && new Set(shortened).size === new Set(names).size ? shortened : names;
}

/** Return how many parts, at the beginning, all lists have in common; at least one stays. */
function commonLength(split) {
  const shortest = Math.min(...split.map((parts) => parts.length));
  let length = 0;
  while (length < shortest - 1 && split.every((parts) => parts[length] === split[0][length])) length += 1;
  return length;
}

const cut = (parts, files) => parts.length > 0 && (files >= MIN_FILES || STRONG.test(parts.join("")));

const tidy = (name) => name.replace(/[_\s]+/g, " ").replace(/^[\s–—-]+|[\s–—-]+$/gu, "").trim();
