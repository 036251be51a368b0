#!/bin/sh
# The repository is the folder of folders that hold numbered versions: the one that was registered, or the one around it.
root=${AZUREML_MODEL_DIR:?"the deployment has no model"}
version=$(find "$root" -mindepth 1 -type d -regextype posix-extended -regex '.*/[0-9]+' -printf '%d %p\n' | sort -n | head -n 1 | cut -d ' ' -f 2-)
if [ -z "$version" ]; then
  echo "No <model>/<version number> folder lies in $root:" >&2
  find "$root" -printf '  %P\n' | head -n 50 >&2
  exit 3
fi
# Said before anything fails, so that a model whose backend is missing can be told what there is.
echo "Installed backends: $(ls "${TRITON_BACKENDS:-/opt/tritonserver/backends}" 2>/dev/null | tr '\n' ' ')"
# What it serves was drained before it is asked to end, and it would wait for the front's idle connections.
# The front ends with the container, whose main process the server becomes.
haproxy -q -db -f "$(dirname "$0")/front.cfg" &
exec tritonserver --exit-timeout-secs=5 --model-repository="$(dirname "$(dirname "$version")")" ${TRITON_BACKENDS:+--backend-directory="$TRITON_BACKENDS"} \
  --http-address=127.0.0.1 --http-port=8080 --grpc-address=127.0.0.1 --grpc-port=8001 --metrics-port=8002
