#!/bin/bash
# `docker compose` where there is one, docker-compose otherwise, for the project in this directory.
set -euo pipefail
cd "$(dirname "$0")"
if docker compose version >/dev/null 2>&1; then exec docker compose -p ivr "$@"; fi
exec docker-compose -p ivr "$@"
