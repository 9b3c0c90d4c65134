# The daemon and every verb of it. Run with a read-only root; all that changes lies in /state:
#   docker run --read-only -v leadloop:/state -v "$PWD":/etc/leadloop:ro leadloop run --once
# The loop with nothing configured:  docker run --rm leadloop demo

FROM python:3.12.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src

# What changes seldom comes first, so that a change of code alone builds in seconds.
COPY requirements/ requirements/
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes --only-binary :all: -r requirements/build.lock \
 && python -m venv --without-pip /opt/leadloop \
 && python -m pip --python /opt/leadloop/bin/python install --require-hashes --only-binary :all: -r requirements/run.lock

COPY pyproject.toml README.md LICENSE ./
COPY connector/ connector/
COPY adapters/ adapters/
COPY mappings/ mappings/
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && python -m pip --python /opt/leadloop/bin/python install --no-deps --no-index /wheels/leadloop-*.whl


FROM python:3.12.12-slim-bookworm
LABEL org.opencontainers.image.title="leadloop" \
      org.opencontainers.image.description="Closes the loop between marketing automation and the CRM" \
      org.opencontainers.image.licenses="Apache-2.0"

RUN groupadd --gid 10001 leadloop \
 && useradd --uid 10001 --gid 10001 --home-dir /state --no-create-home --shell /usr/sbin/nologin leadloop \
 && install --directory --owner 10001 --group 10001 --mode 0700 /state

COPY --from=build /opt/leadloop /opt/leadloop

# Temporary copies (a dry run works on one) hold people too: they stay on the volume, and the root needs no /tmp.
ENV PATH=/opt/leadloop/bin:$PATH \
    LEADLOOP_CONFIG=/etc/leadloop/leadloop.yaml \
    TMPDIR=/state SQLITE_TMPDIR=/state \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1

USER 10001:10001
WORKDIR /state
VOLUME /state
EXPOSE 8321
STOPSIGNAL SIGTERM

# The daemon is the container's first process: its death ends the container. What this sees is a loop that stands still:
# an unusable state, credentials that were refused.
HEALTHCHECK --interval=60s --timeout=15s --start-period=120s --retries=3 CMD ["leadloop", "status"]

ENTRYPOINT ["leadloop"]
CMD ["run"]
