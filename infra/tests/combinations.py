"""Combinations of settings whose templates are checked."""

from typing import Any

from infra.tests.templates import KEY_HASHES

Combinations = dict[str, dict[str, Any]]

EMAIL = "head@school.example"

# Typical deployments, each with a reviewed snapshot of its template.
REVIEWED: Combinations = {
    "original": {},
    "iam": {"access": "iam"},
    "key": {"access": "key", "key_hashes": KEY_HASHES, "alarm_email": EMAIL},
    "lean": {"preset": "lean", "reserved_concurrency": 5},
    "gateway": {"api_gateway": True, "cors_origins": "https://a.example,https://b.example"},
    "gateway-key": {"api_gateway": True, "access": "key", "reserved_concurrency": 3},
    "gateway-iam": {"api_gateway": True, "access": "iam", "tags": "team=school"},
    "warm": {"provisioned_concurrency": 3, "time_zone": "Europe/Paris"},
    "batch": {"batch": True, "alarm_email": EMAIL},
    "school-day": {"provisioned_concurrency": 3, "provisioned_hours": "7-17"},
}
# Each access, with and without a gateway and batches, and with the other settings in turn.
ALL: Combinations = REVIEWED | {
    "batch-iam": {"batch": True, "access": "iam"},
    "batch-key": {"batch": True, "access": "key", "key_hashes": KEY_HASHES},
    "batch-lean": {"batch": True, "preset": "lean"},
    "batch-gateway": {"batch": True, "api_gateway": True, "alarm_email": EMAIL},
    "batch-gateway-key": {"batch": True, "api_gateway": True, "access": "key"},
    "batch-gateway-iam": {"batch": True, "api_gateway": True, "access": "iam"},
    "batch-warm": {"batch": True, "provisioned_concurrency": 2, "log_retention": 3653},
    "batch-large": {"batch": True, "batch_concurrency": 10_000, "batch_memory": 10_240},
    "batch-small": {"batch": True, "batch_size": 1, "batch_tolerated_failures": 0, "batch_days": 1},
    "gateway-own-keys": {"api_gateway": True, "access": "key", "key_hashes": KEY_HASHES},
    "gateway-lean": {"api_gateway": True, "preset": "lean", "timeout": 900},
    "arm": {"architecture": "arm64", "memory": 10_240, "ephemeral_storage": 512},
    "unlimited": {"reserved_concurrency": "none", "alarm_email": EMAIL},
    "single": {"reserved_concurrency": 1, "timeout": 3, "memory": 256},
    "pinned": {"live_version": 3, "review_share": 0.5},
    "original-answers": {"answer": "original", "api_gateway": True, "tags": "application=exams"},
}
