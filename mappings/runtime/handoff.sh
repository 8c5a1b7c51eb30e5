# Handing a call to a sidecar: both see the directory GHA_HANDOFF/NAME, where each call has a directory of its own.
#   argv env dir user mounts  what to run, words quoted for a shell
#   in out err                pipes, in a file
#   go, then code             starts it, ends it
#   signal                    asks for its end

# One word that a shell reads as just this text.
quoted() { printf "'"; printf '%s' "$1" | sed "s/'/'\\\\''/g"; printf "'"; }

# Variables of the container: NAME=VALUE, or a name whose value is taken from here if it has one.
variable() { variables="$variables$(quoted "$1") "; }
from_here() {
  if printenv "$1" > /dev/null; then
    value=$(printenv "$1"; printf x)
    variable "$1=${value%?x}"
  fi
}

# An image, service or container by its name; a container also by that of its sidecar, as docker create and run -d print it.
find_sidecar() { # KIND KEY
  printf '%s\n' "${GHA_CONTAINERS:-}" | awk -F '\t' -v kind="$1" -v key="$2" '
    function bare(image) { sub(/^docker\.io\//, "", image); sub(/^library\//, "", image); sub(/:latest$/, "", image); return image }
    $1 == kind && ($2 == key || (kind == "image" && bare($2) == bare(key))) { found = $3; exit }
    kind == "container" && $3 == key { own = $3 }
    # Compose calls the containers of a service PROJECT-SERVICE-1.
    $1 == "service" && kind == "container" && key ~ ("[-_]" $2 "[-_][0-9]+$") { near = $3 }
    END { print (found != "" ? found : own != "" ? own : near) }'
}

# Waits until a sidecar serves; its image may still be on the way.
ready() {
  [ -n "$1" ] || { echo "docker: no container of this Task has this name" >&2; exit 125; }
  waited=0
  until [ -f "$GHA_HANDOFF/$1/ready" ]; do
    sleep 0.2 2> /dev/null || sleep 1
    waited=$((waited + 1))
    [ "$waited" -lt 3000 ] || { echo "docker: the container $1 did not start in 10 minutes" >&2; exit 125; }
  done
}

hand_over() { # NAME WORD…
  box=$(mktemp -d "$GHA_HANDOFF/$1/call.XXXXXX") || exit 125
  shift
  for word; do quoted "$word"; printf ' '; done > "$box/argv"
  { printf '%s' "$variables"; carried; } > "$box/env"
  printf '%s' "$directory" > "$box/dir"
  printf '%s' "$user" > "$box/user"
  resolved < "$mounts" > "$box/mounts" || { rm -rf "$box" "$mounts"; exit 125; }
  rm -f "$mounts"
  if [ "$interactive" = yes ] && [ ! -t 0 ]; then cat > "$box/in"; else : > "$box/in"; fi
  mkfifo "$box/out" "$box/err"
  # The sidecar may run as another user.
  chmod 666 "$box/out" "$box/err"
  chmod 777 "$box"
  : > "$box/go"
  if [ "$detached" = yes ]; then
    place=${box%/*}
    echo "$box" > "$place/detached"
    ( cat "$box/err" & cat "$box/out"; wait ) >> "$place/log" 2>&1 < /dev/null &
    echo "${place##*/}"
    exit 0
  fi
  trap ': > "$box/signal"' TERM INT
  # Whoever signals all processes must not stop these: what the container still says is to be read.
  ( trap '' TERM INT; exec cat "$box/out" ) &
  one=$!
  ( trap '' TERM INT; exec cat "$box/err" >&2 ) &
  two=$!
  while kill -0 "$one" 2> /dev/null || kill -0 "$two" 2> /dev/null; do wait "$one" "$two"; done
  until [ -f "$box/code" ]; do sleep 0.05 2> /dev/null || sleep 1; done
  code=$(cat "$box/code")
  back
  rm -rf "$box"
  exit "$code"
}

# Values for expressions in the code go with it; secrets and the runtime's own variables stay here.
carried() {
  awk 'BEGIN { for (name in ENVIRON) if (name ~ /^(GHA|INPUT)_[A-Za-z0-9_]+$/) print name }' | sort | while read -r name; do
    case $name in
      GHA_STATE | GHA_MASKS | GHA_SECRET_* | GHA_RUNTIME | GHA_STEP | GHA_CONTAINERS | GHA_HANDOFF | GHA_SCOPE | GHA_VENV | GHA_HOME | \
        GHA_MODE | GHA_TEXT) ;;
      *) quoted "$name=$(printenv "$name")"; printf ' ' ;;
    esac
  done
}

