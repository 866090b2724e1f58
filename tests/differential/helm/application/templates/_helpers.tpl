{{/* The name of a release. */}}
{{- define "web.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name }}{{ .Release.Name | trunc 63 }}{{ else }}{{ printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}{{ end -}}
{{- end -}}
{{- end -}}

{{- define "web.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "web.image" -}}
{{- $registry := .global.imageRegistry | default .image.registry -}}
{{- $separator := ternary "@" ":" (not (empty .image.digest)) -}}
{{- $termination := coalesce .image.digest .image.tag .chart.AppVersion | toString -}}
{{- if $registry }}{{ printf "%s/%s%s%s" $registry .image.repository $separator $termination }}{{ else }}{{ printf "%s%s%s" .image.repository $separator $termination }}{{ end -}}
{{- end -}}
