{{/* Who may talk to whom. Each component names who comes in and where it may go. */}}

{{/* (dict "root" $ "component" "redis" "ingress" list "egress" list) -> its NetworkPolicy */}}
{{- define "quarterdeck.networkPolicy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "quarterdeck.metadata" (list .root .component) | nindent 2 }}
  {{- with .annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  podSelector:
    matchLabels:
      {{- include "quarterdeck.selector" (list .root .component) | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress: {{- if .ingress }}{{ toYaml .ingress | nindent 4 }}{{ else }} []{{ end }}
  egress: {{- if .egress }}{{ toYaml .egress | nindent 4 }}{{ else }} []{{ end }}
{{- end -}}

{{/* (list $ "gateway") -> a peer: that component's pods */}}
{{- define "quarterdeck.peer" -}}
podSelector:
  matchLabels:
    {{- include "quarterdeck.selector" . | nindent 4 }}
{{- end -}}

{{/* (list $ "http" "gateway" "ui") -> a rule: that port, from those components */}}
{{- define "quarterdeck.from" -}}
from:
  {{- $root := index . 0 }}
  {{- range slice . 2 }}
  - {{- include "quarterdeck.peer" (list $root .) | nindent 4 }}
  {{- end }}
ports:
  - {protocol: TCP, port: {{ index . 1 }}}
{{- end -}}

{{/* (list $ 8000 "gateway") -> a rule: to that port of those components */}}
{{- define "quarterdeck.to" -}}
to:
  {{- $root := index . 0 }}
  {{- range slice . 2 }}
  - {{- include "quarterdeck.peer" (list $root .) | nindent 4 }}
  {{- end }}
ports:
  - {protocol: TCP, port: {{ index . 1 }}}
{{- end -}}

{{/* Scrapes of a Prometheus that is not the chart's. */}}
{{- define "quarterdeck.scraper" -}}
{{- with .Values.monitoring.scraperNamespace -}}
namespaceSelector:
  matchLabels:
    kubernetes.io/metadata.name: {{ . }}
{{- end -}}
{{- end -}}

{{/* No peer: a node's own DNS cache has a link-local address. The ports are those of the pods behind the
Service: policies look at a packet after its address was translated. */}}
{{- define "quarterdeck.dns" -}}
ports:
  {{- range .Values.networkPolicy.dnsPorts }}
  - {protocol: UDP, port: {{ . }}}
  - {protocol: TCP, port: {{ . }}}
  {{- end }}
{{- end -}}

{{/* No peer: some network plug-ins do not count the API server among addresses or pods. */}}
{{- define "quarterdeck.apiServer" -}}
ports:
  {{- range .Values.networkPolicy.apiServerPorts }}
  - {protocol: TCP, port: {{ . }}}
  {{- end }}
{{- end -}}

{{/* Everywhere but a cloud's metadata service: what that hands out is meant for the node. Where
workers, databases and identity providers are is for people to choose. */}}
{{- define "quarterdeck.anywhere" -}}
to:
  - namespaceSelector: {}
  - ipBlock: {cidr: 0.0.0.0/0, except: [169.254.0.0/16]}
{{- end -}}
