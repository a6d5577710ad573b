# The whole stack on one host, by Docker Compose.

COMPOSE_SECRETS ?= .secrets/compose.env
COMPOSE = VERSION=$(VERSION) IMAGE_PREFIX=$(IMAGE_PREFIX) docker compose --env-file $(COMPOSE_SECRETS)
GRAFANA ?= 1
UI_PORT ?= 8080
export UI_PORT

.PHONY: compose-up compose-down

compose-up: $(COMPOSE_SECRETS) ## Start the full stack on this host (GRAFANA=0 leaves Grafana out; UI_PORT)
	@[ "$(IMAGE_PREFIX)" != quarterdeck ] || for image in standalone ui; do \
		docker image inspect quarterdeck/$$image:$(VERSION) >/dev/null 2>&1 || $(MAKE) --no-print-directory image-$$image || exit 1; done
	@$(COMPOSE) $(if $(filter-out 0,$(GRAFANA)),--profile grafana) up --detach --wait --wait-timeout 300
	@echo "Quarterdeck is at http://127.0.0.1:$(UI_PORT). Sign in with the admin key:"
	@echo "  docker compose --env-file $(COMPOSE_SECRETS) exec gateway cat /data/admin.key"

compose-down: $(COMPOSE_SECRETS) ## Stop the stack; VOLUMES=1 also deletes its data and secrets
	@$(COMPOSE) --profile grafana down $(if $(VOLUMES),--volumes) --timeout 30
	@$(if $(VOLUMES),rm -f $(COMPOSE_SECRETS))

# Passwords that only the containers use. The file is made once; the databases remember what stands in it.
$(COMPOSE_SECRETS):
	@mkdir -p -m 700 $(@D)
	@umask 077 && { for name in QUARTERDECK_POSTGRES_PASSWORD QUARTERDECK_REDIS_PASSWORD QUARTERDECK_GRAFANA_PASSWORD; do \
		printf '%s=%s\n' $$name "$$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"; done; } >$@
	@echo "Made $@: keep it as long as the volumes"
