# The charts on a cluster: a kind cluster of our own, or whatever the current context names.

KIND_CLUSTER ?= quarterdeck
KIND_NODE_IMAGE ?=
NAMESPACE ?= quarterdeck-system
SAMPLES ?= manifests/samples/demo.yaml
HELM_FLAGS ?=
HELM_WAIT = --wait --timeout 10m

CLUSTER_IMAGES := operator gateway worker ui
# Images of another name than the chart's: those of IMAGE_PREFIX, like registry.example.com/quarterdeck.
HELM_IMAGES = $(if $(filter-out quarterdeck,$(IMAGE_PREFIX)),\
	$(foreach image,$(CLUSTER_IMAGES),--set $(image).image.repository=$(IMAGE_PREFIX)/$(image)))

.PHONY: kind-up kind-down cluster-up images-for-kind

kind-up: ## Make a kind cluster, build and load the images, install the charts and the demo agent
	@kind get clusters 2>/dev/null | grep -qx $(KIND_CLUSTER) || kind create cluster --name $(KIND_CLUSTER) \
		--config manifests/kind/cluster.yaml $(if $(KIND_NODE_IMAGE),--image $(KIND_NODE_IMAGE)) --wait 3m
	@$(MAKE) --no-print-directory $(CLUSTER_IMAGES:%=image-%)
	@tags=$$(deploy/kind-images.sh $(KIND_CLUSTER) $(IMAGE_PREFIX) $(VERSION) $(CLUSTER_IMAGES)) && \
	kubectl config use-context kind-$(KIND_CLUSTER) >/dev/null && $(INSTALL) $$tags

# For `make e2e`, which looks for the tags that the charts name.
images-for-kind: $(CLUSTER_IMAGES:%=image-%)
	@kind load docker-image --name $(KIND_CLUSTER) $(CLUSTER_IMAGES:%=$(IMAGE_PREFIX)/%:$(VERSION))

kind-down: ## Delete that kind cluster
	@kind delete cluster --name $(KIND_CLUSTER)

cluster-up: ## Install the charts and the demo agent on the current kubeconfig context (YES=1: without asking; IMAGE_PREFIX: images from there)
	@context=$$(kubectl config current-context) || exit 1; \
	[ "$(YES)" = 1 ] || { printf 'Install Quarterdeck %s into %s of the context "%s"? [y/N] ' $(VERSION) $(NAMESPACE) "$$context"; \
		read -r answer; case $$answer in y | Y | yes) ;; *) echo 'Nothing was changed.'; exit 1 ;; esac; }
	@$(INSTALL)

define INSTALL
deploy/install.sh $(NAMESPACE) "$(SAMPLES)" $(HELM_WAIT) $(strip $(HELM_IMAGES)) $(HELM_FLAGS)
endef
