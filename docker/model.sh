#!/bin/bash
# Fetches a speech model that hears people, and says in one line what the hotline runs on. IVR_MODEL chooses the model;
# IVR_MODEL=none fetches nothing. What an interrupted fetch has brought is kept for the next one. Ends with 0 if the model
# is there and works, so that the service can be told to use it.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${IVR_MODEL:=small}" "${IVR_MODEL_SECONDS:=300}" "${IVR_RECOGNITION__MODELS:=docker/run/models}"
export IVR_RECOGNITION__MODELS
ivr() { .venv/bin/python -m ivr "$@"; }

mkdir -p "$IVR_RECOGNITION__MODELS" 2>/dev/null || true # the container mounts it, also empty
ready=1
if [[ $IVR_MODEL != none ]]; then
    # timeout ends it as Ctrl-C would, also where a script in the background ignores that. A server that sends nothing for
    # 8 s is given up.
    if timeout --signal=INT --kill-after=10 "$IVR_MODEL_SECONDS" env --default-signal=INT \
        .venv/bin/python -m ivr models fetch "$IVR_MODEL" --patience 8 && ivr models check "$IVR_MODEL" >/dev/null; then
        ready=0
        export IVR_RECOGNITION__MODEL=${IVR_RECOGNITION__MODEL:-$IVR_MODEL}
    fi
    chmod -R a+rX "$IVR_RECOGNITION__MODELS" 2>/dev/null || true # the container reads it as another user
fi
ivr models used || true
exit "$ready"
