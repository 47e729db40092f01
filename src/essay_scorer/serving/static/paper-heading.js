// The heading of a paper: the lines with name, teacher, class, and date before the title.
//
// It costs score, and it names the student. Only lines that are certainly none of the essay's are
// found: each says one of these things and nothing else, and one of them is no mere name.

const MAX_LINES = 8;
const MAX_CHARACTERS = 100; // of a line with labels, "Name: … Date: …"
const MAX_WORDS = 8; // of a line without
const MIN_BODY_WORDS = 20;
const MAX_SHOWN = 200; // characters of a heading in a message

const MONTH =
  "(?:jan(?:uary|v\\.?|vier)?|feb(?:ruary)?|f[ée]v(?:rier|\\.)?|mar(?:ch|s)?|apr(?:il)?|avr(?:il|\\.)?|may|mai" +
  "|june?|juin|july?|juil(?:let|\\.)?|aug(?:ust)?|ao[ûu]t|sept?(?:ember|embre)?|oct(?:ober|obre)?" +
  "|nov(?:ember|embre)?|d[ée]c(?:ember|embre)?)\\.?";
const WEEKDAY =
  "(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\\.?,?\\s+";
const DAY = "\\d{1,2}(?:st|nd|rd|th|er)?";
const YEAR = "(?:['’]?\\d{2}|\\d{4})";
const DATE = new RegExp(
  `(?<![\\p{L}\\d])(?:le\\s+)?(?:the\\s+)?(?:${WEEKDAY})?(?:${DAY}(?:\\s+of)?[\\s.-]+${MONTH}(?:,?[\\s-]+${YEAR})?` +
    `|${MONTH}\\s+${DAY}(?:(?:,\\s*|\\s+)${YEAR})?|${MONTH}\\s+\\d{4}` +
    `|\\d{1,2}[/.-]\\d{1,2}[/.-]${YEAR}|\\d{4}[/.-]\\d{1,2}[/.-]\\d{1,2})(?![\\p{L}\\d/])\\.?`,
  "iu",
);
const FAMILY_NAME = "\\p{Lu}[\\p{L}'’.-]*";
const TEACHER = new RegExp(
  "^(?:M[rRxX]|M(?:rs|RS)|M[sS]|Miss|D[rR]|Prof|Professor|Coach|Teacher|Instructor|M|Mme|Mlle" +
    `|Monsieur|Madame|Mademoiselle|Professeure?)\\.?\\s+${FAMILY_NAME}(?:\\s+${FAMILY_NAME}){0,2}(?:['’]s\\s+[Cc]lass)?$`,
  "u",
);
const SUBJECTS =
  "english|eng|ela|esl|history|science|biology|chemistry|literature|lit|language|arts|" +
    "composition|comp|writing|reading|social|studies|humanities|civics|government|economics|" +
    "français|francais|anglais|histoire|géographie|philosophie|lettres|philo";
const LEVELS =
  "ap|ib|honors|honours|hon|advanced|intro|introduction|grade|class|period|per|hour|block|section|" +
    "sec|course|room|form|year|semester|term|quarter|week|unit|essay|paper|draft|final|first|" +
    "second|third|rough|assignment|world|american|us|u.s.|british|european|college|prep|academic|" +
    "classe|seconde|première|terminale|groupe|cours|devoir|copie";
