"""Findings of cdk-nag's AWS Solutions rules that are accepted, each with its reason."""

from collections.abc import Mapping

from aws_cdk import Acknowledgment, Validations
from constructs import Construct


def accept_findings(construct: Construct, reasons: Mapping[str, str]) -> None:
    """Accept findings in a construct.

    Args:
        construct: the construct that the rules check.
        reasons: why each rule does not apply, by its ID without the prefix ``AwsSolutions-``.
    """
    Validations.of(construct).acknowledge(
        *(
            Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=reason)
            for rule, reason in reasons.items()
        )
    )
