#!/bin/bash
# Makes sure that a Docker engine and a compose command can be used. If they are missing, it installs the distribution's
# packages (as root on Debian or Ubuntu), or prints the command to run.
set -euo pipefail
log=/var/log/ivr-dockerd.log

usable() { docker info >/dev/null 2>&1; }
composes() { docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null; }

if usable && composes; then exit 0; fi

if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    if command -v docker >/dev/null && ! usable; then
        echo "Docker is installed but you cannot reach its engine. Run: sudo systemctl start docker; sudo usermod -aG docker $(id -un); then log in again." >&2
    else
        echo "A Docker engine with compose is needed. Run: sudo apt-get install docker.io docker-compose && sudo usermod -aG docker $(id -un); then log in again." >&2
    fi
    exit 1
fi

available() { [[ -n $(apt-cache madison "$1" 2>/dev/null) ]]; }
packages=()
if ! command -v dockerd >/dev/null && ! usable; then packages+=(docker.io iptables); fi
if ! command -v docker >/dev/null || ((${#packages[@]})); then packages+=(docker-cli); fi
if ! composes; then packages+=(docker-compose-v2 docker-compose); fi
if ((${#packages[@]})); then
    echo "== installing the Docker engine from the distribution"
    apt-get update -qq
    wanted=()
    for package in "${packages[@]}"; do
        # docker-cli exists only where it was split off docker.io; Ubuntu has docker-compose-v2, Debian docker-compose
        if [[ $package == docker-compose && " ${wanted[*]} " == *" docker-compose-v2 "* ]]; then continue; fi
        if available "$package"; then wanted+=("$package"); fi
    done
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${wanted[@]}" ca-certificates >/dev/null
fi

if ! usable; then
    echo "== starting the Docker engine"
    if [[ -d /run/systemd/system ]]; then
        systemctl enable --now docker
    else
        setsid nohup dockerd >"$log" 2>&1 </dev/null &
    fi
    for _ in {1..60}; do
        if usable; then break; fi
        sleep 0.5
    done
fi
if ! usable; then
    echo "the Docker engine does not start; see $log or \`journalctl -u docker\`" >&2
    exit 1
fi
composes || { echo "neither \`docker compose\` nor docker-compose can be used: install one of them" >&2; exit 1; }
