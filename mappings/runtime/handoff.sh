# Handing a call to a sidecar: both see the directory GHA_HANDOFF/NAME, where each call has a directory of its own.
#   argv env dir user mounts  what to run, words quoted for a shell
#   in out err                pipes
#   go, then code             starts it, ends it

# One word that a shell reads as just this text.
quoted() { printf "'"; printf '%s' "$1" | sed "s/'/'\\\\''/g"; printf "'"; }

find_sidecar() { # KIND KEY
  printf '%s\n' "${GHA_CONTAINERS:-}" | awk -F '\t' -v kind="$1" -v key="$2" '
    $1 == kind && $2 == key { print $3; found = 1; exit }
    $1 == "service" && kind == "container" && index(key, $2) { near = $3 }
    END { if (!found && near != "") print near }'
}

# Waits until a sidecar serves; its image may still be on the way.
ready() {
  [ -n "$1" ] || { echo "docker: no container of this Task has this name" >&2; exit 125; }
  waited=0
  until [ -f "$GHA_HANDOFF/$1/ready" ]; do
    sleep 0.2
    waited=$((waited + 1))
    [ "$waited" -lt 3000 ] || { echo "docker: the container $1 did not start in 10 minutes" >&2; exit 125; }
  done
}

hand_over() { # NAME WORD…
  box=$GHA_HANDOFF/$1/call.$$.$(date +%s%N 2> /dev/null | tail -c 10)
  mkdir -p "$box" || exit 125
  chmod 777 "$box"
  shift
  for word; do quoted "$word"; printf ' '; done > "$box/argv"
  # Values for expressions in the code, and what -e names; secrets and the runtime's own variables stay here.
  {
    printf '%s' "$variables"
    env | sed -n 's/^\(\(GHA\|INPUT\)_[A-Za-z0-9_]*\)=.*/\1/p' | sort -u | while read -r name; do
      case $name in
        GHA_STATE | GHA_MASKS | GHA_SECRET_* | GHA_RUNTIME | GHA_STEP | GHA_CONTAINERS | GHA_HANDOFF | GHA_SCOPE | GHA_VENV | GHA_HOME) ;;
        *) quoted "$name=$(printenv "$name")"; printf ' ' ;;
      esac
    done
  } > "$box/env"
  printf '%s' "$directory" > "$box/dir"
  printf '%s' "$user" > "$box/user"
  resolved "$mounts" > "$box/mounts" || exit 125
  rm -f "$mounts"
  mkfifo "$box/out" "$box/err"
  if [ -t 0 ] || [ "$(readlink -f /dev/stdin 2> /dev/null)" = /dev/null ]; then : > "$box/in"; else cat > "$box/in"; fi
  : > "$box/go"
  if [ "$detached" = yes ]; then echo "${box##*/}"; ( cat "$box/out" "$box/err" > "$box/../log" 2>&1 & ) ; exit 0; fi
  trap 'echo TERM > "$box/signal"' TERM INT
  cat "$box/out" &
  one=$!
  cat "$box/err" >&2 &
  two=$!
  while kill -0 "$one" 2> /dev/null || kill -0 "$two" 2> /dev/null; do wait "$one" "$two"; done
  until [ -f "$box/code" ]; do sleep 0.05; done
  code=$(cat "$box/code")
  rm -rf "$box"
  exit "$code"
}

# Mounts whose source lies in the workspace, as absolute paths.
resolved() {
  while IFS="$(printf '\t')" read -r source target; do
    case $source in
      /var/run/docker.sock) echo "docker: there is no daemon whose socket could be mounted" >&2; return 1 ;;
      /*) ;;
      . | ./* | ../* | */*) source=$(pwd)/${source#./} ;;
      *) source=$GITHUB_WORKSPACE/.volumes/$source; mkdir -p "$source" ;;
    esac
    case $source in
      "$GITHUB_WORKSPACE" | "$GITHUB_WORKSPACE"/*) printf '%s\t%s\n' "${source%/.}" "$target" ;;
      *) echo "docker: $source lies outside of the workspace and is not seen by the container" >&2 ;;
    esac
  done < "$1"
}

# docker cp: both sides are in the workspace or are copied by the sidecar.
copy() {
  while :; do case ${1:-} in -*) shift ;; *) break ;; esac; done
  from=$1 to=$2 directory='' user='' detached=no variables='' mounts=$(mktemp)
  case $from in
    *:*)
      name=$(find_sidecar container "${from%%:*}"); ready "$name"
      passage=$GITHUB_WORKSPACE/.passage.$$
      ( hand_over "$name" sh -c 'mkdir -p "$1" && cp -R "$2" "$1/"' sh "$passage" "${from#*:}" ) && cp -R "$passage/." "$to" ;;
    *)
      name=$(find_sidecar container "${to%%:*}"); ready "$name"
      passage=$GITHUB_WORKSPACE/.passage.$$
      mkdir -p "$passage" && cp -R "$from" "$passage/" &&
        ( hand_over "$name" sh -c 'cp -R "$1"/. "$2"' sh "$passage" "${to#*:}" ) ;;
  esac
  code=$?
  rm -rf "$passage"
  return "$code"
}
