# Handing a call to a sidecar: both see the directory GHA_HANDOFF/NAME, where each call has a directory of its own.
#   argv env dir user mounts  what to run, words quoted for a shell
#   in out err                a file and two pipes
#   whole                     is there where the image's entrypoint comes first
#   left                      is there where nobody waits: the log to which it prints, without out and err
#   there                     is there where the directory must be there already
#   run                       is there where the end of the command ends all that it began
#   go, begun, code           starts it; it has its mounts; its end
#   held, then unread         what it began goes on and holds the pipes; nobody reads them any more
#   signal                    the name of one to be sent, TERM if there is none
# The caller sets _directory, _user, _interactive, _variables and _mounts, or leaves them empty.

# One word that a shell reads as just this text.
quoted() { printf "'"; printf '%s' "$1" | sed "s/'/'\\\\''/g"; printf "'"; }

# The sidecar of an image, service or container: of one that docker run or create made, or of a service.
find_sidecar() { # KIND KEY
  if [ "$1" = container ] && recorded "$2"; then cat "$_record/sidecar"; return; fi
  printf '%s\n' "${GHA_CONTAINERS:-}" | awk -F '\t' -v kind="$1" -v key="$2" '
    function bare(image) { sub(/^docker\.io\//, "", image); sub(/^library\//, "", image); sub(/:latest$/, "", image); return image }
    # A run that was started by hand may have been given a branch: the commit is known since the checkout.
    $1 == "image" { gsub(/[$][{][{]github[.]sha[}][}]/, ENVIRON["GITHUB_SHA"], $2) }
    kind == "container" && $1 == "container" && $2 == key { named = $3 }
    # Compose calls the containers of a service PROJECT-SERVICE-1.
    kind == "container" && ($1 == "service" || $1 == "plain") {
      service[$3] = 1
      if ($2 == key || key ~ ("[-_]" $2 "[-_][0-9]+$")) near = $3
      if ($3 == key) own = $3
    }
    kind != "container" && $1 == kind && ($2 == key || (kind == "image" && bare($2) == bare(key))) { found = $3; exit }
    END { print (found != "" ? found : named in service ? named : own != "" ? own : near) }'
}

# Waits until a sidecar serves; its image may still be on the way.
ready() { # NAME
  _waited=0
  until [ -f "$GHA_HANDOFF/$1/ready" ]; do
    sleep 0.2 2> /dev/null || sleep 1
    _waited=$((_waited + 1))
    [ "$_waited" -lt 3000 ] || { echo "docker: the container $1 did not start in 10 minutes" >&2; exit 125; }
  done
}

# Writes a call down and starts it.
prepare() { # NAME WORD…
  put_down "$@"
  go
}

go() {
  if [ "${_detached:-no}" = yes ]; then printf '%s\n' "$_record/log" > "$_box/left"
  else
    mkfifo "$_box/out" "$_box/err" || exit 125
    # The sidecar may run as another user.
    chmod 666 "$_box/out" "$_box/err"
  fi
  chmod 777 "$_box"
  : > "$_box/go"
}

# Runs a call to its end, wherever its container is; _code is its exit status.
through() { # NAME WORD…
  [ "$1" != "${GHA_IN_PLACE:-}" ] || { shift; in_place "$@"; return; }
  prepare "$@"
  attend
}

# Writes a call down; _box is its directory.
put_down() { # NAME WORD…
  _box=$(mktemp -d "$GHA_HANDOFF/$1/call.XXXXXX") || exit 125
  shift
  for _word; do quoted "$_word"; printf ' '; done > "$_box/argv"
  { printf '%s ' "${_variables:-}"; carried; } > "$_box/env"
  printf '%s' "${_directory:-}" > "$_box/dir"
  printf '%s' "${_user:-}" > "$_box/user"
  [ -z "${_whole:-}" ] || : > "$_box/whole"
  case ${_verb:-} in *exec) : > "$_box/there" ;; esac
  [ "${_runs:-no}" = no ] || : > "$_box/run"
  : > "$_box/mounts"
  if [ -n "${_mounts:-}" ]; then
    printf '%s' "$_mounts" | resolved > "$_box/mounts" || { rm -rf "$_box"; exit 125; }
  fi
  if [ "${_interactive:-no}" = yes ] && [ "${_detached:-no}" = no ] && [ ! -t 0 ]; then cat > "$_box/in"
  elif [ "${_detached:-no}${_open:-no}" = yesyes ]; then mkfifo "$_box/in" && chmod 666 "$_box/in"
  else : > "$_box/in"; fi
}

# Values for expressions in the code go with it; secrets and the runtime's own variables stay here.
carried() {
  awk 'BEGIN { for (name in ENVIRON) if (name ~ /^(GHA|INPUT)_[A-Za-z0-9_]+$/) print name }' | sort | while read -r _word; do
    case $_word in
      GHA_HEALTH | GHA_HEALTH_TIMES | GHA_OPEN_INPUT | GHA_STATE | GHA_JOB | GHA_MASKS | GHA_SECRET_* | GHA_RUNTIME | GHA_STEP | GHA_CONTAINERS | GHA_BUILT | GHA_HANDOFF | GHA_SHARED | GHA_SCOPE | GHA_VENV | GHA_HOME | \
        GHA_MODE | GHA_TEXT | GHA_PLACES | GHA_KEPT | GHA_IN_PLACE | GHA_ENTRYPOINT | GHA_COMMAND | GHA_USER | GHA_WORKING_DIR) ;;
      *) quoted "$_word=$(printenv "$_word")"; printf ' ' ;;
    esac
  done
}

