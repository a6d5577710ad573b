{{/* Operator and gateway by DNS, workers by the gateway: Prometheus needs no right in the cluster. What the
series of operator and gateway say of themselves wins over their targets' labels. A worker may be anybody's
image, so it is believed nothing: the gateway says whose it is, and it speaks of itself alone and briefly. */}}
{{- define "quarterdeck.workerMetrics" -}}
quarterdeck_worker_.*|quarterdeck_build_info|process_.*|python_.*
{{- end -}}

{{- define "quarterdeck.prometheus.config" -}}
{{- $v := .Values.prometheus -}}
global:
  scrape_interval: {{ $v.scrapeInterval }}
  evaluation_interval: {{ $v.scrapeInterval }}
rule_files: [/etc/prometheus/rules/*.yaml]
{{- with $v.alertmanagers }}
alerting:
  alertmanagers:
    - static_configs:
        - targets: {{ toJson . }}
{{- end }}
scrape_configs:
  - job_name: prometheus
    static_configs:
      - targets: [127.0.0.1:9090]
  {{- range $component, $port := dict "operator" 8081 "gateway" 8000 }}
  - job_name: quarterdeck-{{ $component }}
    honor_labels: true
    {{- if eq $component "gateway" }}
    authorization:
      credentials_file: /etc/prometheus/key/key
    {{- end }}
    dns_sd_configs:
      - names: [{{ include "quarterdeck.component" (list $ $component) }}-pods.{{ $.Release.Namespace }}.svc]
        type: A
        port: {{ $port }}
        refresh_interval: 15s
    relabel_configs:
      - {target_label: namespace, replacement: {{ $.Release.Namespace }}}
  {{- end }}
  - job_name: quarterdeck-worker
    honor_labels: false
    honor_timestamps: false
    body_size_limit: 1MB
    sample_limit: 2000
    label_limit: 32
    label_name_length_limit: 128
    label_value_length_limit: 256
    metric_relabel_configs:
      - {source_labels: [__name__], action: keep, regex: {{ include "quarterdeck.workerMetrics" . | quote }}}
    http_sd_configs:
      - url: http://{{ include "quarterdeck.component" (list . "gateway") }}.{{ .Release.Namespace }}.svc/api/v1/targets
        refresh_interval: 15s
        authorization:
          # Said although it is the default: older versions forget that here.
          type: Bearer
          credentials_file: /etc/prometheus/key/key
  {{- with $v.extraScrapeConfigs }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
