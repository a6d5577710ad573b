{{/* What all pods have in common: they meet Pod Security "restricted", and spread. */}}

{{/* (list $ "gateway" $values) -> metadata of a pod template */}}
{{- define "quarterdeck.podMetadata" -}}
{{- $root := index . 0 }}{{ $component := index . 1 }}{{ $values := index . 2 -}}
labels:
  {{- with $values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- include "quarterdeck.selector" (list $root $component) | nindent 2 }}
  app.kubernetes.io/part-of: quarterdeck
  app.kubernetes.io/instance: {{ $root.Release.Name }}
{{- with $values.podAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* (list $ values user) -> the fields of every pod's spec. Service variables such as
QUARTERDECK_GATEWAY_PORT would be read as settings, hence no links. */}}
{{- define "quarterdeck.podSpec" -}}
{{- $root := index . 0 }}{{ $values := index . 1 }}{{ $user := index . 2 -}}
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  {{- if not $root.Values.global.usersFromCluster }}
  runAsUser: {{ $user }}
  runAsGroup: {{ $user }}
  fsGroup: {{ $user }}
  {{- end }}
  seccompProfile: {type: RuntimeDefault}
{{- with $root.Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* (list $ "gateway") -> replicas on different nodes and zones where there are any */}}
{{- define "quarterdeck.spread" -}}
{{- $selector := include "quarterdeck.selector" . -}}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- $selector | nindent 8 }}
  {{- end }}
{{- end -}}

{{/* The container's half of "restricted", and a file system that nobody writes to. A start that
fails says why in its last line, and `kubectl describe pod` shows it. */}}
{{- define "quarterdeck.container" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
terminationMessagePolicy: FallbackToLogsOnError
{{- end -}}

{{/* (list $ values.image) -> image and when it is fetched */}}
{{- define "quarterdeck.containerImage" -}}
image: {{ include "quarterdeck.image" . | quote }}
imagePullPolicy: {{ (index . 1).pullPolicy }}
{{- end -}}

{{/* (dict "live" "/healthz" "ready" "/readyz" "port" "http" "start" 60) -> the three probes */}}
{{- define "quarterdeck.probes" -}}
startupProbe:
  httpGet: {path: {{ .live }}, port: {{ .port }}}
  periodSeconds: 1
  timeoutSeconds: 3
  failureThreshold: {{ .start }}
livenessProbe:
  httpGet: {path: {{ .live }}, port: {{ .port }}}
  periodSeconds: 10
  timeoutSeconds: 3
  failureThreshold: 3
readinessProbe:
  httpGet: {path: {{ .ready }}, port: {{ .port }}}
  periodSeconds: 2
  timeoutSeconds: 3
  failureThreshold: 2
{{- end -}}

{{/* (list "VARIABLE" "secret" "key") */}}
{{- define "quarterdeck.fromSecret" -}}
- name: {{ index . 0 }}
  valueFrom: {secretKeyRef: {name: {{ index . 1 }}, key: {{ index . 2 }}}}
{{- end -}}

{{/* (list $ "gateway" budget) -> a drained node takes so many replicas at a time */}}
{{- define "quarterdeck.disruptionBudget" -}}
{{- $root := index . 0 }}{{ $component := index . 1 }}{{ $budget := index . 2 -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "quarterdeck.metadata" (list $root $component) | nindent 2 }}
spec:
  maxUnavailable: {{ $budget.maxUnavailable }}
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "quarterdeck.selector" (list $root $component) | nindent 6 }}
{{- end -}}
