# What crosses between the shell's container and a sidecar: mounts of docker run, docker cp.

# Whether a path lies in a directory that the sidecars have too, in the same place; GHA_SHARED has a line for each.
shared() { # PATH
  printf '%s' "${GHA_SHARED:-}" | awk -v path="$1/" 'length($0) && index(path, $0 "/") == 1 { found = 1 } END { exit !found }'
}

# Mounts as the sidecar can follow them. It sees the workspace; what lies elsewhere is copied there and back.
resolved() {
  _copies=0 _root=$(cd "$GITHUB_WORKSPACE" && pwd -P)
  while IFS="$(printf '\t')" read -r _source _target; do
    case $_source in
      */docker.sock) echo "docker: there is no daemon whose socket could be mounted" >&2; return 1 ;;
      /dev | /dev/* | /proc | /proc/* | /sys | /sys/* | /etc/localtime | /etc/timezone)
        echo "docker: $_source is the container's own" >&2; continue ;;
      /*) ;;
      . | ./* | .. | ../* | */*) _source=$(pwd)/$_source ;;
      *) _source=$GHA_HANDOFF/volumes/$_source ;;
    esac
    # As docker does; and without . and .. in it.
    [ -e "$_source" ] || mkdir -p "$_source" || return 1
    if [ -d "$_source" ]; then _source=$(cd "$_source" && pwd -P); fi
    case $_source in
      "$_root" | "$_root"/* | "$GITHUB_WORKSPACE"/*) ;;
      *) if shared "$_source"; then printf '%s\t%s\n' "$_source" "$_target"; continue; fi ;;
    esac
    case $_source in
      "$_root" | "$_root"/* | "$GITHUB_WORKSPACE"/*) ;;
      "$GHA_HANDOFF"/volumes/*) chmod 777 "$GHA_HANDOFF/volumes" "$_source" 2> /dev/null ;;
      "${HOME:-/}")
        echo "docker: the whole of $_source is not taken to the container" >&2; continue ;;
      /*/*)
        _copies=$((_copies + 1))
        printf '%s\n' "$_source" > "$_box/source.$_copies"
        cp -R "$_source" "$_box/copy.$_copies" && chmod -R a+rwX "$_box/copy.$_copies" || return 1
        _source=$_box/copy.$_copies ;;
      *) echo "docker: the whole of $_source is not taken to the container" >&2; continue ;;
    esac
    printf '%s\t%s\n' "$_source" "$_target"
  done
}

back() {
  for _one in "$_box"/source.*; do
    [ -f "$_one" ] || continue
    _source=$(cat "$_one") _copied=$_box/copy.${_one##*.}
    if [ -d "$_copied" ]; then cp -R "$_copied/." "$_source/"; else cmp -s "$_copied" "$_source" || cp "$_copied" "$_source"; fi
  done
}

# docker cp: a file or directory, or what is in one (DIR/.), into a directory that is there or under another name.
PUT='if [ -f "$1/all" ]; then mkdir -p "$2" && cp -R "$1/what/." "$2/"; exit; fi
for f in "$1/what"/* "$1/what"/.[!.]*; do [ ! -e "$f" ] || cp -R "$f" "$2" || exit 1; done'
TAKE='case $2 in */.) : > "$1/all" ;; esac; mkdir -p "$1/what" && cp -RH "$2" "$1/what/" && chmod -R a+rX "$1"'

copy() {
  while :; do case ${1:-} in -?*) shift ;; *) break ;; esac; done
  [ $# = 2 ] || refuse "two paths are needed"
  case "$1 $2" in '- '* | *' -') refuse "archives from and to - are not carried" ;; esac
  _directory=/
  _passage=$(mktemp -d "$GHA_HANDOFF/passage.XXXXXX") && chmod 777 "$_passage" || exit 125
  case $1 in
    /* | ./* | ../*) _inside=$2 ;;
    *:*) _inside=$1 ;;
    *) _inside=$2 ;;
  esac
  _name=$(find_sidecar container "${_inside%%:*}")
  [ -n "$_name" ] || { rm -rf "$_passage"; refuse "no container of this Task is ${_inside%%:*}"; }
  ready "$_name"
  if [ "$_inside" = "$1" ]; then
    through "$_name" sh -c "$TAKE" sh "$_passage" "${1#*:}"
    [ "$_code" != 0 ] || sh -c "$PUT" sh "$_passage" "$2" || _code=1
  elif sh -c "$TAKE" sh "$_passage" "$1"; then
    through "$_name" sh -c "$PUT" sh "$_passage" "${2#*:}"
  else
    _code=1
  fi
  rm -rf "$_passage" 2> /dev/null
  exit "$_code"
}