const SMALL = "and|to|of|the|et|de|en|&|th|st|nd|rd|grade|#|no|n°";
const CLASS_WORD = new RegExp(
  `^(?:${SUBJECTS}|${LEVELS}|${SMALL}|[ivx]{1,4}|[a-h]|\\d{1,4}(?:st|nd|rd|th|e|è?me)?|\\d{1,2}[a-h]|[a-h]\\d{1,2}|[3-6](?:e|ème|è)[a-h1-9]?|#\\d+)$`,
  "iu",
);
const SUBJECT = new RegExp(`^(?:${SUBJECTS})$`, "iu");
const LEVEL = /^(?:ap|ib|honors|honours|grade|class|period|per|hour|block|section|course|room|form|year|classe|seconde|première|terminale|[3-6](?:e|ème|è)[a-h1-9]?)$/iu;
const LABEL =
  /(?:^|[\s,;|])(?:(?:student|full|first|last|teacher(?:['’]s)?|your)\s+)?(?:name|student|class|course|period|per|date|teacher|instructor|professor|prof|grade|subject|section|block|hour|school|id|student id|word count|words|nom|prénom|nom et prénom|élève|classe|professeure?|matière|date de remise|due date|assignment|devoir|établissement)\s*(?:[:：=]|#\s*:?|_{2,})/giu;
const LABELED = /^(?:name|nom)\s+(?:_+\s*)?\p{Lu}/iu;
const NAME_WORD = /^(?:\p{Lu}[\p{L}'’.-]*|de|da|del|della|di|du|la|le|van|von|der|den|bin|ibn|al|el|y|\p{Lu}\.?)$/u;
// Words that stand in titles and not in names.
const TITLE_WORDS = new RegExp(
  `^(?:${
    "the|a|an|of|and|or|in|on|at|for|to|with|from|by|is|are|was|be|should|why|how|what|when|who|not|no|" +
      "my|our|your|their|his|her|its|we|i|it|this|that|more|than|about|against|vs|vs.|do|does|can|will|" +
      "les|un|une|des|et|ou|dans|sur|pour|avec|par|est|sont|pourquoi|comment|que|qui|mon|ma|mes|notre|" +
      "dear|essay|story|report|summary|introduction|conclusion|abstract|title|school|schools|students"
  })$`,
  "iu",
);

/**
 * Return {lines, body} of a text that begins with a heading, or null.
 *
 * @param {string} text
 * @param {string} [student] The name, if it is known, as of the file's name; it may be "leeann".
 */
export function findHeading(text, student = "") {
  const lines = [];
  let kept = { count: 0, end: 0 }; // up to the last line that is certain
  let names = 0;
  for (const { line, end } of linesOf(text)) {
    const kind = kindOfLine(line, student);
    if (kind === null || (kind === "name" && ++names > 2)) break;
    lines.push(line.replaceAll("\t", " "));
    // "Coach Carter" alone may be a title.
    if (kind === "certain" || (kind === "teacher" && lines.length > 1)) kept = { count: lines.length, end };
    if (lines.length === MAX_LINES) break;
  }
  const body = text.slice(kept.end).replace(/^(?:[ \t]*[\r\n]+)+/, "");
  if (kept.count === 0 || /^\p{Ll}/u.test(body)) return null; // a sentence goes on there
  if (body.split(/\s+/).filter(Boolean).length < MIN_BODY_WORDS) return null;
  return { lines: lines.slice(0, kept.count), body };
}

/** Return the values of a message that names a heading. */
export function leaveOut({ lines }) {
  const whole = lines.join(" / ");
  return { heading: whole.length > MAX_SHOWN ? `${whole.slice(0, MAX_SHOWN)}…` : whole };
}

/** Yield the lines with text, and where each ends. */
function* linesOf(text) {
  for (const { 0: line, index } of text.matchAll(/[^\r\n]+/g)) {
    if (line.trim() !== "") yield { line: line.trim().replace(/\t+|\s{2,}/g, "\t"), end: index + line.length };
  }
}

/** Return "certain", "teacher", "name" for what only looks like one, or null for a line of the essay. */
function kindOfLine(line, student) {
  if (line.length > MAX_CHARACTERS) return null;
  if (isLabeled(line)) return "certain";
  if (/[,;:!?]$/.test(line)) return null; // "Dear Mr. Smith,"
  const parts = line.replace(DATE, "|").split(/\s*[|,;\t•·/]\s*|\s+[–—-]\s+/).filter(Boolean);
  const hasDate = DATE.test(line);
  if (line.replace(DATE, " ").split(/\s+/).filter(Boolean).length > MAX_WORDS) return null;
  const kinds = parts.map((part) => kindOfPart(part.trim(), student));
  if (kinds.includes(null)) return null;
  if (hasDate || kinds.includes("certain")) return "certain";
  return kinds.includes("teacher") ? "teacher" : (kinds[0] ?? null);
}

function kindOfPart(part, student) {
  if (isClass(part) || isStudent(part, student)) return "certain";
  if (TEACHER.test(part)) return "teacher";
  return isName(part) ? "name" : null;
}

/** Say whether a line has labels, such as "Name:", with few words after each. */
function isLabeled(line) {
  const found = [...line.matchAll(LABEL)];
  if (found.length === 0) return LABELED.test(line) && isName(line.replace(/^\S+\s+_*/, ""));
  const values = line.split(LABEL);
  const isShort = values.every((value) => value.split(/\s+/).filter(Boolean).length <= 6);
  return found[0].index <= 1 && isShort && !/[!?]$|\p{Ll}\.$/u.test(line);
}

/** Say whether a part names a class: "English 10", "Period 3", "AP Language and Composition". */
function isClass(part) {
  const words = part.split(/[\s():.-]+/).filter(Boolean);
  if (words.length === 0 || words.length > 7 || !words.every((word) => CLASS_WORD.test(word))) return false;
  const hasNumber = words.some((word) => /\d|^[ivx]+$/i.test(word));
  const isSubject = words.some((word) => SUBJECT.test(word));
  const isLevel = words.some((word) => LEVEL.test(word));
  return (isSubject && (hasNumber || isLevel)) || (isLevel && hasNumber);
}

const lettersOf = (text) =>
  text.normalize("NFD").toLowerCase().replace(/\p{M}/gu, "").match(/\p{L}+/gu) ?? [];

/** Say whether a part is the student's name, maybe with a page number: "Lee 1". */
export function isStudent(part, student) {
  const [words, known] = [lettersOf(part), lettersOf(student)];
  if (known.length === 0 || words.length === 0 || words.length > 5) return false;
  if (/\d/.test(part.replace(/\s\d{1,2}$/, ""))) return false;
  const joined = [...words].sort().join("");
  if (words.length > 1 && known.length === 1) return isGlued(words, known[0]); // "leeann"
  if (joined === [...known].sort().join("")) return true;
  const common = words.filter((word) => known.includes(word)).length;
  const others = words.filter((word) => !known.includes(word) && word.length > 1);
  return common > 0 && others.length <= (common > 1 ? 1 : 0) && isNameLike(part);
}

/** Say whether words, last name first as in Canvas or not, make up one glued word. */
const isGlued = (words, glued) =>
  words.some((_, index) => [...words.slice(index), ...words.slice(0, index)].join("") === glued);

const isNameLike = (part) => part.split(/\s+/).every((word) => NAME_WORD.test(word) || /^\d{1,2}$/.test(word));

/** Say whether a part looks like a person's name. */
function isName(part) {
  const words = part.split(/\s+/);
  if (words.length < 2 || words.length > 4) return false;
  if (words.some((word) => TITLE_WORDS.test(word) || /\d/.test(word))) return false;
  return words.every((word) => NAME_WORD.test(word)) && /^\p{Lu}/u.test(part);
}
