# The web UI: built when its sources changed, with whatever Node there is or can be had.

NPM := deploy/npm.sh $(VENV)
UI_DIST := frontend/dist
UI_SOURCES := $(shell find frontend/src frontend/public frontend/build -type f 2>/dev/null) \
	$(wildcard frontend/*.html frontend/*.json frontend/*.ts)

.PHONY: ui ui-test

ui: $(UI_DIST)/index.html ## Build the web UI into frontend/dist

ui-test: frontend/node_modules/.dev ## Check and test the web UI (generated types, biome, tsc, vitest)
	@$(NPM) --silent run fresh || \
		{ echo 'The types of the API differ from openapi.json: commit what `npm run generate` writes.'; exit 1; }
	@$(NPM) --silent run check && $(NPM) --silent test

$(UI_DIST)/index.html: frontend/node_modules/.package-lock.json $(UI_SOURCES)
	@echo 'Building the web UI'
	@$(NPM) --silent run build -- --logLevel warn
	@touch $@

# npm writes this file last.
frontend/node_modules/.package-lock.json: frontend/package-lock.json | $(BIN)/uv
	@echo "Installing the web UI's packages"
	@$(NPM) --silent ci --omit=dev
	@touch $@

frontend/node_modules/.dev: frontend/package-lock.json | $(BIN)/uv
	@echo "Installing the web UI's packages, with those for tests"
	@$(NPM) --silent ci
	@touch $@ frontend/node_modules/.package-lock.json
