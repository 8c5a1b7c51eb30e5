# Steps of a composite action: a scope of their own for step ids, inputs and the status that their conditions see.

composite() {
  step_options "$@"
  new_entry
  heed_stop
  _depth=$((_depth + 1))
  _inner=$_entry/scope
  mkdir -p "$_inner/steps" "$_inner/ids" "$_inner/inputs" "$_inner/env"
  # --dir is where the action lies; its steps run in the workspace all the same.
  [ -z "$_directory" ] || printf '%s' "$_directory" > "$_inner/directory"
  ( enter_composite )
  _runs=$(cat "$_entry/runs" 2>/dev/null || echo broken)
  # What end_composite must know of this call, and of the one around it.
  eval "_scope_$_depth=\$_scope _scopes_$_depth=\$_scopes _entry_$_depth=\$_entry _number_$_depth=\$_number _id_$_depth=\$_id"
  eval "_forgiven_$_depth=\$_forgiven _skipped_$_depth=\$GHA_SKIPPED _runs_$_depth=\$_runs"
  _scope=$_inner GHA_SCOPE=$_inner _scopes="$_scopes $_inner"
  export GHA_SCOPE
  [ "$_runs" = true ] || GHA_SKIPPED=yes
}

# Condition, inputs and variables, in the environment of the calling step.
enter_composite() {
  load_environment
  [ "$GHA_SKIPPED" = yes ] || set_variables theirs || { told "$_title" failed; return; }
  load_path
  template "$_title" > "$_entry/name" 2>/dev/null || printf '%s' "$_title" > "$_entry/name"
  _runs=$(step_condition "$_condition") ||
    { told "$(cat "$_entry/name")" "failed: its condition cannot be evaluated"; return; }
  _index=0
  while [ "$_runs" = true ] && [ "$_index" -lt "$_inputs" ]; do
    _index=$((_index + 1))
    eval "_pair=\$_input_$_index"
    printf '%s\n' "${_pair%%=*}" >> "$_inner/inputs.names"
    template "${_pair#*=}" > "$_inner/inputs/$(printf '%s' "${_pair%%=*}" | tr 'A-Z' 'a-z')" ||
      { told "$(cat "$_entry/name")" "failed: its input ${_pair%%=*} cannot be evaluated"; printf failed > "$_entry/runs"; return; }
  done
  _index=0
  while [ "$_runs" = true ] && [ "$_index" -lt "$_variables" ]; do
    _index=$((_index + 1))
    eval "_pair=\$_variable_$_index _value=\$_value_$_index"
    reserved "${_pair%%=*}" || printf '%s' "$_value" > "$_inner/env/${_pair%%=*}"
  done
  case $_runs in true) told "$(cat "$_entry/name")" ;; *) told "$(cat "$_entry/name")" skipped ;; esac
  printf '%s' "$_runs" > "$_entry/runs"
}

end_composite() { # [--output NAME=TEMPLATE]…
  eval "_entry=\$_entry_$_depth _number=\$_number_$_depth _id=\$_id_$_depth _forgiven=\$_forgiven_$_depth _runs=\$_runs_$_depth"
  while [ $# -gt 0 ]; do
    printf '%s\n' "${2%%=*}" >> "$_entry/outputs.names"
    [ "$_runs" != true ] ||
      ( load_environment; load_path; template "${2#*=}" ) > "$_entry/outputs/$(printf '%s' "${2%%=*}" | tr 'A-Z' 'a-z')" || fail_job
    shift 2
  done
  case $_runs in
    true) _outcome=$(cat "$_scope/status" 2>/dev/null || echo success) ;;
    false) _outcome=skipped ;;
    failed) _outcome=failure ;;
    *) _outcome=failure _forgiven='' ;;
  esac
  eval "_scope=\$_scope_$_depth _scopes=\$_scopes_$_depth GHA_SKIPPED=\$_skipped_$_depth"
  _depth=$((_depth - 1))
  if [ "$_scope" = "$GHA_STATE" ]; then unset GHA_SCOPE; else GHA_SCOPE=$_scope; export GHA_SCOPE; fi
  conclude "$_outcome"
}
_depth=0
