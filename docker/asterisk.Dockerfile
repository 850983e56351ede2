# Asterisk 22 from Debian, run without rights on a read-only root. asterisk-entrypoint.sh lists the options it needs.
FROM ivr-base:forky

# The oldest Asterisk without known security holes. The build fails if the package is older.
ARG ASTERISK_FLOOR=22.10.1
# "false" for a package mirror that is frozen in time.
ARG CHECK_VALID_UNTIL=true

# The numbers are fixed because files on the host (passwords, records) belong to them.
RUN groupadd --gid 5060 asterisk \
 && useradd --uid 5060 --gid 5060 --home-dir /var/lib/asterisk --no-create-home --shell /usr/sbin/nologin asterisk \
 && export DEBIAN_FRONTEND=noninteractive \
 && apt-get -o Acquire::Check-Valid-Until=$CHECK_VALID_UNTIL update -qq \
 && apt-get install -qq -y --no-install-recommends asterisk >/dev/null \
 && rm -rf /var/lib/apt/lists/* \
 && version=$(dpkg-query -W -f='${Version}' asterisk) \
 && if dpkg --compare-versions "$version" lt "1:$ASTERISK_FLOOR"; then \
        echo "Debian offers Asterisk $version, but $ASTERISK_FLOOR is the security floor" >&2; exit 1; fi \
 # all paths that Asterisk writes to lead into the one tmpfs
 && rm -rf /etc/asterisk /var/lib/asterisk /var/spool/asterisk /var/log/asterisk /var/cache/asterisk \
 && ln -s /run/asterisk/etc /etc/asterisk \
 && ln -s /run/asterisk/lib /var/lib/asterisk \
 && ln -s /run/asterisk/spool /var/spool/asterisk \
 && ln -s /run/asterisk/log /var/log/asterisk \
 && ln -s /run/asterisk/cache /var/cache/asterisk \
 && mkdir -p /run/asterisk /run/ivr-secrets /usr/share/asterisk/sounds/zh

COPY docker/asterisk-entrypoint.sh docker/render-conf.sh /opt/ivr/
COPY asterisk-conf /opt/ivr/asterisk-conf

USER 5060:5060
ENTRYPOINT ["/opt/ivr/asterisk-entrypoint.sh"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["asterisk", "-rx", "core waitfullybooted"]
