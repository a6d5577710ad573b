{{/* (dict "root" $ "name" "uninstall" "hook" "pre-delete" "arguments" list) -> a Job of the operator's
image, with an account of its own that exists only while it runs */}}
{{- define "quarterdeck.uninstall.job" -}}
{{- $root := .root -}}
{{- $annotations := include "quarterdeck.uninstall.annotations" (list .hook "-5") | fromYaml }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "quarterdeck.metadata" (list $root .name) | nindent 2 }}
  annotations:
    {{- toYaml $annotations | nindent 4 }}
automountServiceAccountToken: false
{{- if $root.Values.networkPolicy.enabled }}
---
{{- $out := list (include "quarterdeck.dns" $root | fromYaml) (include "quarterdeck.apiServer" $root | fromYaml) }}
{{ include "quarterdeck.networkPolicy" (dict "root" $root "component" .name "ingress" list "egress" $out "annotations" $annotations) }}
{{- end }}
---
apiVersion: batch/v1
kind: Job
metadata:
  {{- include "quarterdeck.metadata" (list $root .name) | nindent 2 }}
  annotations:
    {{- include "quarterdeck.uninstall.annotations" (list .hook "0") | nindent 4 }}
spec:
  backoffLimit: 3
  activeDeadlineSeconds: {{ $root.Values.uninstall.timeoutSeconds | int }}
  template:
    metadata:
      {{- include "quarterdeck.podMetadata" (list $root .name dict) | nindent 6 }}
    spec:
      restartPolicy: OnFailure
      serviceAccountName: {{ include "quarterdeck.component" (list $root .name) }}
      automountServiceAccountToken: true
      {{- include "quarterdeck.podSpec" (list $root $root.Values.operator 65532) | nindent 6 }}
      containers:
        - name: uninstall
          {{- include "quarterdeck.containerImage" (list $root $root.Values.operator.image) | nindent 10 }}
          command: [python, -m, quarterdeck_operator.uninstall]
          args: {{ toJson .arguments }}
          resources:
            {{- toYaml $root.Values.migrations.resources | nindent 12 }}
          {{- include "quarterdeck.container" . | nindent 10 }}
          volumeMounts:
            - {name: tmp, mountPath: /tmp}
      volumes:
        - {name: tmp, emptyDir: {}}
{{- end -}}

{{/* (list "pre-delete" "0") */}}
{{- define "quarterdeck.uninstall.annotations" -}}
helm.sh/hook: {{ index . 0 }}
helm.sh/hook-weight: {{ index . 1 | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}
