# Containers that docker run and create made, as scripts know them. Each has a directory in GHA_HANDOFF/containers, whose name
# is its id:
#   name image sidecar   what it is called, what it was made of and where it runs
#   call                 the call as handoff.sh writes it down, for docker start; box: where it went last
#   log code             what it printed; its exit status, once it has ended
#   fleeting gone        it goes with its end (--rm); it went
_records=${GHA_HANDOFF:-/nowhere}/containers

enroll() { # SIDECAR IMAGE NAME: sets _record and _id
  _id=$(od -An -N6 -tx1 /dev/urandom | tr -d ' \n') _record=$_records/$_id
  mkdir -p "$_record" || exit 125
  # Who takes a name over has it.
  [ -z "$3" ] || for _one in $(grep -lxF -e "$3" "$_records"/*/name 2> /dev/null); do : > "$_one"; done
  printf '%s\n' "$3" > "$_record/name"
  printf '%s\n' "$2" > "$_record/image"
  printf '%s\n' "$1" > "$_record/sidecar"
  : > "$_record/log"
  # The sidecar may run as another user.
  chmod 666 "$_record/log"
}

# Finds a container by its name, its id or the first digits of that; sets _record.
recorded() { # KEY
  [ -n "$1" ] || return 1
  for _record in $(grep -lxF -e "$1" "$_records"/*/name 2> /dev/null | sed 's|/name$||') "$_records/$1"*; do
    [ ! -d "$_record" ] || [ -f "$_record/gone" ] || return 0
  done
  return 1
}

# The container of a call that others may speak of; what docker exec -d began is none that anybody knows.
enrolled() {
  enroll "$_name" "$_key" "$_called"
  _log=$_record/log
  [ "$_fleeting" = no ] || : > "$_record/fleeting"
  case $_verb in *exec) : > "$_record/gone" ;; esac
  [ -z "$_cidfile" ] || echo "$_id" > "$_cidfile" || exit 125
  keep
}

# Keeps the call that was written down with its container.
keep() {
  rm -rf "$_record/call" "$_record/code"
  cp -R "$_box" "$_record/call" && printf '%s\n' "$_box" > "$_record/box" && cp "$_record/box" "$_record/call/from" || exit 125
}

# What the end of a call means for its container; _code is the status.
finished() {
  printf '%s\n' "$_code" > "$_record/code.part"
  mv "$_record/code.part" "$_record/code"
  [ ! -f "$_record/fleeting" ] || : > "$_record/gone"
}

# Carries out what was written down, in its sidecar or in place; all but docker exec -d are containers if they are left alone.
carry_out() {
  if [ "$_detached" = no ]; then
    if [ "$_name" = "${GHA_IN_PLACE:-}" ]; then here; else go; attend; fi
    return
  fi
  if [ "$_name" = "${GHA_IN_PLACE:-}" ]; then behind; else go; behind_us; fi
  # Whoever leaves a container running may work in it: it has its mounts, or the call has failed.
  until [ -f "$_box/begun" ] || [ -n "$(ended)" ]; do
    lives "${_box%/*}" || { echo "docker: the container $_name is gone" >&2; exit 125; }
    sleep 0.05 2> /dev/null || sleep 1
  done
  [ "$(ended)" != 125 ] || { cat "$_record/log" >&2; exit 125; }
  case $_verb in *exec) ;; *) echo "$_id" ;; esac
  _code=0
}

behind_us() {
  (
    until [ -f "$_box/code" ] || ! lives "${_box%/*}"; do sleep 0.2 2> /dev/null || sleep 1; done
    _code=$(cat "$_box/code" 2> /dev/null || echo 137)
    back
    finished
    rm -rf "$_box"
  ) >> "$_record/log" 2>&1 < /dev/null &
}

# What docker exec finds: a container that runs, with its variables, its directory and its user.
in_container() {
  [ -f "$_record/box" ] && [ -z "$(ended)" ] || { echo "Error response from daemon: container $_key is not running" >&2; exit 1; }
  _variables="$(cat "$_record/call/env") $_variables"
  _directory=${_directory:-$(cat "$_record/call/dir")} _user=${_user:-$(cat "$_record/call/user")}
}

in_service() {
  ! a_service "$_name" || [ -f "$GHA_HANDOFF/$_name/start" ] || { echo "service \"$_key\" is not running" >&2; exit 1; }
}

# The status of a container that has ended.
ended() { cat "$_record/code" 2> /dev/null; }
