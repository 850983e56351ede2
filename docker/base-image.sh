#!/bin/bash
# Makes sure that the image ivr-base:forky (Debian forky, nothing else) exists: pulled, or made with debootstrap where no
# image registry can be reached. MIRROR=http://… chooses the Debian mirror for the latter; IVR_BASE_IMAGE another tag.
set -euo pipefail
image=${IVR_BASE_IMAGE:-ivr-base:forky}
suite=forky
public=debian:$suite-slim

if docker image inspect "$image" >/dev/null 2>&1; then exit 0; fi

echo "== base image $image: pulling $public"
if timeout 300 docker pull -q "$public" >/dev/null 2>&1; then
    docker tag "$public" "$image"
    exit 0
fi

echo "   no registry can be reached: making it with debootstrap (about a minute)"
if [[ $(id -u) != 0 ]]; then
    echo "debootstrap needs root: run \`sudo docker/base-image.sh\` once, or load $public and tag it $image" >&2
    exit 1
fi
if ! command -v debootstrap >/dev/null; then
    apt-get update -qq && apt-get install -qq -y --no-install-recommends debootstrap debian-archive-keyring >/dev/null
fi

# On a Debian machine the mirror that it already uses; elsewhere debootstrap's default.
mirror=${MIRROR:-}
if [[ -z $mirror ]] && grep -qx 'ID=debian' /etc/os-release 2>/dev/null; then
    # shellcheck disable=SC2016  # $(REPO_URI) is apt's own syntax
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null | head -n 1 || true)
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
arguments=(--variant=minbase "$suite" "$work/root")
if [[ $mirror ]]; then arguments+=("$mirror"); fi
# A debootstrap older than the suite has no script for it; sid's is the same.
scripts=/usr/share/debootstrap
if [[ ! -e $scripts/scripts/$suite ]]; then
    cp -r "$scripts" "$work/debootstrap"
    ln -s sid "$work/debootstrap/scripts/$suite"
    export DEBOOTSTRAP_DIR=$work/debootstrap
fi

if ! debootstrap "${arguments[@]}" >"$work/log" 2>&1; then
    tail -n 20 "$work/log" >&2
    echo "debootstrap failed: is the Debian mirror reachable? Another one can be given as MIRROR=http://…" >&2
    exit 1
fi
rm -rf "$work"/root/var/cache/apt/archives/*.deb "$work"/root/var/lib/apt/lists/*
tar -C "$work/root" -c . | docker import - "$image" >/dev/null
echo "   done: $image"
