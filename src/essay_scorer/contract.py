"""What the runtime and the deployment (``infra/``) must agree on.

This module imports nothing but the standard library, so that both can import it.
"""

import re

# Environment variables of the scorer.
BUNDLE_VARIABLE = "ESSAY_SCORER_BUNDLE"  # the folder of the model bundle
PROFILE_VARIABLE = "ESSAY_SCORER_PROFILE"  # the file of a teacher's profile to score by
REVIEW_SHARE_VARIABLE = "ESSAY_SCORER_REVIEW_SHARE"  # the share of essays to review, 0 to 1
CORS_ORIGINS_VARIABLE = "ESSAY_SCORER_ORIGINS"  # comma-separated; empty where AWS handles CORS
KEY_HASHES_VARIABLE = "ESSAY_SCORER_KEY_HASHES"  # comma-separated
ANSWER_VARIABLE = "ESSAY_SCORER_ANSWER"  # the form of answers over HTTP
# Environment variables that AWS Lambda sets.
FUNCTION_NAME_VARIABLE = "AWS_LAMBDA_FUNCTION_NAME"
FUNCTION_MEMORY_VARIABLE = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"  # MB
FUNCTION_VERSION_VARIABLE = "AWS_LAMBDA_FUNCTION_VERSION"  # a number, or $LATEST
INITIALIZATION_VARIABLE = "AWS_LAMBDA_INITIALIZATION_TYPE"
INITIALIZED_AHEAD = ("snap-start", "provisioned-concurrency")  # otherwise "on-demand"

DEFAULT_REVIEW_SHARE = 0.2
ORIGINAL_ANSWER = "original"  # the value of ANSWER_VARIABLE for the original system's envelope

REQUEST_ID_HEADER = "X-Request-Id"
MAX_REQUEST_BYTES = 256 * 1024
# Of one request. AWS Lambda answers with at most 6 MB, and the vector of a text has up to 8 KB.
MAX_TEXTS = 500

# An API-key hash, as `essay-scorer key` prints it: sha256, a salt, the digest.
KEY_HASH = re.compile(r"sha256:([0-9a-f]{32}):([0-9a-f]{64})")

# CloudWatch metrics, which the lines of the request log become.
METRIC_NAMESPACE = "EssayScorer"
METRIC_DIMENSION = "function"
SCORE_METRIC = "score"
REVIEW_METRIC = "review"
FLAGGED_METRIC = "flagged"
FAILED_METRIC = "failed"  # requests that the scorer, not the caller, is to blame for
FLAG_METRIC_PREFIX = "flag_"  # followed by the flag's code

# Folders of the batch bucket. IAM policies name them: the function may read the essays and nothing
# else, the state machine may read the items and write the results.
BATCH_ESSAYS_FOLDER = "essays"
BATCH_ITEMS_FOLDER = "items"
BATCH_ROWS_FOLDER = "rows"
BATCH_RESULTS_FOLDER = "results"
# Of a line of the essays. A text and a prompt of the highest size fit even if JSON escapes every
# character; a longer line cannot be scored, and the function does not have to load it.
MAX_BATCH_LINE_BYTES = 4 * 1024 * 1024

# Outputs of the CloudFormation stack, which `essay-scorer submit` reads.
BATCH_BUCKET_OUTPUT = "BatchBucket"
BATCH_STATE_MACHINE_OUTPUT = "BatchStateMachine"

# What a deployment with the default settings has in CloudWatch, and what two settings add; a test
# counts them in the templates.
DASHBOARDS = 1
ALARM_METRICS = 9  # an alarm has one or two
GATEWAY_ALARM_METRICS = 1
BATCH_ALARM_METRICS = 4
CUSTOM_METRICS = 3  # of a function that scores; failures, and each flag that occurs, add one

LOG_BYTES_PER_REQUEST = 1_000  # the request's line, and three lines of Lambda's own

# With this memory, a function has the time of one core; with less or more, of a share of it.
MEMORY_PER_CORE = 1769  # MB
# AWS constants used in cost calculations.
SECONDS_PER_DAY = 86_400
DAYS_PER_MONTH = 30
RESTARTS_PER_DAY = 24  # of a busy environment: AWS replaces one every few hours
FREE_EPHEMERAL_STORAGE = 512  # MB
TRANSITIONS_PER_BATCH = 2  # of Step Functions: a batch starts, and it is scored

MAX_LEVELS = 1001  # different scores of a scale
