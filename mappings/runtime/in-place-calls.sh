# docker where the step's own container is the one that is called: GHA_IN_PLACE is its name, see in-place.sh.
. "$_here/links.sh"
. "$_here/calls.sh"
. "$_here/own-command.sh"

# How calls.sh and own-command.sh are to run what they run.
placed() {
  _place=$GHA_HANDOFF/$GHA_IN_PLACE _clean="env -i $(cat "$GHA_HANDOFF/image") \"PWD=\$PWD\""
}

# Runs a call in this container.
in_place() { # WORD…
  put_down "$GHA_IN_PLACE" "$@"
  placed
  ( umask 022; run_call ) < "$_box/in"
  _code=$?
  unlink_new "$_box"
  unlink_new "$_place"
  back
  rm -rf "$_box"
}

# docker run -d: the same, which goes on behind the steps.
leave_in_place() { # WORD…
  put_down "$GHA_IN_PLACE" "$@"
  placed
  echo "$_box" > "$_place/detached"
  (
    if [ -p "$_box/in" ]; then exec <> "$_box/in"; else exec < "$_box/in"; fi
    ( sh -c 'echo $PPID' > "$_place/own"; umask 022; run_call )
    echo $? > "$_box/code.part"
    unlink_new "$_box"
    back
    mv "$_box/code.part" "$_box/code"
  ) >> "$_place/log" 2>&1 &
  begun
}

# A service's own command.
begin_in_place() {
  placed
  ( umask 022; own_command )
}
