"""The whole deployment on one machine, without an AWS account.

    needs.py        what it asks of the machine, and how it says that something is missing
    processes.py    children that end when their parent does
    engine.py       a Docker daemon of its own
    base.py         images that stand in for AWS's base image
    registry.py     the ``docker`` that CDK runs: images for ECR go to the local registry
    emulator.py     MiniStack as AWS
    distributed_map.py  what its Step Functions lack
    deployment.py   bootstrap, deploy, call, destroy
    __main__.py     all of it, until Ctrl-C

Everything listens on 127.0.0.1 and lives in ``build/local_aws/``.
"""
