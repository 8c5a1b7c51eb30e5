# Outputs of a job: output NAME TEMPLATE [RESULT-FILE] says them, publish_outputs computes them at the end.

output() {
  outputs=$((outputs + 1))
  eval "output_name_$outputs=\$1 output_value_$outputs=\$2 output_file_$outputs=\${3:-}"
}

# They are told whatever the job's end; one too large for a Task result is in the state directory alone.
publish_outputs() {
  index=0
  while [ "$index" -lt "$outputs" ]; do
    index=$((index + 1))
    eval "name=\$output_name_$index value=\$output_value_$index file=\$output_file_$index"
    text=''
    if [ "$GHA_SKIPPED" != yes ]; then
      text=$( ( load_environment; load_path; template "$value" ) && printf x) || { fail_job; text=x; }
      text=${text%x}
    fi
    if ! printf '%s\n' "$text" | masked -v check=1; then
      echo "Output $name is left out: it may hold a secret"; text=''
    fi
    [ -z "$text" ] || printf '%s' "$text" > "$GHA_STATE/outputs/$(printf '%s' "$name" | tr 'A-Z' 'a-z')"
    [ -n "$file" ] || continue
    if [ "$(printf '%s' "$text" | wc -c)" -gt 3000 ]; then
      echo "Output $name is too large for a result: it is in $GHA_STATE/outputs only"; text=''
    fi
    printf '%s' "$text" > "$file"
  done
}
outputs=0
