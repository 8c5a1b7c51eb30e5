# docker compose up, and what services wait for.
# A sidecar's directory in GHA_HANDOFF has: start (asks for its own command), started, health, ended (its exit status).

# Whether a sidecar is a service, which is there once it was started; an image is there at any time.
a_service() {
  printf '%s\n' "${GHA_CONTAINERS:-}" | awk -F '\t' -v name="$1" '
    $3 == name && $1 == "service" { found = 1 } $3 == name && $1 == "image" { always = 1 } END { exit !found || always }'
}

up() {
  _detached=no _waits=no _abort=no _from='' _alone=no _again=if
  while :; do
    case ${1:-} in
      -d | --detach) _detached=yes ;;
      --wait) _detached=yes _waits=yes ;;
      --abort-on-container-exit | --abort-on-container-failure) _abort=yes ;;
      --exit-code-from | --exit-code-from=*) _abort=yes _from=${1#*=}; [ "$1" != --exit-code-from ] || { _from=$2; shift; } ;;
      --no-deps) _alone=yes ;;
      --no-recreate) _again=no ;;
      --force-recreate) _again=yes ;;
      --attach | --no-attach | --pull | --scale | -t | --timeout | --wait-timeout) shift ;;
      -*) ;;
      *) break ;;
    esac
    shift
  done
  _started=''
  if [ $# -gt 0 ]; then
    for _word; do
      _name=$(find_sidecar service "$_word")
      [ -n "$_name" ] || _name=$(find_sidecar plain "$_word")
      [ -n "$_name" ] || refuse "no container of this Task is $_word; convert again so that it gets one"
      _started="$_started $_name"
    done
  else
    for _name in $(printf '%s\n' "${GHA_CONTAINERS:-}" | awk -F '\t' '$1 == "service" { print $3 }'); do
      _wanted=$(told profiles "$_name")
      [ -z "$_wanted" ] || printf '%s\n%s\n' "$_wanted" "$_profiles" | awk '
        NR == 1 { n = split($0, wanted, ","); next }
        { m = split($0, given, ","); for (i = 1; i <= n; i++) for (j = 1; j <= m; j++) if (wanted[i] == given[j] || given[j] == "*") found = 1 }
        END { exit !found }' || continue
      _started="$_started $_name"
    done
  fi
  [ -n "$_started" ] || refuse "no service of this Task is known; convert again so that it gets some"
  # Who ended earlier begins again.
  for _name in $_started; do [ ! -f "$GHA_HANDOFF/$_name/ended" ] || end_service "$_name" 0; done
  for _name in $_started; do begin "$_name" || exit; done
  if [ "$_waits" = yes ]; then for _name in $_started; do reach "$_name" service_healthy || exit; done; fi
  [ "$_detached" = no ] || exit 0
  follow
}

# Starts a service once what it waits for has happened.
begin() ( # SIDECAR
  [ -z "$(printf '%s\n' "${GHA_CONTAINERS:-}" | awk -F '\t' -v n="$1" '$1 == "plain" && $3 == n { print n }')" ] || exit 0
  ready "$1"
  _box=$GHA_HANDOFF/$1
  if [ -f "$_box/start" ]; then
    # One that would be another now is begun again.
    [ "${_again:-if}" != no ] && { environment_of "$1" > "$_box/now" || exit; } || exit 0
    [ "${_again:-if}" = yes ] || ! cmp -s "$_box/now" "$_box/environment" || exit 0
    end_service "$1" 10
  fi
  [ "${_alone:-no}" = yes ] || settle "$1" || exit
  environment_of "$1" > "$_box/environment" || exit
  pinned "$1" || exit 125
  told mount "$1" > "$_box/wanted"
  resolved < "$_box/wanted" > "$_box/mounts" || exit 125
  : > "$_box/start"
  [ "$1" != "${GHA_IN_PLACE:-}" ] || begin_in_place
  until [ -f "$_box/started" ]; do sleep 0.1 2> /dev/null || sleep 1; done
  [ "$(cat "$_box/started")" = yes ] || { cat "$_box/log" >&2; exit 1; }
)

# What a service waits for.
settle() ( # SIDECAR
  told after "$1" | while IFS="$(printf '\t')" read -r _other _condition; do
    ( _again=if; begin "$_other" ) && reach "$_other" "$_condition" || exit 1
  done
)

reach() { # SIDECAR CONDITION
  while :; do
    _health=$(cat "$GHA_HANDOFF/$1/health" 2> /dev/null) _ended=$(cat "$GHA_HANDOFF/$1/ended" 2> /dev/null)
    case $2 in
      service_completed_successfully)
        case $_ended in '') ;; 0) return ;; *) echo "service \"$1\" didn't complete successfully: exit $_ended" >&2; return 1 ;; esac ;;
      service_healthy)
        case $_health in '' | healthy) [ -n "$_health" ] || [ -z "$_ended" ] || [ "$_ended" = 0 ] || { echo "container $1 exited ($_ended)" >&2; return 1; }; return ;;
          unhealthy) echo "dependency failed to start: container $1 is unhealthy" >&2; return 1 ;; esac ;;
      *) return ;;
    esac
    lives "$GHA_HANDOFF/$1" || { echo "container $1 is gone" >&2; return 1; }
    sleep 0.2 2> /dev/null || sleep 1
  done
}

# docker compose up in the foreground: what the services print, until they have ended.
follow() {
  set --
  for _name in $_started; do set -- "$@" "$GHA_HANDOFF/$_name/log"; done
  tail -n +1 -f "$@" & _tail=$!
  while :; do
    _left=0 _code=''
    for _name in $_started; do
      _ended=$(cat "$GHA_HANDOFF/$_name/ended" 2> /dev/null)
      if [ -z "$_ended" ]; then _left=$((_left + 1)); else _code=$_ended; fi
    done
    if [ -n "$_from" ]; then
      _code=$(cat "$GHA_HANDOFF/$(find_sidecar service "$_from")/ended" 2> /dev/null)
      [ -z "$_code" ] || break
    elif [ "$_abort" = yes ] && [ -n "$_code" ]; then break
    elif [ "$_left" = 0 ]; then _code=0; break; fi
    sleep 0.2 2> /dev/null || sleep 1
  done
  sleep 1
  kill "$_tail" 2> /dev/null
  exit "${_code:-0}"
}
