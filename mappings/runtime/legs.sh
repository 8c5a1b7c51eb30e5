# The legs of one matrix: where GHA_FAIL_FAST, a template, says true a leg that fails cancels those that still wait or run.

other_leg_failed() {
  for _one in "${GHA_STATE%.*}".*/result; do
    [ "$(cat "$_one" 2>/dev/null)" != failure ] || return 0
  done
  return 1
}

# Runs beside the steps; ends them as a Pod's end would, and what says always() goes on.
watch_legs() {
  trap '' TERM INT
  until other_leg_failed; do sleep 5 || return; done
  kill -TERM $(tree $$)
}

_watching=''
if [ "$(template "${GHA_FAIL_FAST:-}")" = true ] && [ "$GHA_SKIPPED" != yes ]; then
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
