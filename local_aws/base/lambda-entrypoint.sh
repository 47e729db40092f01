#!/bin/sh
# Outside Lambda, the runtime interface emulator starts the runtime interface client. The client
# imports the handler.
export PYTHONPATH=/var/task:/var/runtime _HANDLER="$1"
if [ -z "$AWS_LAMBDA_RUNTIME_API" ]; then
    exec /usr/local/bin/aws-lambda-rie /usr/bin/python3 -m awslambdaric "$@"
fi
exec /usr/bin/python3 -m awslambdaric "$@"
