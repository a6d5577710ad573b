{{/* Rights: rules come from files/rbac, which is generated from the operator's and the gateway's own. */}}

{{/* (list $ "gateway") -> a ServiceAccount; it mounts no token by itself, so that only its pods have one */}}
{{- define "quarterdeck.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "quarterdeck.metadata" . | nindent 2 }}
  {{- with (get (index . 0).Values (index . 1)).serviceAccountAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end -}}

{{/* (dict "root" $ "component" "gateway" "rules" text "annotations" dict) -> these rights in every
namespace that is served: one ClusterRole, or a Role in each */}}
{{- define "quarterdeck.servedRights" -}}
{{- $root := .root }}{{ $component := .component }}{{ $rules := .rules }}{{ $annotations := .annotations -}}
{{- if eq $root.Values.rbac.scope "cluster" }}
{{- include "quarterdeck.role" (dict "root" $root "component" $component "rules" $rules "annotations" $annotations) }}
{{- else }}
{{- range splitList "," (include "quarterdeck.watchNamespaces" $root) }}
{{- include "quarterdeck.role" (dict "root" $root "component" $component "rules" $rules "annotations" $annotations "namespace" . "suffix" "-served") }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The same with "namespace" and "suffix" -> a role and its binding; without namespace a ClusterRole.
Cluster-wide names hold the release's namespace where it is not the usual one. */}}
{{- define "quarterdeck.role" -}}
{{- $prefix := ternary "" "Cluster" (hasKey . "namespace") -}}
{{- $name := printf "%s%s" (include "quarterdeck.component" (list .root .component)) (default "" .suffix) -}}
{{- if and (not (hasKey . "namespace")) (ne .root.Release.Namespace "quarterdeck-system") -}}
{{- $name = printf "%s-%s" .root.Release.Namespace $name -}}
{{- end -}}
{{- $top := . -}}
{{- range list "Role" "RoleBinding" }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $prefix }}{{ . }}
metadata:
  name: {{ $name }}
  {{- with $top.namespace }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- include "quarterdeck.labels" (list $top.root $top.component) | nindent 4 }}
  {{- with $top.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- if eq . "Role" }}
rules:
  {{- $top.rules | nindent 2 }}
{{- else }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ $prefix }}Role
  name: {{ $name }}
subjects:
  - kind: ServiceAccount
    name: {{ include "quarterdeck.component" (list $top.root $top.component) }}
    namespace: {{ $top.root.Release.Namespace }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Rules in the operator's own namespace, with the names of this installation's Lease and Secrets. */}}
{{- define "quarterdeck.ownRules" -}}
{{- $names := dict
  "quarterdeck-operator" "quarterdeck-operator"
  "quarterdeck-admin-key" (include "quarterdeck.secret.adminKey" .)
  "quarterdeck-gateway-auth" (include "quarterdeck.secret.gatewayAuth" .)
  "quarterdeck-key-pepper" (include "quarterdeck.secret.keyPepper" .)
  "quarterdeck-redis" (include "quarterdeck.secret.redis" .)
  "quarterdeck-postgres" (include "quarterdeck.secret.postgres" .)
  "quarterdeck-grafana" (include "quarterdeck.secret.grafana" .) -}}
{{- $rules := list -}}
{{- range .Files.Get "files/rbac/operator-own.yaml" | fromYamlArray -}}
{{- $rule := . -}}
{{- if .resourceNames -}}
{{- $here := list -}}
{{- range .resourceNames }}{{ $here = append $here (get $names .) }}{{ end -}}
{{- $rule = set (deepCopy .) "resourceNames" ($here | uniq) -}}
{{- end -}}
{{- $rules = append $rules $rule -}}
{{- end -}}
{{- toYaml $rules -}}
{{- end -}}
