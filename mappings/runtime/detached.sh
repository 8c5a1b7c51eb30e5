# Containers that go on behind the steps: docker run -d, and what exec and wait find of them.

# What docker run says of a container holds for docker exec too: variables, directory and user.
remembered() {
  case $_verb in run | create) ;; *) return ;; esac
  for _word in "$_name" "$_called"; do
    [ -n "$_word" ] || continue
    _as=$GHA_HANDOFF/as/$_word
    mkdir -p "$_as" && printf '%s' "$_variables" > "$_as/env" && printf '%s' "$_directory" > "$_as/dir" &&
      printf '%s' "$_user" > "$_as/user" || exit 125
  done
}

recalled() { # CONTAINER
  _as=$GHA_HANDOFF/as/$1
  [ -d "$_as" ] || return 0
  _variables="$(cat "$_as/env") $_variables" _directory=${_directory:-$(cat "$_as/dir")} _user=${_user:-$(cat "$_as/user")}
}

# docker run -d: the call goes on, its output is for docker logs.
leave() {
  _place=${_box%/*}
  echo "$_box" > "$_place/detached"
  begun
}

# Whoever leaves a container running may work in it: it has its mounts, or the call has failed.
begun() {
  until [ -f "$_box/begun" ] || [ -f "$_box/code" ]; do
    lives "$_place" || { echo "docker: the container ${_place##*/} is gone" >&2; exit 125; }
    sleep 0.05 2> /dev/null || sleep 1
  done
  [ -f "$_box/begun" ] || { cat "$_place/log" >&2; exit "$(cat "$_box/code")"; }
  echo "${_place##*/}"
  exit 0
}

# docker wait: the status of a service, or of what run -d started.
await() {
  for _word; do
    _place=$GHA_HANDOFF/$(find_sidecar container "$_word")
    if [ -f "$_place/start" ]; then _file=$_place/ended
    else _file=$(cat "$_place/detached" 2> /dev/null)/code; [ "$_file" != /code ] || refuse "there is no container $_word"; fi
    until [ -f "$_file" ]; do
      lives "$_place" || { echo 137 > "$_file"; break; }
      sleep 0.2 2> /dev/null || sleep 1
    done
    cat "$_file"
  done
}
