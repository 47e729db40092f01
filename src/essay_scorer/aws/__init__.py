"""AWS: the Lambda handler, batches on Step Functions, and what they cost."""
