# What a person gives a run is judged as GitHub judges it before it starts one; nothing given is no fault.
#   input NAME VALUE --number | --boolean | --one-of CHOICE…
input() {
  _title=$1 _value=$2 _kind=$3
  shift 3
  [ -n "$_value" ] && [ "$GHA_SKIPPED" != yes ] || return 0
  case $_kind in
    --number)
      ! printf '%s' "$_value" | grep -Evq '^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$' || refuse_input 'a number' ;;
    --boolean) case $_value in true | false) ;; *) refuse_input 'true or false' ;; esac ;;
    *)
      for _choice; do [ "$_choice" != "$_value" ] || return 0; done
      refuse_input "one of $(printf '%s, ' "$@" | sed 's/, $//')" ;;
  esac
}

refuse_input() {
  printf 'Error: the input %s is %s, and must be %s\n' "$_title" "$_value" "$1" | masked
  exit 1
}

# A machine that only the run knows may be one that no Pod is.
#   runs_on TEMPLATE
runs_on() {
  [ "$GHA_SKIPPED" != yes ] || return 0
  _machine=$(template "$1") || exit 1
  case $_machine in
    [Ww]indows* | [Mm]acos* | macOS*) printf 'Error: this job runs on %s, and Pods run Linux\n' "$_machine"; exit 1 ;;
  esac
}
