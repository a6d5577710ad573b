{{/* (list $ text) -> rules or a dashboard, leading to the runbooks where these people have them */}}
{{- define "quarterdeck.withRunbooks" -}}
{{- $base := (index . 0).Values.monitoring.runbookBaseUrl | trimSuffix "/" -}}
{{- index . 1 | replace "https://quarterdeck.dev/docs/runbooks/" (printf "%s/" $base) -}}
{{- end -}}
