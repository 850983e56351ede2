#!/bin/bash
# Builds the images ivr-asterisk and ivr-service. Quick when nothing changed.
# Arguments go to `docker build`: `docker/build.sh --no-cache` fetches Debian's security updates.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/docker/base-image.sh"

# The build context holds only the files of the images: no virtual environment, no secret.
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
mkdir "$context/docker"
cp "$root"/docker/*.sh "$root"/docker/*.Dockerfile "$context/docker"/
cp -r "$root/asterisk-conf" "$root/ivr" "$root/pyproject.toml" "$root/requirements" "$root/LICENSE" "$root/THIRD-PARTY.md" "$context"/
: >"$context/README.md" # pyproject.toml names it; a change of its text needs no new image
find "$context" -name __pycache__ -prune -exec rm -rf {} +

# The package index may be behind a proxy with a certificate that only the host knows.
: >"$context/host-ca.crt"
for bundle in "${PIP_CERT:-}" "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt; do
    if [[ -s $bundle ]]; then
        cp "$bundle" "$context/host-ca.crt"
        break
    fi
done
# The same modes on every machine; otherwise the layer cache would miss.
chmod -R u=rwX,go=rX "$context"

options=(--network host)
# If the host's apt does not check dates, its mirror is frozen in time, and the image does not check them either.
if apt-config dump Acquire::Check-Valid-Until 2>/dev/null | grep -qiE '"(false|0|no)"'; then
    options+=(--build-arg CHECK_VALID_UNTIL=false)
fi

build() {
    local image=$1 started=$SECONDS
    shift
    echo "== building image $image"
    docker build "${options[@]}" "$@" -t "$image" -f "$context/docker/${image#ivr-}.Dockerfile" "$context" >"$context.log" 2>&1 || {
        tail -n 30 "$context.log" >&2
        echo "the image $image could not be built; the whole log is in $context.log" >&2
        return 1
    }
    rm -f "$context.log"
    echo "   done in $((SECONDS - started)) s"
}
build ivr-asterisk "$@"
if [[ ${PIP_INDEX_URL:-} ]]; then options+=(--build-arg PIP_INDEX_URL); fi
build ivr-service "$@"
