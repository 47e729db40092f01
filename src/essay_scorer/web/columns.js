// Which column of a table holds what: guessed by the usual names, chosen by the teacher.

const NAMES = {
  text: ["text", "essay", "fulltext", "essaytext", "texte", "redaction", "copie", "reponse", "answer"],
  name: ["name", "student", "studentname", "studentid", "id", "essayid", "nom", "eleve", "prenom", "identifiant"],
  prompt: ["prompt", "assignment", "question", "sujet", "consigne", "devoir"],
  own: ["score", "grade", "mark", "holisticscore", "humanscore", "note"],
};

/** The columns that a table's head and rows suggest; null where nothing does. */
export function guessColumns(head, rows) {
  const plain = head.map((title) => title.normalize("NFD").toLowerCase().replace(/[^a-z0-9]/g, ""));
  const guessed = {};
  for (const [use, names] of Object.entries(NAMES)) {
    const found = names.map((name) => plain.indexOf(name)).find((column) => column >= 0);
    guessed[use] = found ?? null;
  }
  guessed.text ??= longest(head, rows);
  return guessed;
}

/** The column with the most text in it. */
function longest(head, rows) {
  const sizes = head.map((_, column) => rows.reduce((sum, row) => sum + (row[column] ?? "").length, 0));
  return sizes.indexOf(Math.max(...sizes));
}
