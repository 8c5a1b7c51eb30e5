# docker where the step's own container is the one that is called: GHA_IN_PLACE is its name, see in-place.sh.
. "$_here/links.sh"
. "$_here/calls.sh"
. "$_here/own-command.sh"

# How calls.sh and own-command.sh are to run what they run.
placed() {
  _place=$GHA_HANDOFF/$GHA_IN_PLACE _of_image=$(cat "$GHA_HANDOFF/home") _clean="env -i $(cat "$GHA_HANDOFF/image") \"PWD=\$PWD\""
}

# Runs a call in this container.
in_place() { # WORD…
  put_down "$GHA_IN_PLACE" "$@"
  here
}

# Runs what was written down; _code is its exit status.
here() {
  placed
  if [ -z "${_log:-}" ]; then
    ( umask 022; run_call ) < "$_box/in"
    _code=$?
  else
    mkfifo "$_box/out" "$_box/err" || exit 125
    tee -a "$_log" < "$_box/out" & tee -a "$_log" < "$_box/err" >&2 &
    ( umask 022; run_call ) < "$_box/in" > "$_box/out" 2> "$_box/err"
    _code=$?
    wait
    finished
  fi
  unlink_new "$_box"
  unlink_new "$_place"
  back
  rm -rf "$_box"
}

# docker run -d: the same, which goes on behind the steps.
behind() {
  placed
  _apart=$(command -v setsid)
  (
    if [ -p "$_box/in" ]; then exec <> "$_box/in"; else exec < "$_box/in"; fi
    ( sh -c 'echo $PPID' > "$_box/own"; cp "$_box/own" "$_place/own"; umask 022; run_call )
    _code=$?
    sweep "$(cat "$_box/own")"
    unlink_new "$_box"
    back
    finished
    rm -rf "$_box"
  ) >> "$_record/log" 2>&1 &
}

# A service's own command.
begin_in_place() {
  placed
  ( umask 022; own_command )
}

end_in_place() {
  placed
  own_end
}
