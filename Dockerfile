# A nightly sync in a container. Build and run:
#   docker build -t ctct .
#   docker run --rm -v ctct:/data --env-file ctct.env ctct
# /data is the one volume: configuration in /data/.dlt, the warehouse ctct.duckdb, the login and the request ledger in
# /data/state. Secrets come from the environment or from /data/.dlt/secrets.toml, never from the image.
FROM python:3.12-slim

ARG EXTRAS=postgres
COPY pyproject.toml constraints.txt README.md LICENSE /build/
COPY .ci/build_hook.py /build/.ci/build_hook.py
COPY sources /build/sources
COPY pipelines /build/pipelines
COPY transforms /build/transforms
RUN pip install --no-cache-dir -c /build/constraints.txt "/build[${EXTRAS}]" \
    && rm -rf /build \
    && useradd --uid 1000 --create-home --home-dir /data ctct

ENV SOURCES__CONSTANT_CONTACT__STATE_DIR=/data/state \
    DLT_DATA_DIR=/data/dlt \
    PYTHONUNBUFFERED=1
USER 1000
WORKDIR /data
VOLUME /data
STOPSIGNAL SIGINT
ENTRYPOINT ["ctct"]
CMD ["sync"]
