"""The JSON Schema of a profile in a request."""

from essay_scorer.adapt.adaptation_report import AdaptationReport
from essay_scorer.adapt.essay_vector import BundleId
from essay_scorer.adapt.profile import FORMAT
from essay_scorer.contract import MAX_LEVELS
from essay_scorer.model.scale import Scale
from essay_scorer.serving.json_schema import Schema, schema_of

_MAX_FOLDS = 10
_MAX_MARKS = 500
_NUMBER: Schema = {"type": "number"}
_BASE64: Schema = {"type": "string", "contentEncoding": "base64"}


def profile_schema() -> Schema:
    """Return the schema of what ``Profile.to_dict`` returns."""
    fold = {"intercept": _NUMBER, "unit": _NUMBER, "weights": _BASE64}
    fields: dict[str, Schema] = {
        "format": {"const": FORMAT},
        "bundle": schema_of(BundleId, constraints={}, names={}),
        "scale": schema_of(
            Scale,
            constraints={(Scale, "labels"): {"maxItems": MAX_LEVELS}},
            names={},
        ),
        "means": _BASE64,
        "deviations": _BASE64,
        "model": _closed({"intercept": _NUMBER, "weights": _BASE64}),
        "folds": {"type": "array", "items": _closed(fold), "minItems": 1, "maxItems": _MAX_FOLDS},
        "errors": {"type": "array", "items": _NUMBER, "minItems": 1, "maxItems": _MAX_MARKS},
        "fold_of": {
            "type": "array",
            "items": {"type": "integer", "minimum": 0, "maximum": _MAX_FOLDS - 1},
            "minItems": 1,
            "maxItems": _MAX_MARKS,
        },
        "strangeness": {"type": "array", "items": _NUMBER, "minItems": 1, "maxItems": 100},
        "report": schema_of(AdaptationReport, constraints={}, names={}),
    }
    return {
        **_closed(fields),
        "description": "A teacher's assignment and scale, as `essay-scorer adapt` or the page "
        "writes it: the score is on its scale. It was learned with the model of this server.",
    }


def _closed(fields: dict[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }
