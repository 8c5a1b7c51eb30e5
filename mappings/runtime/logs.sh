# docker logs and docker wait; what ends and starts again of compose; docker volume.

log_of() { _files="$_files $(quoted "$1/log")" _ends="$_ends $(quoted "$1/$2")"; } # DIRECTORY FILE-OF-ITS-END

logs() {
  _valued='--since --until --tail -n --index' _follow=no _last=+1 _before=''
  for _word; do
    case $_before$_word in
      --follow | -f | -ft | -tf) _follow=yes ;;
      --tail=* | -n=*) _last=${_word#*=} ;;
      --tail[0-9]* | -n[0-9]*) _last=${_word#-n} ;;
    esac
    case $_word in --tail | -n) _before=$_word ;; *) _before='' ;; esac
  done
  [ "$_last" != all ] || _last=+1
  operands "$@"
  eval "set -- $_words"
  # Containers of earlier Tasks have left theirs.
  _left=${GHA_STATE:-/nowhere}/logs _files='' _ends=''
  [ ! -f "$_left/.table" ] || GHA_CONTAINERS="${GHA_CONTAINERS:-}
$(cat "$_left/.table")"
  [ $# -gt 0 ] || set -- $(printf '%s\n' "${GHA_CONTAINERS:-}" | awk -F '\t' '$1 == "service" && !($2 in seen) { seen[$2] = 1; print $2 }')
  for _word; do
    _name=''
    if recorded "$_word"; then log_of "$_record" code
    elif [ -f "$_left/$_word" ]; then _files="$_files $(quoted "$_left/$_word")"
    else
      _name=$(find_sidecar container "$_word")
      [ -n "$_name" ] || { echo "docker logs: there is no container $_word in this Task" >&2; exit 1; }
      [ ! -f "$_left/$_name" ] || _files="$_files $(quoted "$_left/$_name")"
      [ ! -f "${GHA_HANDOFF:-/nowhere}/$_name/log" ] || log_of "$GHA_HANDOFF/$_name" ended
    fi
  done
  eval "set -- $_files"
  [ $# -gt 0 ] || return 0
  if [ "$_follow" = no ]; then for _file; do tail -n "$_last" "$_file"; done; return 0; fi
  if [ $# -gt 1 ]; then tail -q -n "$_last" -f "$@" & else tail -n "$_last" -f "$1" & fi
  _tail=$!
  trap 'kill "$_tail"; exit 130' TERM INT
  eval "set -- $_ends"
  # A service that was stopped starts no more by itself.
  for _file; do
    until [ -f "$_file" ] || { [ "${_file##*/}" = ended ] && [ ! -f "${_file%/*}/start" ]; }; do sleep 0.2 2> /dev/null || sleep 1; done
  done
  sleep 1
  kill "$_tail" 2> /dev/null
  return 0
}

# docker wait: the status of a container, or of a service.
await() {
  for _word; do
    if recorded "$_word"; then _file=$_record/code _place=$GHA_HANDOFF/$(cat "$_record/sidecar")
    else
      _name=$(find_sidecar container "$_word")
      [ -n "$_name" ] || { echo "docker wait: there is no container $_word in this Task" >&2; exit 1; }
      _place=$GHA_HANDOFF/$_name _file=$GHA_HANDOFF/$_name/ended
    fi
    until [ -f "$_file" ]; do
      lives "$_place" || { echo 137 > "$_file"; break; }
      sleep 0.2 2> /dev/null || sleep 1
    done
    cat "$_file"
  done
}

# The end of a service's own command; it can be started again.
end_service() { # SIDECAR SECONDS
  [ -f "$GHA_HANDOFF/$1/start" ] || return 0
  echo "$2" > "$GHA_HANDOFF/$1/stop.part" && mv "$GHA_HANDOFF/$1/stop.part" "$GHA_HANDOFF/$1/stop" || return
  [ "$1" != "${GHA_IN_PLACE:-}" ] || ( end_in_place )
  while [ -f "$GHA_HANDOFF/$1/stop" ]; do
    lives "$GHA_HANDOFF/$1" || return 0
    sleep 0.1 2> /dev/null || sleep 1
  done
}

# docker compose down, stop, kill, rm, restart and start.
ending() {
  _valued='-t --timeout -s --signal --rmi' _grace=10 _before='' _emptied=no _stops=no
  [ "$_verb" != 'compose kill' ] || _grace=0
  for _word; do
    case $_before in -t | --timeout) _grace=$_word ;; esac
    case $_word in --timeout=*) _grace=${_word#*=} ;; -v | --volumes) _emptied=yes ;; -s | -fs | -sf | --stop) _stops=yes ;; esac
    _before=$_word
  done
  [ "$_verb" != 'compose rm' ] || [ "$_stops" = yes ] || no_effect "$_verb"
  operands "$@"
  eval "set -- $_words"
  _some=no
  for _name in $(printf '%s\n' "${GHA_CONTAINERS:-}" | awk -F '\t' '$1 == "service" { print $3 }'); do
    _wanted=$([ $# -gt 0 ] || echo yes)
    for _word; do [ "$(find_sidecar service "$_word")" != "$_name" ] || _wanted=yes; done
    [ "$_wanted" = yes ] || continue
    case $_verb in
      'compose start') _some=yes; begin "$_name" || exit; continue ;;
      *) [ ! -f "$GHA_HANDOFF/$_name/start" ] || _some=yes; end_service "$_name" "$_grace" ;;
    esac
    case $_verb in
      'compose restart') begin "$_name" || exit ;;
      'compose down') [ ! -f "$GHA_HANDOFF/$_name/log" ] || : > "$GHA_HANDOFF/$_name/log" ;;
    esac
    [ "$_emptied" = no ] || told mount "$_name" | while IFS="$(printf '\t')" read -r _source _target; do
      case $_source in */* | '~'*) ;; *) rm -rf "$GHA_HANDOFF/volumes/${_source:?}" ;; esac
    done
  done
  [ "$_some" = yes ] || no_effect "$_verb"
  exit 0
}

volumes() {
  _valued='-d --driver -o --opt --label -f --filter --format' _doing=${1:-}
  [ $# -eq 0 ] || shift
  operands "$@"
  eval "set -- $_words"
  case $_doing in
    create) set -- "${1:-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')}"; mkdir -p "${GHA_HANDOFF:-/nowhere}/volumes/$1" 2> /dev/null; printf '%s\n' "$1" ;;
    rm | remove) for _word; do rm -rf "${GHA_HANDOFF:-/nowhere}/volumes/${_word:?}"; printf '%s\n' "$_word"; done ;;
    inspect) for _word; do [ -d "${GHA_HANDOFF:-/nowhere}/volumes/$_word" ] || { echo "Error response from daemon: get $_word: no such volume" >&2; exit 1; }; done; echo '[]' ;;
    *) no_effect volume ;;
  esac
  exit 0
}
