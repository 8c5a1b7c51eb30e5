# Makes the caller's words NAME VALUE… into INPUT_NAME=VALUE, behind those of the directory $defaults that nobody gave.
# Names of inputs may hold what no shell takes for a name, so that env sets them.
left=$#
while [ "$left" -gt 1 ]; do
  name=$(printf '%s' "$1" | tr 'a-z ' 'A-Z_') value=$2
  shift 2
  set -- "$@" "INPUT_$name=$value"
  left=$((left - 2))
done
for one in ${defaults:+"$defaults"/*}; do
  [ ! -f "$one" ] || { value=$(cat "$one"; printf x); set -- "${one##*/}=${value%x}" "$@"; }
done
[ -z "$defaults" ] || rm -rf "$defaults"
