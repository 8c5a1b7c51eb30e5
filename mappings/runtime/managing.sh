# docker stop, kill, rm, restart and start: what befalls containers that containers.sh knows.

signalled() { # SIGNAL
  _box=$(cat "$_record/box" 2> /dev/null) || return 1
  if [ -f "$_box/own" ]; then kill -"${1#SIG}" "$(cat "$_box/own")"; return; fi
  [ -d "$_box" ] && echo "${1#SIG}" > "$_box/signal.part" && mv "$_box/signal.part" "$_box/signal"
} 2> /dev/null

over() { # SECONDS: waits for the container's end
  _until=$(($(date +%s) + $1))
  while [ -z "$(ended)" ]; do
    [ "$(date +%s)" -lt "$_until" ] || return 1
    sleep 0.1 2> /dev/null || sleep 1
  done
}

halt() { # SECONDS
  [ -f "$_record/box" ] && [ -z "$(ended)" ] || return 0
  if [ "$1" != 0 ]; then signalled TERM; over "$1" && return; fi
  signalled KILL
  over 10
}

again() { # yes|no: starts it, attached or not
  [ -n "$(ended)" ] || [ ! -f "$_record/box" ] || return 0
  _from=$(cat "$_record/call/from") _name=$(cat "$_record/sidecar") _log=$_record/log
  ready "$_name"
  [ -s "$_record/call/argv" ] || [ -s "$GHA_HANDOFF/$_name/command" ] || refuse "the image's own command is not known here; write it out"
  _box=$(mktemp -d "$GHA_HANDOFF/$_name/call.XXXXXX") && cp -R "$_record/call/." "$_box/" || exit 125
  sed "s|$_from/|$_box/|g" "$_record/call/mounts" > "$_box/mounts"
  keep
  _id=$_word _detached=yes
  [ "$1" = no ] || _detached=no
  carry_out
  [ "$1" = no ] || exit "$_code"
}

managing() {
  _valued='-t --time --timeout -s --signal --detach-keys' _grace=10 _signal=KILL _force=no _attached=no
  _before=''
  for _word; do
    case $_before in -t | --time | --timeout) _grace=$_word ;; -s | --signal) _signal=$_word ;; esac
    case $_word in
      -t?*) _grace=${_word#-t} ;;
      --time=* | --timeout=*) _grace=${_word#*=} ;;
      --signal=*) _signal=${_word#*=} ;;
      --force | -f | -fv | -vf) _force=yes ;;
      --attach | -a | -ai | -ia) _attached=yes ;;
    esac
    _before=$_word
  done
  operands "$@"
  eval "set -- $_words"
  [ "$_verb" != prune ] || for _record in "$_records"/*; do [ ! -f "$_record/code" ] || : > "$_record/gone"; done
  [ $# -gt 0 ] || no_effect "$_verb"
  _failed=0
  for _word; do
    if ! recorded "$_word"; then
      _name=$(find_sidecar container "$_word")
      if [ -z "$_name" ] || ! a_service "$_name"; then echo "docker $_verb: there is no container $_word in this Task" >&2
      elif [ "$_verb" = start ]; then begin "$_name" || _failed=1
      else
        end_service "$_name" "$_grace"
        [ "$_verb" != restart ] || begin "$_name" || _failed=1
      fi
      continue
    fi
    case $_verb in
      stop) halt "$_grace" ;;
      kill) signalled "$_signal"; [ "$_signal" != KILL ] || over 10 ;;
      restart) halt "$_grace"; again no ;;
      start) again "$_attached" ;;
      rm)
        if [ -f "$_record/box" ] && [ -z "$(ended)" ]; then
          [ "$_force" = yes ] || { echo "Error response from daemon: container $_word is running: stop it or use --force" >&2; _failed=1; continue; }
          halt 0
        fi
        : > "$_record/gone" ;;
    esac
    case $_verb in start | restart) ;; *) printf '%s\n' "$_word" ;; esac
  done
  exit "$_failed"
}
