{{/* (list $ "gateway" $values) -> the Service of a component that people may reach from outside */}}
{{- define "quarterdeck.service" -}}
{{- $root := index . 0 }}{{ $component := index . 1 }}{{ $v := index . 2 -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "quarterdeck.metadata" (list $root $component) | nindent 2 }}
  {{- with $v.serviceAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: {{ $v.serviceType }}
  {{- with $v.externalTrafficPolicy }}
  externalTrafficPolicy: {{ . }}
  {{- end }}
  {{- with $v.loadBalancerSourceRanges }}
  loadBalancerSourceRanges: {{ toJson . }}
  {{- end }}
  selector:
    {{- include "quarterdeck.selector" (list $root $component) | nindent 4 }}
  ports:
    - {name: http, port: 80, targetPort: http, protocol: TCP, appProtocol: http}
{{- end -}}
