{{/* What Redis and PostgreSQL have in common: enough for a team; others bring their own. */}}

{{/* (list alive ready) -> probes by command; a large history takes its time to be read back */}}
{{- define "quarterdeck.storeProbes" -}}
startupProbe:
  exec: {command: {{ index . 0 | toJson }}}
  periodSeconds: 1
  timeoutSeconds: 3
  failureThreshold: 300
livenessProbe:
  exec: {command: {{ index . 0 | toJson }}}
  periodSeconds: 10
  timeoutSeconds: 3
  failureThreshold: 6
readinessProbe:
  exec: {command: {{ index . 1 | toJson }}}
  periodSeconds: 3
  timeoutSeconds: 3
  failureThreshold: 2
{{- end -}}

{{/* values.storage -> the claim of a StatefulSet */}}
{{- define "quarterdeck.claims" -}}
{{- if .enabled -}}
volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      {{- with .storageClassName }}
      storageClassName: {{ . }}
      {{- end }}
      resources:
        requests: {storage: {{ .size }}}
{{- end -}}
{{- end -}}

{{/* (list $ "redis" 6379) -> Service, and a policy: gateway and migrations come in, nothing goes out */}}
{{- define "quarterdeck.storeObjects" -}}
{{- $root := index . 0 }}{{ $component := index . 1 }}{{ $port := index . 2 -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "quarterdeck.metadata" (list $root $component) | nindent 2 }}
spec:
  selector:
    {{- include "quarterdeck.selector" (list $root $component) | nindent 4 }}
  ports:
    - {name: {{ $component }}, port: {{ $port }}, targetPort: {{ $component }}, protocol: TCP}
{{- if $root.Values.networkPolicy.enabled }}
---
{{- $callers := list "gateway" }}
{{- if eq $component "postgres" }}{{ $callers = append $callers "migrations" }}{{ end }}
{{- $in := include "quarterdeck.from" (concat (list $root $component) $callers) | fromYaml }}
{{ include "quarterdeck.networkPolicy" (dict "root" $root "component" $component "ingress" (list $in) "egress" list) }}
{{- end }}
{{- end -}}
