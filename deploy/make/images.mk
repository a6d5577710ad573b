# Images and what they hold.

IMAGES ?= operator gateway worker ui standalone
NODE_IMAGE ?= node:24-bookworm-slim
NGINX_IMAGE ?= nginxinc/nginx-unprivileged:stable-bookworm
REVISION = $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
# Of the commit, not of the clock: the same sources make the same labels, and the cache holds.
CREATED = $(shell TZ=UTC git show -s --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ HEAD 2>/dev/null)
CYCLONEDX := cyclonedx-bom==7.5.0
CHARTS ?= charts/quarterdeck-crds charts/quarterdeck
SBOMS := $(IMAGES:%=dist/sbom/%.cdx.json)

.PHONY: images sbom package

images: $(IMAGES:%=image-%) sbom ## Build the images and their lists of parts (IMAGES, IMAGE_PREFIX, BASE_IMAGE)

# One after the other: they share layers, and a second build of the same layer waits for the first.
image-%:
	@echo "Building $(IMAGE_PREFIX)/$*:$(VERSION)"
	@DOCKER_BUILDKIT=1 docker build --quiet --target $* --tag $(IMAGE_PREFIX)/$*:$(VERSION) \
		--build-arg BASE_IMAGE=$(BASE_IMAGE) --build-arg NODE_IMAGE=$(NODE_IMAGE) \
		--build-arg NGINX_IMAGE=$(NGINX_IMAGE) --build-arg VERSION=$(VERSION) \
		--build-arg REVISION=$(REVISION) --build-arg CREATED=$(CREATED) . >/dev/null

sbom: $(SBOMS) ## List the parts of every image (CycloneDX) into dist/sbom

dist/sbom/ui.cdx.json: frontend/package-lock.json | $(BIN)/uv
	@mkdir -p $(@D)
	@$(NPM) --silent sbom --sbom-format cyclonedx --omit dev --package-lock-only >$@.new && mv $@.new $@

dist/sbom/standalone.cdx.json: locks/local.txt | $(BIN)/uv
	@$(SBOM)

dist/sbom/%.cdx.json: locks/%.txt | $(BIN)/uv
	@$(SBOM)

SBOM = mkdir -p $(@D) && PYTHONWARNINGS=ignore $(BIN)/uv tool run --quiet --from $(CYCLONEDX) cyclonedx-py requirements \
	--pyproject pyproject.toml --output-reproducible --of JSON -o $@ $<

package: $(VENV)/.dev ## Build the Python package and the charts into dist
	@$(BIN)/uv build --quiet --out-dir dist
	@for chart in $(CHARTS); do helm package --destination dist $$chart || exit 1; done
