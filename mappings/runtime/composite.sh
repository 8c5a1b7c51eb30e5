# Steps of a composite action: a scope of their own for step ids, inputs and the status that their conditions see.

composite() {
  step_options "$@"
  new_entry
  if [ "$GHA_SKIPPED" != yes ]; then
    runs=$( load_environment; set_variables > /dev/null && step_condition "$condition" ) || runs=broken
  else
    runs=false
  fi
  depth=$((depth + 1))
  inner=$entry/scope
  mkdir -p "$inner/steps" "$inner/ids" "$inner/inputs" "$inner/env"
  index=0
  while [ "$index" -lt "$inputs" ]; do
    index=$((index + 1))
    eval "pair=\$input_$index"
    ( load_environment; template "${pair#*=}" ) > "$inner/inputs/$(printf '%s' "${pair%%=*}" | tr 'A-Z' 'a-z')" || runs=broken
  done
  # What end_composite must know of this call, and of the one around it.
  eval "scope_$depth=\$SCOPE entry_$depth=\$entry number_$depth=\$number id_$depth=\$id forgiven_$depth=\$forgiven"
  eval "skipped_$depth=\$GHA_SKIPPED runs_$depth=\$runs"
  printf '%s' "$(template "$title")" > "$entry/name"
  SCOPE=$inner GHA_SCOPE=$inner
  export GHA_SCOPE
  case $runs in
    true) told "$title" ;;
    false) told "$title" skipped; GHA_SKIPPED=yes ;;
    *) told "$title" "failed: its condition or inputs cannot be evaluated"; GHA_SKIPPED=yes ;;
  esac
}

end_composite() { # [--output NAME=TEMPLATE]…
  eval "entry=\$entry_$depth number=\$number_$depth id=\$id_$depth forgiven=\$forgiven_$depth runs=\$runs_$depth"
  while [ $# -gt 0 ]; do
    [ "$runs" != true ] || template "${2#*=}" > "$entry/outputs/$(printf '%s' "${2%%=*}" | tr 'A-Z' 'a-z')"
    shift 2
  done
  case $runs in
    true) outcome=$(cat "$SCOPE/status" 2>/dev/null || echo success) ;;
    false) outcome=skipped ;;
    *) outcome=failure ;;
  esac
  eval "SCOPE=\$scope_$depth GHA_SKIPPED=\$skipped_$depth"
  depth=$((depth - 1))
  if [ "$SCOPE" = "$GHA_STATE" ]; then unset GHA_SCOPE; else GHA_SCOPE=$SCOPE; export GHA_SCOPE; fi
  conclusion=$outcome
  if [ "$outcome" = failure ] && [ -n "$forgiven" ] && [ "$(truth "$forgiven")" = true ]; then conclusion=success; fi
  conclude "$outcome" "$conclusion"
}
depth=0
