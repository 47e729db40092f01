// Numbers of Excel files as text: most are numbers, some are dates or shares.

const DATES = new Set([14, 15, 16, 17, 22, 27, 30, 36, 50, 57]); // built-in formats
const TIMES = new Set([18, 19, 20, 21, 45, 46, 47]);
const SHARES = new Set([9, 10]);
const DAY = 86_400_000;
const LAST_DAY = 2_958_465; // of the year 9999
const EPOCHS = { 1900: Date.UTC(1899, 11, 30), 1904: Date.UTC(1904, 0, 1) };

/** Return what the numbers of each style are ("date", "time", "share", or ""), and the epoch. */
export function cellFormats(styles, workbook) {
  const find = (xml, name) => [...(xml?.getElementsByTagNameNS("*", name) ?? [])];
  const custom = new Map(
    find(styles, "numFmt").map((node) => [
      Number(node.getAttribute("numFmtId")),
      kindOfFormat(node.getAttribute("formatCode") ?? ""),
    ]),
  );
  const kinds = find(find(styles, "cellXfs")[0], "xf").map((node) => {
    const id = Number(node.getAttribute("numFmtId"));
    return custom.get(id) ?? builtIn(id);
  });
  const is1904 = /^(1|true)$/.test(find(workbook, "workbookPr")[0]?.getAttribute("date1904") ?? "");
  return { kinds, epoch: EPOCHS[is1904 ? 1904 : 1900] };
}

function builtIn(id) {
  if (DATES.has(id)) return "date";
  if (TIMES.has(id)) return "time";
  return SHARES.has(id) ? "share" : "";
}

function kindOfFormat(code) {
  const [bare] = code.replace(/"[^"]*"|\\.|\[[^\]]*\]|_.|\*./g, "").split(";");
  if (/[dy]/i.test(bare)) return "date";
  if (/[hs]/i.test(bare)) return "time";
  return bare.includes("%") ? "share" : "";
}

/** Return a number as it is read in a table: dates in ISO 8601, shares in percent. */
export function formatNumberCell(value, { kinds, epoch }, style) {
  const number = Number(value);
  const kind = kinds[style] ?? "";
  if (!Number.isFinite(number)) return value;
  if (kind === "date" && Math.abs(number) > LAST_DAY) return value;
  if (kind === "date") {
    const iso = new Date(epoch + Math.round(number * DAY)).toISOString();
    return iso.slice(0, 10) + (Number.isInteger(number) ? "" : ` ${iso.slice(11, 16)}`);
  }
  if (kind === "time") return new Date(Math.round((number % 1) * DAY)).toISOString().slice(11, 16);
  const plain = (one) => String(Number(one.toPrecision(15)));
  return kind === "share" ? `${plain(number * 100)}%` : plain(number);
}