# Whether a sidecar still gives signs of life; asked again and again.
lives() { # DIRECTORY
  [ "${1##*/}" != "${GHA_IN_PLACE:-}" ] || return 0
  _now=$(date +%s) _beat=$(cat "$1/alive" 2> /dev/null)
  [ "$_beat" = "${_last_beat:-none}" ] || _last_beat=$_beat _last_sign=$_now
  [ $((_now - _last_sign)) -lt "${GHA_SILENCE:-60}" ]
}

# Ends a call whose sidecar is gone: whoever reads from it is let go. So are those who wait for what it left running.
guard() {
  while [ ! -f "$_box/code" ]; do
    sleep 2
    lives "${_box%/*}" && continue
    echo gone > "$_box/code"
    : <> "$_box/out"
    : <> "$_box/err"
    : > "$_box/held"
  done
  [ ! -f "$_box/held" ] || { sleep 1; kill -KILL "$_one" "$_two"; }
}

printed() { if [ -n "${_log:-}" ]; then exec tee -a "$_log" < "$1"; else exec cat "$1"; fi; } # FILE

# Prints what a call prints and waits for its end; _code is its exit status.
attend() {
  trap ': > "$_box/signal"' TERM INT
  # Whoever signals all processes must not stop these: what the container still says is to be read.
  ( trap '' TERM INT; printed "$_box/out" ) &
  _one=$!
  ( trap '' TERM INT; printed "$_box/err" >&2 ) &
  _two=$!
  guard > /dev/null 2>&1 &
  _guard=$!
  while kill -0 "$_one" 2> /dev/null || kill -0 "$_two" 2> /dev/null; do wait "$_one" "$_two"; done
  until [ -f "$_box/code" ]; do sleep 0.05 2> /dev/null || sleep 1; done
  kill "$_guard" 2> /dev/null
  _code=$(cat "$_box/code")
  if [ "$_code" = gone ]; then
    _code=137 _box_of=${_box%/*}
    echo "docker: the container ${_box_of##*/} is gone: it was killed, perhaps for want of memory" >&2
  fi
  back
  [ -z "${_log:-}" ] || finished
  if [ -f "$_box/held" ]; then : > "$_box/unread"; else rm -rf "$_box"; fi
}
