#!/bin/sh
# Installs or upgrades both charts on the current context, applies samples, and says what to do next.
#   deploy/install.sh NAMESPACE "SAMPLE..." [helm options]
# What an earlier run or anybody else has set stays; --reset-values among the options goes back to the defaults.
set -eu
cd "$(dirname "$0")/.."
namespace=$1 samples=$2
shift 2

echo "Installing into namespace $namespace"
kubectl get namespace "$namespace" >/dev/null 2>&1 || kubectl create namespace "$namespace" >/dev/null
kubectl label --overwrite namespace "$namespace" pod-security.kubernetes.io/enforce=restricted >/dev/null
helm upgrade --install quarterdeck-crds charts/quarterdeck-crds --namespace "$namespace" --wait >/dev/null
helm upgrade --install quarterdeck charts/quarterdeck --namespace "$namespace" --reset-then-reuse-values "$@"
for sample in $samples; do kubectl apply --namespace default -f "$sample"; done

cat <<EOT

The web UI:      kubectl port-forward -n $namespace service/quarterdeck-ui 8080:80    then http://127.0.0.1:8080
The admin key:   kubectl get secret quarterdeck-admin-key -n $namespace -o jsonpath='{.data.key}' | base64 -d
The demo agent:  kubectl get agents
EOT
