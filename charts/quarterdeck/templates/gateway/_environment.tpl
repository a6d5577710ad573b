{{/* What whoever opens the database is told: its address, and what people add, like libpq's variables. */}}
{{- define "quarterdeck.gateway.database" -}}
{{ include "quarterdeck.fromSecret" (list "QUARTERDECK_DATABASE_URL" (include "quarterdeck.secret.postgres" .) "url") }}
{{- with .Values.gateway.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The gateway's settings: few typed values, and extraEnv for all others. */}}
{{- define "quarterdeck.gateway.environment" -}}
{{- $v := .Values.gateway }}
{{ include "quarterdeck.fromSecret" (list "QUARTERDECK_ADMIN_KEY_HASH" (include "quarterdeck.secret.gatewayAuth" .) "adminKeyHash") }}
{{ include "quarterdeck.fromSecret" (list "QUARTERDECK_KEY_PEPPER" (include "quarterdeck.secret.keyPepper" .) "pepper") }}
{{ include "quarterdeck.fromSecret" (list "QUARTERDECK_REDIS_URL" (include "quarterdeck.secret.redis" .) "url") }}
{{- with $v.alerts.existingSecret }}
{{ include "quarterdeck.fromSecret" (list "QUARTERDECK_ALERT_WEBHOOK_URL" . "url") }}
{{ include "quarterdeck.fromSecret" (list "QUARTERDECK_ALERT_WEBHOOK_SECRET" . "secret") }}
{{- end }}
{{- range $name, $value := dict
  "SPOOL_DIRECTORY" "/var/lib/quarterdeck/spool"
  "HAND_OVER" true
  "SYSTEM_NAMESPACE" .Release.Namespace
  "WATCH_NAMESPACES" (include "quarterdeck.watchNamespaces" .)
  "DEFAULT_NAMESPACE" $v.defaultNamespace
  "PORT" "8000"
  "MIGRATE_ON_START" true
  "LOG_LEVEL" $v.logLevel
  "REDIS_PREFIX" .Values.redis.prefix
  "MAX_BODY_BYTES" ($v.maxBodyBytes | int64)
  "FAILED_ATTEMPTS" ($v.failedAttempts | int64)
  "RETENTION_DAYS" ($v.retentionDays | int64)
  "NAMESPACE_LIMITS" (empty $v.namespaceLimits | ternary "" ($v.namespaceLimits | toJson))
  "TRUSTED_PROXIES" (join "," $v.trustedProxies)
  "CORS_ORIGINS" (join "," $v.corsOrigins)
  "ALLOWED_NETWORKS" (join "," $v.allowedNetworks)
  "CONNECT_TIMEOUT_SECONDS" $v.timeouts.connect
  "FIRST_BYTE_TIMEOUT_SECONDS" $v.timeouts.firstByte
  "IDLE_TIMEOUT_SECONDS" $v.timeouts.idle
  "REQUEST_TIMEOUT_SECONDS" $v.timeouts.request
  "DRAIN_DELAY_SECONDS" $v.timeouts.drainDelay
  "SHUTDOWN_GRACE_SECONDS" ($v.timeouts.shutdownGrace | int64)
  "TRACES_ENDPOINT" .Values.tracing.endpoint }}
{{- if ne (toString $value) "" }}
- {name: QUARTERDECK_{{ $name }}, value: {{ $value | toString | quote }}}
{{- end }}
{{- end }}
{{- if $v.oidc.issuer }}
{{- range $name, $value := dict
  "ISSUER" $v.oidc.issuer
  "AUDIENCE" $v.oidc.audience
  "ROLE_CLAIM" $v.oidc.roleClaim
  "NAMESPACES_CLAIM" $v.oidc.namespacesClaim
  "TEAM_CLAIM" $v.oidc.teamClaim
  "DEFAULT_ROLE" $v.oidc.defaultRole }}
{{- if $value }}
- {name: QUARTERDECK_OIDC_{{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}
{{- end }}
{{ include "quarterdeck.gateway.database" . | trim }}
{{- end -}}
