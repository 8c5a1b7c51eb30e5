# What a container runs by itself and how it fares; by serve or in place, where calls.sh and links.sh are read too.
# _place is the container's directory; in it are then: log, started, health, own (the process), ended (its exit status), and
# stop where it is to end: the seconds that it has.

own_command() {
  if ! link "$_place" >> "$_place/log" 2>&1; then echo no > "$_place/started"; return; fi
  [ -z "${GHA_WORKING_DIR:-}" ] || mkdir -p "$GHA_WORKING_DIR" 2> /dev/null
  _words='' _input=/dev/null
  _words=$(entered)
  # A shell that waits for a person ends where there is nothing to read.
  [ -z "${GHA_OPEN_INPUT:-}" ] || { _input=$_place/input; [ -p "$_input" ] || mkfifo "$_input"; }
  # It may begin more than once.
  _life=$(($(cat "$_place/lives" 2> /dev/null || echo 0) + 1))
  echo "$_life" > "$_place/lives"
  [ -z "${GHA_HEALTH:-}" ] || { echo starting > "$_place/health"; own_health "$_life" > /dev/null 2>&1 < /dev/null & }
  if [ -n "$_words" ]; then
    (
      ( sh -c 'echo $PPID' > "$_place/own"; eval "set -- $_words"; cd "${GHA_WORKING_DIR:-${_of_image:-/}}" && _user=${GHA_USER:-} _more='' && run_as "$@" )
      echo $? > "$_place/ended.part"
      sweep "$(cat "$_place/own")"
      unlink_new "$_place"
      mv "$_place/ended.part" "$_place/ended"
    ) >> "$_place/log" 2>&1 <> "$_input" &
  fi
  echo yes > "$_place/started"
}

# Its end, as it was asked for; it can begin again.
own_end() {
  if [ -s "$_place/own" ] && [ ! -f "$_place/ended" ]; then
    _until=$(($(date +%s) + $(cat "$_place/stop")))
    kill -TERM "$(cat "$_place/own")" 2> /dev/null
    until [ -f "$_place/ended" ] || [ "$(date +%s)" -ge "$_until" ]; do sleep 0.1 2> /dev/null || sleep 1; done
    kill -KILL "$(cat "$_place/own")" 2> /dev/null
    until [ -f "$_place/ended" ]; do sleep 0.1 2> /dev/null || sleep 1; done
  fi
  rm -f "$_place/own" "$_place/health" "$_place/ended" "$_place/started" "$_place/start"
  rm -f "$_place/stop"
}

own_health() { # LIFE
  _of=$1
  # shellcheck disable=SC2086 # three numbers
  set -- ${GHA_HEALTH_TIMES:-30 3 0}
  _failed=0 _since=$(date +%s)
  while [ ! -f "$_place/ended" ] && [ -f "$_place/start" ] && [ "$(cat "$_place/lives")" = "$_of" ]; do
    if ( eval "set -- $GHA_HEALTH"; cd "${GHA_WORKING_DIR:-${_of_image:-/}}" && _user=${GHA_USER:-} _more='' && run_as "$@" ) > /dev/null 2>&1 < /dev/null; then
      _failed=0
      echo healthy > "$_place/health.part" && mv "$_place/health.part" "$_place/health"
    else
      [ $(($(date +%s) - _since)) -lt "$3" ] || _failed=$((_failed + 1))
      [ "$_failed" -lt "$2" ] || echo unhealthy > "$_place/health"
    fi
    sleep "$1"
  done
  [ ! -f "$_place/ended" ] || echo unhealthy > "$_place/health"
}
