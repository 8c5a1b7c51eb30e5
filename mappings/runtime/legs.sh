# The legs of one matrix: where GHA_FAIL_FAST, a template, says true a leg that fails cancels those that still wait or run.
# GHA_RIVALS are the jobs, as patterns, of other legs of a call, which do so too.

other_leg_failed() {
  # shellcheck disable=SC2086 # they are patterns
  for _one in $(cd "${GHA_STATE%/*}" && printf '%s/result ' $_rivals); do
    [ "$(cat "${GHA_STATE%/*}/$_one" 2>/dev/null)" != failure ] || return 0
  done
  return 1
}

# Runs beside the steps; ends them as a Pod's end would, and what says always() goes on.
watch_legs() {
  trap '' TERM INT
  until other_leg_failed; do sleep 5 || return; done
  kill -TERM $(tree $$)
}

_watching='' _rivals=${GHA_RIVALS:-} _leg=${GHA_STATE##*/}
[ "$(template "${GHA_FAIL_FAST:-}")" != true ] || _rivals="$_rivals ${_leg%.*}.*"
if [ -n "$_rivals" ] && [ "$GHA_SKIPPED" != yes ]; then
  if [ -z "$(ls "$GHA_STATE/steps")" ] && other_leg_failed; then
    echo "This leg is cancelled: another one of its matrix has failed"
    GHA_SKIPPED=yes
    printf yes > "$GHA_STATE/skipped"
    printf cancelled > "$GHA_STATE/status"
  else
    watch_legs < /dev/null > /dev/null 2>&1 &
    _watching=$!
  fi
fi
