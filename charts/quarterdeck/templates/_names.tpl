{{/* Names: Helm's own rule, so that a release called quarterdeck gives quarterdeck-gateway. */}}
{{- define "quarterdeck.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "quarterdeck.fullname" -}}
{{- $name := include "quarterdeck.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* (list $ "gateway") -> quarterdeck-gateway */}}
{{- define "quarterdeck.component" -}}
{{- printf "%s-%s" (include "quarterdeck.fullname" (index . 0)) (index . 1) -}}
{{- end -}}

{{/* (list $ "gateway") -> labels by which its pods are found; they never change. */}}
{{- define "quarterdeck.selector" -}}
app.kubernetes.io/name: {{ include "quarterdeck.component" . }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* Labels of an object. None says who manages it: the operator knows its own objects by that. */}}
{{- define "quarterdeck.labels" -}}
{{ include "quarterdeck.selector" . }}
app.kubernetes.io/part-of: quarterdeck
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
{{- end -}}

{{/* (list $ "gateway") -> metadata of a namespaced object of that component */}}
{{- define "quarterdeck.metadata" -}}
name: {{ include "quarterdeck.component" . }}
namespace: {{ (index . 0).Release.Namespace }}
labels:
  {{- include "quarterdeck.labels" . | nindent 2 }}
{{- end -}}

{{/* Names of the Secrets: existing ones, or those that the operator makes. */}}
{{- define "quarterdeck.secret.adminKey" -}}
{{- default (include "quarterdeck.component" (list . "admin-key")) .Values.gateway.adminKey.existingSecret -}}
{{- end -}}
{{- define "quarterdeck.secret.gatewayAuth" -}}
{{- default (include "quarterdeck.component" (list . "gateway-auth")) .Values.gateway.adminKeyHash.existingSecret -}}
{{- end -}}
{{- define "quarterdeck.secret.keyPepper" -}}
{{- default (include "quarterdeck.component" (list . "key-pepper")) .Values.gateway.keyPepper.existingSecret -}}
{{- end -}}
{{- define "quarterdeck.secret.redis" -}}
{{- $own := default (include "quarterdeck.component" (list . "redis")) .Values.redis.existingSecret -}}
{{- ternary $own .Values.redis.external.existingSecret .Values.redis.enabled -}}
{{- end -}}
{{- define "quarterdeck.secret.postgres" -}}
{{- $own := default (include "quarterdeck.component" (list . "postgres")) .Values.postgres.existingSecret -}}
{{- ternary $own .Values.postgres.external.existingSecret .Values.postgres.enabled -}}
{{- end -}}
{{- define "quarterdeck.secret.grafana" -}}
{{- default (include "quarterdeck.component" (list . "grafana")) .Values.grafana.existingSecret -}}
{{- end -}}

{{/* Which of them the operator makes, with commas: those for which nobody brought one. */}}
{{- define "quarterdeck.madeSecrets" -}}
{{- $v := .Values -}}
{{- $made := list -}}
{{- if not (or $v.gateway.adminKey.existingSecret $v.gateway.adminKeyHash.existingSecret) }}{{ $made = append $made "admin-key" }}{{ end -}}
{{- if not $v.gateway.adminKeyHash.existingSecret }}{{ $made = append $made "gateway-auth" }}{{ end -}}
{{- if not $v.gateway.keyPepper.existingSecret }}{{ $made = append $made "key-pepper" }}{{ end -}}
{{- if and $v.redis.enabled (not $v.redis.existingSecret) }}{{ $made = append $made "redis" }}{{ end -}}
{{- if and $v.postgres.enabled (not $v.postgres.existingSecret) }}{{ $made = append $made "postgres" }}{{ end -}}
{{- if and $v.grafana.enabled (not $v.grafana.existingSecret) }}{{ $made = append $made "grafana" }}{{ end -}}
{{- join "," $made -}}
{{- end -}}

{{/* Namespaces that are served, with commas: the release's own is among them for its ApiKey. */}}
{{- define "quarterdeck.watchNamespaces" -}}
{{- if .Values.watchNamespaces -}}
{{- append .Values.watchNamespaces .Release.Namespace | uniq | join "," -}}
{{- end -}}
{{- end -}}

{{/* (list $ image) -> what a container runs */}}
{{- define "quarterdeck.image" -}}
{{- $root := index . 0 }}{{ $image := index . 1 -}}
{{- with default $image.registry $root.Values.global.imageRegistry }}{{ trimSuffix "/" . }}/{{ end -}}
{{- $image.repository -}}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ default $root.Chart.AppVersion $image.tag }}{{ end -}}
{{- end -}}
