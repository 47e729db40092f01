"""The JSON Schemas of the OpenAPI document: requests, answers and errors."""

from essay_scorer.adapt.essay_vector import FORMAT as VECTOR_FORMAT
from essay_scorer.adapt.essay_vector import MAX_VECTOR_CHARACTERS, EssayVector
from essay_scorer.checks.flags import FLAGS
from essay_scorer.contract import MAX_TEXTS
from essay_scorer.explain.explanation import Sentence
from essay_scorer.explain.highlights import KINDS, Highlight
from essay_scorer.explain.observations import MEASURES, Observation
from essay_scorer.model.manifest import Model
from essay_scorer.model.scale import Scale
from essay_scorer.score import SCORE_KEY, Score
from essay_scorer.serving.json_schema import Schema, schema_of
from essay_scorer.serving.profile_schema import profile_schema
from essay_scorer.serving.score_request import TEXT, TEXTS
from essay_scorer.text.normalize import Passage

EXAMPLE = "Ceci est un essai pour être noté."

_CONSTRAINTS: dict[tuple[type, str], Schema] = {
    (Score, "flags"): {"items": {"enum": list(FLAGS)}},
    (Score, "uncertainty"): {"minimum": 0, "maximum": 1},
    (EssayVector, "format"): {"const": VECTOR_FORMAT},
    (EssayVector, "familiarity"): {"minimum": 0, "maximum": 1},
    (EssayVector, "values"): {"contentEncoding": "base64", "maxLength": MAX_VECTOR_CHARACTERS},
    (EssayVector, "prior"): {"contentEncoding": "base64"},
    (Scale, "step"): {"exclusiveMinimum": 0},
    (Passage, "start"): {"minimum": 0},
    (Passage, "end"): {"minimum": 1},
    (Sentence, "paragraph"): {"minimum": 0},
    (Highlight, "kind"): {"enum": list(KINDS)},
    (Highlight, "sentence"): {"minimum": 0},
    (Highlight, "start"): {"minimum": 0},
    (Highlight, "end"): {"minimum": 1},
    (Observation, "code"): {"enum": list(MEASURES)},
}


def reference(name: str) -> Schema:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def closed_object(**properties: Schema) -> Schema:
    """Return the schema of an object that has these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def schemas() -> dict[str, Schema]:
    """Return the schemas by name."""
    outcome: Schema = {"oneOf": [reference("Answer"), reference("Error")]}
    return {
        "Request": {"oneOf": [reference("TextRequest"), reference("TextsRequest")]},
        "TextRequest": _request(TEXT, _TEXT, EXAMPLE),
        "TextsRequest": _request(TEXTS, _TEXTS, [EXAMPLE, "A second essay."]),
        "Profile": profile_schema(),
        "Answer": schema_of(Score, constraints=_CONSTRAINTS, names={"value": SCORE_KEY}),
        "Answers": {
            **closed_object(answers=_answers(outcome)),
            "description": "Of each text in order, its score or its error.",
        },
        "Model": schema_of(Model, constraints={}, names={}),
        "Error": closed_object(error=_ERROR),
        "AwsError": {
            "type": "object",
            "description": "An error that AWS returns before the function is called, or if it "
            "fails. Its form depends on the service; it may also be plain text.",
        },
    }


def original_schemas() -> dict[str, Schema]:
    """Return the schemas of the original system's envelope."""
    score = closed_object(**{SCORE_KEY: {"type": "number"}})
    answers = closed_object(answers=_answers({"oneOf": [score, reference("Error")]}))
    return {
        "OriginalAnswer": closed_object(statusCode={"const": 200}, body=score),
        "OriginalAnswers": closed_object(statusCode={"const": 200}, body=answers),
        "OriginalError": closed_object(statusCode={"type": "integer"}, body=reference("Error")),
    }


_ERROR = closed_object(
    code={"type": "string", "description": "For programs; stable."},
    message={"type": "string", "description": "For people; may change."},
)
_TEXT: Schema = {
    "type": "string",
    "description": "The essay; it must contain a letter.",
    "minLength": 1,
}
_TEXTS: Schema = {
    "type": "array",
    "items": {"type": "string"},
    "maxItems": MAX_TEXTS,
    "description": "Essays. The other fields apply to all of them.",
}
_OPTIONS: dict[str, Schema] = {
    "prompt": {
        "type": ["string", "null"],
        "description": "The assignment's text. It never changes the score; it enables the "
        "flags `off_topic` and `copied_prompt`, and makes `off_topic_part` more certain.",
    },
    "explain": {
        "type": "boolean",
        "default": False,
        "description": "Add each sentence's contribution, the passages to look at first, "
        "and observations. Takes up to five times as long.",
    },
    "features": {
        "type": "boolean",
        "default": False,
        "description": "Add the essay's vector, from which a client learns a profile.",
    },
    "profile": {
        "oneOf": [reference("Profile"), {"type": "null"}],
        "description": "A teacher's assignment and scale, to score by.",
    },
}


def _request(name: str, schema: Schema, example: object) -> Schema:
    return {
        "type": "object",
        "required": [name],
        "properties": {name: schema, **_OPTIONS},
        "additionalProperties": False,
        "example": {name: example},
    }


def _answers(outcome: Schema) -> Schema:
    return {"type": "array", "items": outcome, "maxItems": MAX_TEXTS}
