# The service (`ivr serve`), run without rights on a read-only root.
FROM ivr-base:forky AS base
# libjemalloc2: recognition costs less with it (ivr/recognition/environment.py). ca-certificates: notifications and
# look-ups may go to https and smtp with TLS.
ARG CHECK_VALID_UNTIL=true
RUN groupadd --gid 5061 ivr \
 && useradd --uid 5061 --gid 5061 --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin ivr \
 && export DEBIAN_FRONTEND=noninteractive \
 && apt-get -o Acquire::Check-Valid-Until=$CHECK_VALID_UNTIL update -qq \
 && apt-get install -qq -y --no-install-recommends python3 libjemalloc2 ca-certificates >/dev/null \
 && rm -rf /var/lib/apt/lists/*

# Packages are fetched in a stage of their own: pip, certificates and caches do not get into the result.
FROM base AS build
ARG CHECK_VALID_UNTIL=true
RUN export DEBIAN_FRONTEND=noninteractive \
 && apt-get -o Acquire::Check-Valid-Until=$CHECK_VALID_UNTIL update -qq \
 && apt-get install -qq -y --no-install-recommends python3-venv ca-certificates >/dev/null \
 && python3 -m venv /opt/ivr
# Empty, or the host's certificates: needed where a proxy between here and the package index signs with its own.
COPY host-ca.crt /tmp/host-ca.crt
ARG PIP_INDEX_URL=
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# The dependencies first: they change rarely and are cached as a layer.
COPY requirements/service.txt /tmp/src/requirements.txt
RUN set -e; cd /tmp/src; \
    if [ -s /tmp/host-ca.crt ]; then export PIP_CERT=/tmp/host-ca.crt; fi; \
    if [ -z "$PIP_INDEX_URL" ]; then unset PIP_INDEX_URL; fi; \
    # srt, which vosk wants for subtitles, comes as source alone.
    /opt/ivr/bin/pip install -q --no-compile --only-binary :all: --no-binary srt --require-hashes -r requirements.txt; \
    # Compiled once their own tests, which nothing runs here, are gone.
    find /opt/ivr/lib -type d -name tests -prune -exec rm -rf {} +; \
    /opt/ivr/bin/python -m compileall -q /opt/ivr/lib
COPY pyproject.toml README.md LICENSE THIRD-PARTY.md /tmp/src/
COPY ivr /tmp/src/ivr
RUN /opt/ivr/bin/pip install -q --no-deps --no-build-isolation /tmp/src \
 && /opt/ivr/bin/pip uninstall -q -y pip setuptools

FROM base
COPY --from=build /opt/ivr /opt/ivr
ENV PATH=/opt/ivr/bin:/usr/bin:/bin PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 IVR_SHARE=/usr/share/ivr/prompts \
    XDG_CACHE_HOME=/var/cache IVR_RECOGNITION__MODELS=/var/lib/ivr/models
# Unpacks the built-in model while there is a disk to write to, and proves that libvosk finds all it needs.
RUN ivr models check
USER 5061:5061
CMD ["ivr", "serve"]
