# What docker says of images and containers where no daemon keeps them: what was pulled, what runs, how it is.

_images=${GHA_STATE:-${TMPDIR:-/tmp}}/images
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

# A script may look at the archive it saved: it is there, and empty.
saved() {
  while [ $# -gt 0 ]; do
    case $1 in
      -o | --output) : > "$2"; shift ;;
      --output=*) : > "${1#*=}" ;;
      -o?*) : > "${1#-o}" ;;
    esac
    shift
  done
}

image_there() {
  _valued='-f --format --platform'
  operands "$@"
  eval "set -- $_words"
  for _word; do
    grep -qsxF "$(plain_name "$_word")" "$_images" || { echo "Error: No such image: $_word" >&2; exit 1; }
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

# Name, image or service, and state of each container that has been started or called.
states() {
  printf '%s\n' "${GHA_CONTAINERS:-}" | awk -F '\t' '$1 == "image" || $1 == "service" || $1 == "plain" { if (!($3 in seen)) { seen[$3] = 1; print $3 "\t" $2 "\t" $1 } }' |
    while IFS="$(printf '\t')" read -r _name _key _sort; do
      _place=${GHA_HANDOFF:-}/$_name _health='' _state=Up
      case $_sort in
        service) [ -f "$_place/start" ] || continue; _health=$(cat "$_place/health" 2> /dev/null) ;;
        image) [ -f "$_place/detached" ] || continue ;;
      esac
      _code=$(cat "$_place/ended" 2> /dev/null || cat "$(cat "$_place/detached" 2> /dev/null)/code" 2> /dev/null)
      [ -z "$_code" ] || _state="Exited ($_code)"
      printf '%s\t%s\t%s\n' "$_name" "$_key" "$_state${_health:+ ($_health)}"
    done
}

containers() {
  _valued='-f --filter --format -n --last --status' _form='' _quiet=no _wanted='' _all=no
  for _word; do
    case $_word in -aq | -qa) _quiet=yes _all=yes ;; -q | --quiet) _quiet=yes ;; -a | --all) _all=yes ;; name=*) _wanted=${_word#name=} ;;
      --filter=name=*) _wanted=${_word#*name=} ;; --format=*) _form=${_word#*=} ;; *'{{'*) _form=$_word ;; esac
  done
  operands "$@"
  eval "set -- $_words"
  [ "$_quiet" = yes ] || [ -n "$_form" ] || printf 'NAMES\tIMAGE\tSTATUS\n'
  states | while IFS="$(printf '\t')" read -r _name _key _state; do
    case $_state in Exited*) [ "$_all" = yes ] || continue ;; esac
    case $_name$_key in *"$(printf '%s' "$_wanted" | tr -d '^$/')"*) ;; *) continue ;; esac
    [ $# -eq 0 ] || [ "$_key" = "$1" ] || [ "$_name" = "$1" ] || continue
    case $_quiet$_form in
      yes* | 'no{{.Names}}' | 'no{{.Name}}' | 'no{{.ID}}') echo "$_name" ;;
      'no{{.Status}}' | 'no{{.State}}') echo "$_state" ;;
      *) printf '%s\t%s\t%s\n' "$_name" "$_key" "$_state" ;;
    esac
  done
}

# Scripts ask for the health of what they started, and go on asking until they like the answer.
inspect() {
  _valued='-f --format --type' _asked=$*
  operands "$@"
  eval "set -- $_words"
  _name=$(find_sidecar container "${1:-}")
  [ -n "$_name" ] || { image_there "$@"; exit; }
  _place=${GHA_HANDOFF:-}/$_name
  _code=$(cat "$_place/ended" 2> /dev/null || cat "$(cat "$_place/detached" 2> /dev/null)/code" 2> /dev/null)
  case $_asked in
    *ealth*) cat "$_place/health" 2> /dev/null || echo healthy ;;
    *ExitCode*) echo "${_code:-0}" ;;
    *Running*) [ -z "$_code" ] && echo true || echo false ;;
    *Status*) [ -z "$_code" ] && echo running || echo exited ;;
    *IPAddress*) echo 127.0.0.1 ;;
    *) printf '[{"Name": "/%s", "State": {"Running": %s}}]\n' "$_name" "$([ -z "$_code" ] && echo true || echo false)" ;;
  esac
}

logs() {
  _valued='--since --until --tail -n --index'
  operands "$@"
  eval "set -- $_words"
  # Containers of earlier Tasks have left theirs.
  _left=${GHA_STATE:-/nowhere}/logs
  [ ! -f "$_left/.table" ] || GHA_CONTAINERS="${GHA_CONTAINERS:-}
$(cat "$_left/.table")"
  for _word; do
    _name=$(find_sidecar container "$_word")
    [ -z "$_name" ] || cat "$_left/$_name" "${GHA_HANDOFF:-/nowhere}/$_name/log" 2> /dev/null
  done
  [ $# -gt 0 ] || cat "$_left"/* "${GHA_HANDOFF:-/nowhere}"/*/log 2> /dev/null
  return 0
}

config() {
  case " $* " in
    *' --services '*) printf '%s\n' "${GHA_CONTAINERS:-}" | awk -F '\t' '$1 == "service" || $1 == "plain" { print $2 }' ;;
    *' -q '* | *' --quiet '*) ;;
    *) echo "docker compose config: the services of this Task are its sidecars" >&2 ;;
  esac
}
