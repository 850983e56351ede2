#!/bin/bash
# Starts Asterisk in the foreground as a user without rights, on a read-only root.
#
# The container needs these options (compose.yaml has them; add them to a plain `docker run`):
#
#   --network host --read-only --cap-drop ALL --security-opt no-new-privileges
#   --tmpfs /run/asterisk:uid=5060,gid=5060,mode=0700      configuration, control socket, registrations
#   -v DIR:/run/ivr-secrets:ro      phone-6001, phone-6002, ami, agi-token: readable for uid 5060,
#                                   16 to 64 letters and digits each; without them the start is refused
#   -v RENDERED/zh:/usr/share/asterisk/sounds/zh:ro        the rendered prompts
#   -v DIR:SAME DIR                 recording.directory of the service, by the same path; only with recording.mode
#
# Settings (environment, all optional):
#
#   IVR_SIP_BIND 0.0.0.0   IVR_SIP_PORT 5060   IVR_RTP_START 20000   IVR_RTP_END 20400
#   IVR_AMI_PORT 5038      AMI, always on 127.0.0.1
#   IVR_AGI_PORT 4573      where the service waits on 127.0.0.1; or IVR_SERVICE as HOST:PORT
#   IVR_SERVICE_2          HOST:PORT of a second service (default: none)
#   IVR_MAX_CALLS 50       callers at the same time
#   IVR_NUMBER 037166385255   IVR_NUMBER_SHORT 66385255
#   IVR_CDR no             yes: Asterisk's own call records, in /run/asterisk/log/cdr-csv and …/cel-custom; mount a
#                          directory at /run/asterisk/log to keep them
#   IVR_TRUNK_MATCH        addresses of a trunk that needs no password, e.g. 192.0.2.10,192.0.2.11 (default: none).
#                          Everything from these addresses is the trunk, phones included.
set -euo pipefail

# /etc/asterisk and the other places that Asterisk writes to are links into the tmpfs.
mkdir -p /run/asterisk/{etc,lib,spool,log,cache} /run/asterisk/log/{cdr-csv,cel-custom}
/opt/ivr/render-conf.sh /opt/ivr/asterisk-conf /run/asterisk/etc /run/ivr-secrets

apology=/usr/share/asterisk/sounds/zh/ivr/system-apology
compgen -G "$apology.*" >/dev/null || {
    echo "ivr-asterisk: $apology is missing: mount the rendered prompts, see \`ivr prompts render\`" >&2
    exit 2
}

exec /usr/sbin/asterisk -f "$@"
