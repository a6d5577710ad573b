# The whole stack on one host, by Docker Compose.

COMPOSE_SECRETS ?= .secrets/compose.env
COMPOSE = VERSION=$(VERSION) IMAGE_PREFIX=$(IMAGE_PREFIX) docker compose --env-file $(COMPOSE_SECRETS)
GRAFANA ?= 1
BUILD ?= 1
UI_PORT ?= 8080
export UI_PORT

.PHONY: compose-up compose-down

# The images are built each time, since a tag does not tell what sources it was made of; the cache makes it cheap.
compose-up: $(COMPOSE_SECRETS) ## Build and start the full stack on this host, also after an update (GRAFANA=0: without Grafana; UI_PORT; BUILD=0)
	@$(if $(filter-out 0,$(BUILD)),$(if $(filter quarterdeck,$(IMAGE_PREFIX)),$(MAKE) --no-print-directory image-standalone image-ui,:),:)
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
