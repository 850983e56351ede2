#!/bin/bash
# Copies the configuration of asterisk-conf/ and fills in the values of this installation.
#
#   render-conf.sh SOURCE TARGET SECRETS
#
# Values come from the environment (see asterisk-entrypoint.sh), passwords from files below SECRETS. Everything is done
# in this one shell, so no password appears in an argument list or an environment.
set -euo pipefail
source=$1 target=$2 secrets=$3

die() {
    echo "ivr-asterisk: $*" >&2
    exit 2
}

# setting FILE SECTION KEY VALUE: replaces the value of a KEY that is already in a SECTION ("" = before any section).
setting() {
    local file=$target/$1 wanted=$2 key=$3 value=$4 section="" line found="" text=""
    while IFS= read -r line || [[ -n $line ]]; do
        if [[ $line =~ ^\[([^]]+)\] ]]; then
            section=${BASH_REMATCH[1]}
        elif [[ $section == "$wanted" && $line =~ ^"$key"[[:space:]]*= ]]; then
            line="$key = $value"
            found=yes
        fi
        text+=$line$'\n'
    done <"$file"
    [[ $found ]] || die "$1 has no setting $key in [$wanted]"
    printf '%s' "$text" >"$file"
}

# Each of these puts its result into `value`. They must not run in a $(…), because `die` would end only the subshell.
secret() {
    local file=$secrets/$1
    [[ -r $file ]] || die "the file $file is missing or not readable for uid $(id -u): mount it, or run \`make run\`, which makes it"
    value=$(<"$file")
    [[ $value =~ ^[A-Za-z0-9]{16,64}$ ]] ||
        die "the file $file must hold 16 to 64 letters and digits, and no default password"
}

port() {
    value=${!1:-$2}
    if [[ ! $value =~ ^[1-9][0-9]{0,4}$ ]] || ((value > 65535)); then
        die "$1 is \"$value\", which is not a port: use a number from 1 to 65535"
    fi
}

# matching NAME DEFAULT PATTERN: refuses a value that does not match, e.g. one with a line break.
matching() {
    value=${!1:-$2}
    [[ $value =~ ^($3)$ ]] || die "$1 is \"$value\", which is not of the form $3"
}

umask 077
mkdir -p "$target"
cp "$source"/*.conf "$target"/
chmod u+w "$target"/*.conf

for phone in 6001 6002; do
    secret "phone-$phone"
    setting pjsip.conf "$phone-auth" password "$value"
done
secret ami
setting manager.conf ivr secret "$value"
secret agi-token
setting ivr-globals.conf "" IVR_TOKEN "$value"

matching IVR_SIP_BIND 0.0.0.0 '[0-9.]+'
bind=$value
port IVR_SIP_PORT 5060
# Debian's directory of modules depends on the machine's architecture.
modules=$(compgen -G '/usr/lib/*/asterisk/modules' | head -n 1 || true)
if [[ $modules ]]; then setting asterisk.conf directories astmoddir "$modules"; fi
setting pjsip.conf transport-udp bind "$bind:$value"
port IVR_RTP_START 20000
setting rtp.conf general rtpstart "$value"
port IVR_RTP_END 20400
setting rtp.conf general rtpend "$value"
port IVR_AMI_PORT 5038
setting manager.conf general port "$value"

matching IVR_MAX_CALLS 50 '[1-9][0-9]{0,3}'
setting ivr-globals.conf "" IVR_MAX_CALLS "$value"
setting asterisk.conf options maxcalls "$((value * 22 / 10 + 10))"
for name in IVR_NUMBER:037166385255 IVR_NUMBER_SHORT:66385255; do
    matching "${name%:*}" "${name#*:}" '[0-9]{3,15}'
    setting ivr-globals.conf "" "${name%:*}" "$value"
done
service='[A-Za-z0-9.-]+:[0-9]{1,5}'
port IVR_AGI_PORT 4573
matching IVR_SERVICE "127.0.0.1:$value" "$service"
setting ivr-globals.conf "" IVR_SERVICE "$value"
matching IVR_SERVICE_2 "" "|$service"
setting ivr-globals.conf "" IVR_SERVICE_2 "$value"

matching IVR_CDR no 'yes|no'
setting cdr.conf general enable "$value"
setting cel.conf general enable "$value"

if [[ ${IVR_TRUNK_MATCH:-} ]]; then
    cp "$source/pjsip-trunk.conf.example" "$target/pjsip-trunk.conf"
    chmod u+w "$target/pjsip-trunk.conf"
    matching IVR_TRUNK_MATCH "" '[0-9.,/]+'
    setting pjsip-trunk.conf trunk-addresses match "$value"
fi
