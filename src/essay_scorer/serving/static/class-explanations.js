// Explanations of a class's essays. Those of all that will be printed: sheet-passages.js.

import { RequestError } from "./api-client.js";
import { requestWithFeatures } from "./class-scoring.js";
import { hasMeaning } from "./meaningless-scores.js";

/** Say whether a row has a score that isn't explained yet. */
export const isUnexplained = ({ result }) =>
  Boolean(result) && !result.explanation && hasMeaning(result);

/** Replace a row's result by one with an explanation. Throws RequestError. */
export async function explainRow(row, { essayOf, signal }) {
  const result = await requestWithFeatures({ ...essayOf(row), explain: true }, { signal });
  if (!result.explanation) throw new RequestError("no_explanation");
  row.result = result;
}