# Mounts as the sidecar can follow them. It sees the workspace; what lies elsewhere is copied there and back.
resolved() {
  copies=0 root=$(cd "$GITHUB_WORKSPACE" && pwd -P)
  while IFS="$(printf '\t')" read -r source target; do
    case $source in
      */docker.sock) echo "docker: there is no daemon whose socket could be mounted" >&2; return 1 ;;
      /dev | /dev/* | /proc | /proc/* | /sys | /sys/* | /etc/localtime | /etc/timezone)
        echo "docker: $source is the container's own" >&2; continue ;;
      /*) ;;
      . | ./* | .. | ../* | */*) source=$(pwd)/$source ;;
      *) source=$GITHUB_WORKSPACE/.volumes/$source ;;
    esac
    # As docker does; and without . and .. in it.
    [ -e "$source" ] || mkdir -p "$source" || return 1
    if [ -d "$source" ]; then source=$(cd "$source" && pwd -P); fi
    case $source in
      "$root" | "$root"/* | "$GITHUB_WORKSPACE"/*) printf '%s\t%s\n' "$source" "$target" ;;
      *)
        copies=$((copies + 1))
        cp -R "$source" "$box/copy.$copies" && chmod -R a+rwX "$box/copy.$copies" || return 1
        printf '%s\n' "$source" > "$box/source.$copies"
        printf '%s\t%s\n' "$box/copy.$copies" "$target" ;;
    esac
  done
}

back() {
  for one in "$box"/source.*; do
    [ -f "$one" ] || continue
    source=$(cat "$one") copied=$box/copy.${one##*.}
    if [ -d "$copied" ]; then cp -R "$copied/." "$source/"; else cmp -s "$copied" "$source" || cp "$copied" "$source"; fi
  done
}

# docker wait: the status of what run -d started.
await() {
  for word; do
    box=$(cat "$GHA_HANDOFF/$(find_sidecar container "$word")/detached" 2> /dev/null) || { echo "docker: no such container: $word" >&2; return 1; }
    until [ -f "$box/code" ]; do sleep 0.2 2> /dev/null || sleep 1; done
    cat "$box/code"
  done
}

# docker cp: what crosses lies in the handoff directory for a moment.
copy() {
  while :; do case ${1:-} in -?*) shift ;; *) break ;; esac; done
  [ $# = 2 ] || { echo "docker cp: two paths are needed" >&2; return 1; }
  directory=/ user='' detached=no interactive=no variables='' mounts=$(mktemp)
  passage=$(mktemp -d "$GHA_HANDOFF/passage.XXXXXX") && chmod 777 "$passage" || return 1
  case $1 in
    *:*)
      name=$(find_sidecar container "${1%%:*}"); ready "$name"
      ( hand_over "$name" sh -c 'cp -R "$2" "$1/" && chmod -R a+rX "$1"' sh "$passage" "${1#*:}" ) && cp -R "$passage"/* "$2" ;;
    *)
      name=$(find_sidecar container "${2%%:*}"); ready "$name"
      cp -R "$1" "$passage/" && chmod -R a+rX "$passage" &&
        ( hand_over "$name" sh -c 'cp -R "$1"/* "$2"' sh "$passage" "${2#*:}" ) ;;
  esac
  code=$?
  rm -rf "$passage"
  return "$code"
}
