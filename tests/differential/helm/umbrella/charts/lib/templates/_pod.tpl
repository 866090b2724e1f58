{{- define "lib.pod" -}}
apiVersion: v1
kind: Pod
metadata: {name: {{ .name }}}
spec:
  containers:
  - name: {{ .name }}
    image: {{ .image | quote | }}
    {{- with .root.Values.missing }}
    command: {{ . }}
    {{- end }}
{{- end -}}
