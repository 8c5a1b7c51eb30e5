# Outputs of a job: output NAME TEMPLATE [RESULT-FILE] says them, publish_outputs computes them at the end.

output() {
  _outputs=$((_outputs + 1))
  eval "_output_name_$_outputs=\$1 _output_value_$_outputs=\$2 _output_file_$_outputs=\${3:-}"
}

# They are told whatever the job's end; one too large for a Task result is in the state directory alone.
publish_outputs() {
  _index=0
  while [ "$_index" -lt "$_outputs" ]; do
    _index=$((_index + 1))
    eval "_name=\$_output_name_$_index _value=\$_output_value_$_index _file=\$_output_file_$_index"
    _text=''
    if [ "$GHA_SKIPPED" != yes ]; then
      _text=$( ( _entry=''; load_environment; load_path; template "$_value" ) && printf x) || { fail_job; _text=x; }
      _text=${_text%x}
    fi
    if ! printf '%s\n' "$_text" | masked -v check=1; then
      echo "Output $_name is left out: it may hold a secret"; _text=''
    fi
    if [ -n "$_text" ]; then
      printf '%s\n' "$_name" >> "$GHA_STATE/outputs.names"
      printf '%s' "$_text" > "$GHA_STATE/outputs/$(printf '%s' "$_name" | tr 'A-Z' 'a-z')"
    fi
    [ -n "$_file" ] || continue
    if [ "$(printf '%s' "$_text" | wc -c)" -gt 3000 ]; then
      echo "Output $_name is too large for a result: it is in $GHA_STATE/outputs only"; _text=''
    fi
    printf '%s' "$_text" > "$_file"
  done
}
_outputs=0
