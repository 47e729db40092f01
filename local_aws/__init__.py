"""A deployment on one machine, without an AWS account.

    prerequisites.py    what the machine must offer
    processes.py        child processes that end with their parent
    engine.py           a Docker daemon of its own
    base_images.py      stand-ins for AWS's base image
    registry.py         the ``docker`` that CDK runs: pushes to ECR go to the local registry
    emulator.py         MiniStack in place of AWS, with corrections
    forwarding.py       lets the containers of functions reach the emulator
    distributed_map.py  correction: batches and results of a Distributed Map
    map_run.py          correction: its run, with item counts, stops and timeouts
    child_execution.py  correction: one child execution of a run
    redrive.py          correction: the API that continues an unsuccessful execution
    environments.py     correction: execution environments of functions
    deployment.py       connects the operations of ``infra/`` to all of this
    soak_deployment.py  a soak test of a local deployment
    __main__.py         deploy, wait for Ctrl-C, destroy

Everything listens on 127.0.0.1 and keeps its files in ``build/local_aws/``.
"""
