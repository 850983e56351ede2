#!/bin/bash
# `make stop`: running calls end properly first (up to 75 s), then both containers are removed. Passwords and records stay.
set -euo pipefail
"$(dirname "$0")/compose.sh" down
