// Scores as people write them: numbers of the current language, or the labels of the scale.

import { formatNumber } from "./i18n.js";
import { MarkScale } from "./mark-scale.js";

/** Return a score of a scale as text. */
export const formatScore = (score, scale) => new MarkScale(scale).format(score, formatNumber);

/** Return the text of an interval of a result: "3 to 5". */
export const intervalEnds = ({ interval, scale }) => ({
  low: formatScore(interval.low, scale),
  high: formatScore(interval.high, scale),
});
