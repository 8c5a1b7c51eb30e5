# Steps of a composite action: a scope of their own for step ids, inputs and the status that their conditions see.

composite() {
  step_options "$@"
  new_entry
  heed_stop
  depth=$((depth + 1))
  inner=$entry/scope
  mkdir -p "$inner/steps" "$inner/ids" "$inner/inputs" "$inner/env"
  ( enter_composite )
  runs=$(cat "$entry/runs" 2>/dev/null || echo broken)
  # What end_composite must know of this call, and of the one around it.
  eval "scope_$depth=\$SCOPE scopes_$depth=\$SCOPES entry_$depth=\$entry number_$depth=\$number id_$depth=\$id"
  eval "forgiven_$depth=\$forgiven skipped_$depth=\$GHA_SKIPPED runs_$depth=\$runs"
  SCOPE=$inner GHA_SCOPE=$inner SCOPES="$SCOPES $inner"
  export GHA_SCOPE
  [ "$runs" = true ] || GHA_SKIPPED=yes
}

# Condition, inputs and variables, in the environment of the calling step.
enter_composite() {
  load_environment
  set_variables || { told "$title" failed; return; }
  load_path
  template "$title" > "$entry/name" 2>/dev/null || printf '%s' "$title" > "$entry/name"
  runs=$(step_condition "$condition") ||
    { told "$(cat "$entry/name")" "failed: its condition cannot be evaluated"; return; }
  index=0
  while [ "$runs" = true ] && [ "$index" -lt "$inputs" ]; do
    index=$((index + 1))
    eval "pair=\$input_$index"
    template "${pair#*=}" > "$inner/inputs/$(printf '%s' "${pair%%=*}" | tr 'A-Z' 'a-z')" ||
      { told "$(cat "$entry/name")" "failed: its input ${pair%%=*} cannot be evaluated"; return; }
  done
  index=0
  while [ "$index" -lt "$variables" ]; do
    index=$((index + 1))
    eval "pair=\$variable_$index value=\$value_$index"
    reserved "${pair%%=*}" || printf '%s' "$value" > "$inner/env/${pair%%=*}"
  done
  case $runs in true) told "$(cat "$entry/name")" ;; *) told "$(cat "$entry/name")" skipped ;; esac
  printf '%s' "$runs" > "$entry/runs"
}

end_composite() { # [--output NAME=TEMPLATE]…
  eval "entry=\$entry_$depth number=\$number_$depth id=\$id_$depth forgiven=\$forgiven_$depth runs=\$runs_$depth"
  while [ $# -gt 0 ]; do
    [ "$runs" != true ] ||
      ( load_environment; load_path; template "${2#*=}" ) > "$entry/outputs/$(printf '%s' "${2%%=*}" | tr 'A-Z' 'a-z')" || fail_job
    shift 2
  done
  case $runs in
    true) outcome=$(cat "$SCOPE/status" 2>/dev/null || echo success) ;;
    false) outcome=skipped ;;
    *) outcome=failure ;;
  esac
  eval "SCOPE=\$scope_$depth SCOPES=\$scopes_$depth GHA_SKIPPED=\$skipped_$depth"
  depth=$((depth - 1))
  if [ "$SCOPE" = "$GHA_STATE" ]; then unset GHA_SCOPE; else GHA_SCOPE=$SCOPE; export GHA_SCOPE; fi
  conclude "$outcome"
}
depth=0
