# What a compose file says of a service, as GHA_CONTAINERS has it. Its lines are, with tabs between:
#   image KEY SIDECAR   container KEY SIDECAR   builder builder SIDECAR   what calls name it by
#   service KEY SIDECAR     plain KEY SIDECAR (runs by itself, nothing can be called in it)
#   env SIDECAR NAME=TEXT   a variable in which ${OTHER} is put in now; NAME alone passes a variable on
#   pinned SIDECAR TEXT KNOWN   another text with ${OTHER}, and what it was taken for at conversion
#   env-file SIDECAR FILE   (? behind it: need not be there)   mount SIDECAR SOURCE TARGET   home SIDECAR DIRECTORY
#   profiles SIDECAR A,B    after SIDECAR OTHER CONDITION   what must have happened before it starts, in compose's words

told() { # KIND SIDECAR: the rest of the lines
  printf '%s\n' "${GHA_CONTAINERS:-}" | awk -F '\t' -v kind="$1" -v name="$2" '
    $1 == kind && $2 == name { sub(/^[^\t]*\t[^\t]*\t/, ""); print }'
}

# Words NAME=VALUE, quoted for a shell: files of variables first, then what the compose file says of variables. Those of the
# call that is being read stay what they are.
environment_of() ( # SIDECAR
  _home=$(told home "$1")
  _variables=''
  told env-file "$1" > "$GHA_HANDOFF/$1/files"
  while IFS= read -r _file; do
    case $_file in *'?') _file=${_file%?}; [ -f "$_file" ] || continue ;; esac
    [ -f "$_file" ] || { echo "env file $_file not found" >&2; exit 1; }
    while IFS= read -r _line || [ -n "$_line" ]; do
      case $_line in '#'* | '') ;; *=\"*\") _line=${_line%\"}; variable "${_line%%=*}=${_line#*=\"}" ;; *) variable "$_line" ;; esac
    done < "$_file"
  done < "$GHA_HANDOFF/$1/files"
  printf '%s' "$_variables"
  eval "set -- $(quoted "$1") ${_project:-}"
  _name=$1
  shift
  [ $# -gt 0 ] || set -- "$_home/.env"
  for _file; do [ ! -f "$_file" ] || cat "$_file"; done > "$GHA_HANDOFF/$_name/dotenv"
  told env "$_name" | awk -v file="$GHA_HANDOFF/$_name/dotenv" -f "$_here/interpolate.awk"
)

# What was put in at conversion must be what would be put in now; environment_of comes first.
pinned() ( # SIDECAR
  told pinned "$1" | while IFS="$(printf '\t')" read -r _raw _known; do
    _now=$(printf 'x=%s\n' "$_raw" | awk -v file="$GHA_HANDOFF/$1/dotenv" -f "$_here/interpolate.awk")
    [ "$_now" != " $(quoted "x=$_known")" ] || continue
    echo "docker $_verb: $_raw of service $1 was taken for $_known when this was converted, and is another now" >&2
    exit 1
  done
)
