# What docker says of images and containers where no daemon keeps them: what was pulled, what runs, how it is.

_images=${GHA_STATE:-${TMPDIR:-/tmp}}/images
named_here() { grep -qsxF "$(plain_name "$1")" "$_images"; }
plain_name() { printf '%s' "${1#docker.io/}" | sed 's|^library/||; s/:latest$//'; }

# The words that are no options; those named in _valued have a value.
operands() {
  _words=''
  while [ $# -gt 0 ]; do
    case $1 in
      --) ;;
      -*) case " $_valued " in *" $1 "*) shift ;; esac ;;
      *) _words="$_words $(quoted "$1")" ;;
    esac
    [ $# -eq 0 ] || shift
  done
}

pulled() {
  _valued='--platform -i --input'
  operands "$@"
  eval "set -- $_words"
  for _word; do plain_name "$_word" >> "$_images"; echo >> "$_images"; done
}

image_there() {
  _valued='-f --format --platform'
  operands "$@"
  eval "set -- $_words"
  for _word; do
    named_here "$_word" || { echo "Error: No such image: $_word" >&2; exit 1; }
  done
  echo '[]'
}

images() {
  _valued='-f --filter --format' _quiet=no
  case " $* " in *' -q'* | *' --quiet'* | *' -aq'*) _quiet=yes ;; esac
  operands "$@"
  eval "set -- $_words"
  [ "$_quiet" = yes ] || echo 'REPOSITORY:TAG'
  [ ! -f "$_images" ] || sort -u "$_images" | while IFS= read -r _line; do
    [ $# -eq 0 ] || [ "$_line" = "$(plain_name "$1")" ] && echo "$_line"
  done
  return 0
}

# Id, name, image or service, and state of each container that has been made, and of each service that has been started.
states() {
  for _record in "$_records"/*; do
    [ -d "$_record" ] && [ ! -f "$_record/gone" ] || continue
    _id=${_record##*/} _called=$(cat "$_record/name") _code=$(ended) _state=Up
    if [ -n "$_code" ]; then _state="Exited ($_code)"; elif [ ! -f "$_record/box" ]; then _state=Created; fi
    case $_verb in compose*) ;; *) printf '%s\t%s\t%s\t%s\n' "$_id" "${_called:-$_id}" "$(cat "$_record/image")" "$_state" ;; esac
  done
  printf '%s\n' "${GHA_CONTAINERS:-}" | awk -F '\t' '$1 == "service" || $1 == "plain" { print $3 "\t" $2 "\t" $1 }' |
    while IFS="$(printf '\t')" read -r _name _key _sort; do
      _place=${GHA_HANDOFF:-}/$_name _health='' _state=Up
      [ "$_sort" = plain ] || [ -f "$_place/start" ] || continue
      [ "$_sort" = plain ] || _health=$(cat "$_place/health" 2> /dev/null)
      _code=$(cat "$_place/ended" 2> /dev/null)
      [ -z "$_code" ] || _state="Exited ($_code)"
      printf '%s\t%s\t%s\t%s\n' "$_name" "$_name" "$_key" "$_state${_health:+ ($_health)}"
    done
}

containers() {
  _valued='-f -af -qf -aqf -qaf --filter --format -n --last --status' _form='' _quiet=no _wanted='' _status='' _of='' _all=no
  for _word; do
    case $_word in --quiet) _quiet=yes ;; --all) _all=yes ;; --format=*) _form=${_word#*=} ;; *'{{'*) _form=$_word ;; --* | -*=*) ;;
      -*) case $_word in *q*) _quiet=yes ;; esac; case $_word in *a*) _all=yes ;; esac ;; esac
    case ${_word#--filter=} in name=*) _wanted=${_word##*name=} ;; status=*) _status=${_word##*status=} _all=yes ;; ancestor=*) _of=${_word##*ancestor=} ;; esac
  done
  _wanted=$(printf '%s' "$_wanted" | tr -d '^$/')
  operands "$@"
  eval "set -- $_words"
  [ "$_quiet" = yes ] || [ -n "$_form" ] || printf 'NAMES\tIMAGE\tSTATUS\n'
  states | while IFS="$(printf '\t')" read -r _id _name _key _state; do
    case $_state in Exited* | Created) [ "$_all" = yes ] || continue ;; esac
    case $_status/$_state in /* | running/Up* | exited/Exited* | created/Created) ;; *) continue ;; esac
    case $_name$_key in *"$_wanted"*) ;; *) continue ;; esac
    [ -z "$_of" ] || [ "$(plain_name "$_of")" = "$(plain_name "$_key")" ] || continue
    [ $# -eq 0 ] || [ "$_key" = "$1" ] || [ "$_name" = "$1" ] || continue
    case $_quiet$_form in
      yes* | 'no{{.ID}}') echo "$_id" ;;
      'no{{.Names}}' | 'no{{.Name}}') echo "$_name" ;;
      'no{{.Image}}') echo "$_key" ;;
      'no{{.Status}}' | 'no{{.State}}') echo "$_state" ;;
      *) printf '%s\t%s\t%s\n' "$_name" "$_key" "$_state" ;;
    esac
  done
}

# Scripts ask for the health of what they started, and go on asking until they like the answer.
inspect() {
  _valued='-f --format --type' _asked=$* _health=healthy
  operands "$@"
  eval "set -- $_words"
  for _word; do
    _place='' _state=running
    if recorded "$_word"; then
      _code=$(ended) _name=$(cat "$_record/name")
      [ -f "$_record/box" ] || _state=created
    else
      _name=$(find_sidecar container "$_word")
      [ -n "$_name" ] || { image_there "$_word"; continue; }
      _place=${GHA_HANDOFF:-}/$_name
      _code=$(cat "$_place/ended" 2> /dev/null) _health=$(cat "$_place/health" 2> /dev/null || echo healthy)
    fi
    [ -z "$_code" ] || _state=exited
    case $_asked in
      *ealth*) echo "$_health" ;;
      *ExitCode*) echo "${_code:-0}" ;;
      *Running*) [ "$_state" = running ] && echo true || echo false ;;
      *Status*) echo "$_state" ;;
      *IPAddress*) echo 127.0.0.1 ;;
      *'{{.Id}}'* | *'{{.ID}}'*) echo "${_record##*/}" ;;
      *) printf '[{"Name": "/%s", "State": {"Status": "%s", "Running": %s, "ExitCode": %s}}]\n' \
        "$_name" "$_state" "$([ "$_state" = running ] && echo true || echo false)" "${_code:-0}" ;;
    esac
  done
}

config() {
  case " $* " in
    *' --services '*) printf '%s\n' "${GHA_CONTAINERS:-}" | awk -F '\t' '$1 == "service" || $1 == "plain" { print $2 }' ;;
    *' -q '* | *' --quiet '*) ;;
    *) echo "docker compose config: the services of this Task are its sidecars" >&2 ;;
  esac
}
