# Running what was called in a container, by serve or in place. _place is the container's directory, _box the call's, _clean
# the command that gives a program the variables of the image, _apart the one that makes it a session of its own, _of_image the
# directory that the image names, where these are known.

# WORD… in the directory and as the user of _directory and _user, with the service's variables and those of _more.
run_as() {
  case $_user in
    '' | "$(id -u)" | "$(id -u):$(id -g)" | "$(id -un)") ;;
    root | root:root | 0 | 0:0) [ "$(id -u)" = 0 ] || echo "serve: the user stays $(id -un), $_user is not taken" >&2 ;;
    *)
      if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null 2>&1; then
        case $_user in *:*) _group=${_user#*:} ;; *) _group=$(id -g "$_user" 2> /dev/null || echo 0) ;; esac
        _home=$(awk -F : -v user="${_user%%:*}" '$1 == user || $3 == user { print $6; exit }' /etc/passwd)
        set -- setpriv --reuid="${_user%%:*}" --regid="$_group" --keep-groups env ${_home:+"HOME=$_home"} "$@"
      else echo "serve: the user stays $(id -un), $_user is not taken" >&2; fi ;;
  esac
  eval "set -- $_clean $(cat "$_place/environment" 2> /dev/null) $_more \"\$@\""
  # shellcheck disable=SC2086 # a word or none
  exec ${_apart:-} "$@"
}

# The entrypoint before the words of a call, where the image has the program that the tables name.
entered() {
  eval "set -- $_words"
  [ $# -gt 0 ] || eval "set -- ${GHA_COMMAND:-}"
  _line=''
  for _word; do _line="$_line $(printf "'"; printf '%s' "$_word" | sed "s/'/'\\\\''/g"; printf "'")"; done
  eval "set -- ${GHA_ENTRYPOINT:-}"
  if [ $# -gt 0 ] && command -v "$1" > /dev/null 2>&1; then _line="${GHA_ENTRYPOINT:-} $_line"; fi
  printf '%s' "$_line"
}

# The command of a call, in its directory, as its user, with its variables.
run_call() {
  link "$_box" || { echo "serve: this container does not let go of what it has in the place of a mount" >&2; exit 125; }
  _words=$(cat "$_box/argv") _directory=$(cat "$_box/dir") _user=$(cat "$_box/user") _more=$(cat "$_box/env")
  [ ! -f "$_box/whole" ] || _words=$(entered)
  eval "set -- $_words"
  [ -z "$_directory" ] || [ -f "$_box/there" ] || mkdir -p "$_directory" 2> /dev/null
  cd "$(led "${_directory:-${GHA_WORKING_DIR:-${_of_image:-$GITHUB_WORKSPACE}}}")" || exit 126
  _user=${_user:-${GHA_USER:-}}
  : > "$_box/begun"
  run_as "$@"
}

# Docker ends all that a container began with its first process: what is left of that one's session.
sweep() { # PROCESS
  [ -n "${_apart:-}" ] || return 0
  _left=$(cat /proc/[0-9]*/stat 2> /dev/null | awk -v session="$1" '{ pid = $1; sub(/^.*[)] /, ""); if ($4 == session) print pid }')
  # shellcheck disable=SC2086 # numbers
  [ -z "$_left" ] || kill -KILL $_left 2> /dev/null
}
