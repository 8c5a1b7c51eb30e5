# What a container runs by itself and how it fares; by serve or in place, where calls.sh and links.sh are read too.
# _place is the container's directory; in it are then: log, started, health, own (the process), ended (its exit status).

own_command() {
  if ! link "$_place" >> "$_place/log" 2>&1; then echo no > "$_place/started"; return; fi
  [ -z "${GHA_WORKING_DIR:-}" ] || mkdir -p "$GHA_WORKING_DIR" 2> /dev/null
  _words='' _input=/dev/null
  _words=$(entered)
  # A shell that waits for a person ends where there is nothing to read.
  [ -z "${GHA_OPEN_INPUT:-}" ] || { _input=$_place/input; mkfifo "$_input"; }
  [ -z "${GHA_HEALTH:-}" ] || { echo starting > "$_place/health"; own_health > /dev/null 2>&1 < /dev/null & }
  if [ -n "$_words" ]; then
    (
      ( sh -c 'echo $PPID' > "$_place/own"; eval "set -- $_words"; cd "${GHA_WORKING_DIR:-/}" && _user=${GHA_USER:-} _more='' && run_as "$@" )
      echo $? > "$_place/ended.part"
      unlink_new "$_place"
      mv "$_place/ended.part" "$_place/ended"
    ) >> "$_place/log" 2>&1 <> "$_input" &
  fi
  echo yes > "$_place/started"
}

own_health() {
  # shellcheck disable=SC2086 # three numbers
  set -- ${GHA_HEALTH_TIMES:-30 3 0}
  _failed=0 _since=$(date +%s)
  while [ ! -f "$_place/ended" ]; do
    if ( eval "set -- $GHA_HEALTH"; cd "${GHA_WORKING_DIR:-/}" && _user=${GHA_USER:-} _more='' && run_as "$@" ) > /dev/null 2>&1 < /dev/null; then
      _failed=0
      echo healthy > "$_place/health"
    else
      [ $(($(date +%s) - _since)) -lt "$3" ] || _failed=$((_failed + 1))
      [ "$_failed" -lt "$2" ] || echo unhealthy > "$_place/health"
    fi
    sleep "$1"
  done
  echo unhealthy > "$_place/health"
}
