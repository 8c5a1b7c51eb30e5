# docker login, build, tag and push: by buildah, in a sidecar that the Task has where its scripts build images. What they run
# themselves was built by a Task before.

builder() { printf '%s\n' "${GHA_CONTAINERS:-}" | awk -F '\t' '$1 == "builder" { print $3; exit }'; }

handed() { # WORD…: in the builder, as the call's end
  _directory=$(pwd) _user=''
  prepare "$_name" env BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs "$@"
  attend
}

log_in() {
  _name=$(builder)
  [ -n "$_name" ] || { cat > /dev/null 2>&1; no_effect login; }
  _interactive=yes
  ready "$_name"
  handed buildah login "$@"
  exit "$_code"
}

building() {
  [ "$_verb" != build ] || ! built_before "$@" || exit 0
  _name=$(builder)
  [ -n "$_name" ] || refuse "there is no daemon in this Pod to do this"
  ready "$_name"
  case $_verb in
    build) build "$@" ;;
    tag) handed sh -c 'buildah inspect --type image "$1" > /dev/null 2>&1 || buildah pull -q "$1" && buildah tag "$1" "$2"' sh "$@" ;;
    push)
      while :; do case ${1:-} in -?*) shift ;; *) break ;; esac; done
      handed buildah push "$@" ;;
    'manifest create')
      while :; do case ${1:-} in -?*) shift ;; *) break ;; esac; done
      list "$@" ;;
    'manifest annotate') handed buildah manifest annotate "$@" ;;
    'manifest push')
      while :; do case ${1:-} in -?*) shift ;; *) break ;; esac; done
      handed buildah manifest push --all "$1" "docker://$1" ;;
    'manifest rm') handed buildah manifest rm "$@" ;;
    'manifest inspect' | 'imagetools inspect')
      while :; do
        case ${1:-} in --builder) shift 2 ;; --format*) refuse "only the whole list can be printed" ;; -?*) shift ;; *) break ;; esac
      done
      handed buildah manifest inspect "$1" ;;
    'imagetools create') indexed "$@" ;;
    *) refuse "there is no daemon in this Pod to do this" ;;
  esac
  exit "$_code"
}

# A new list of images, which lie in registries.
list() { # NAME IMAGE…
  _list=$1
  shift
  _sources=''
  for _word; do _sources="$_sources docker://$_word"; done
  # shellcheck disable=SC2086 # names of images have no blanks
  handed sh -c 'buildah manifest rm "$1" > /dev/null 2>&1; exec buildah manifest create --all "$@"' sh "$_list" $_sources
}

indexed() {
  _tags='' _from=''
  while [ $# -gt 0 ]; do
    case $1 in
      -t | --tag) _tags="$_tags $2"; shift ;;
      --tag=*) _tags="$_tags ${1#*=}" ;;
      -t?*) _tags="$_tags ${1#-t}" ;;
      -f | --file) _from="$_from $(cat "$2")"; shift ;;
      --append) _from="$_from ${_tags# }" ;;
      --annotation | --builder | --metadata-file | --platform | --progress) shift ;;
      -*) ;;
      *) _from="$_from $1" ;;
    esac
    shift
  done
  # shellcheck disable=SC2086 # names of images have no blanks
  list gha2tekton-list $_from
  for _word in $_tags; do
    [ "$_code" = 0 ] || return
    handed buildah manifest push --all gha2tekton-list "docker://$_word"
  done
}

build() {
  _pushes=no _tags='' _gives='' _made='' _interactive=no _mounts='' _variables=''
  while [ $# -gt 0 ]; do
    _option=$1
    case $_option in
      --*=*) _value=${_option#*=} _option=${_option%%=*} ;;
      -q | --quiet | --no-cache | --pull | --rm | --force-rm | --squash | --push | --load | --check | --compress | -D | --debug | --disable-content-trust)
        _value='' ;;
      -[!-]?*)
        _value=${_option#-?}
        _option=${_option%"$_value"}
        _value=${_value#=} ;;
      -?*)
        [ $# -gt 1 ] || refuse "$_option needs a value"
        _value=$2
        shift ;;
      *) break ;;
    esac
    shift
    case $_option in
      -t | --tag) _tags="$_tags $(quoted "$_value")"; part_of --tag "$_value"; printf '%s\n' "$(plain_name "$_value")" >> "$_images" ;;
      --push) _pushes=yes ;;
      # What only docker's own builder has, or what has no meaning without it.
      --load | --check | --compress | -D | --debug | --disable-content-trust | --progress | --cache-from | --cache-to | --provenance | --sbom | \
        --attest | --builder | --metadata-file | --no-cache-filter | --call | --allow) ;;
      -o | --output)
        case $_value in
          type=registry*) _pushes=yes ;;
          type=docker* | type=image* | type=oci*)
            case $_value in *push=true*) _pushes=yes ;; esac
            [ -z "$(part dest "$_value")" ] || _gives=$_value ;;
          *) part_of --output "$_value" ;;
        esac ;;
      --pull) part_of --pull=always ;;
      --build-arg) case $_value in *=*) ;; *) _value=$_value=$(printenv "$_value") ;; esac; part_of --build-arg "$_value" ;;
      --secret)
        _env=$(part env "$_value")
        [ -z "$_env" ] || variable "$_env"
        part_of --secret "$_value" ;;
      -q | --quiet | --no-cache | --rm | --force-rm | --squash) part_of "$_option" ;;
      *) part_of "$_option" "$_value" ;;
    esac
  done
  [ $# -gt 0 ] || refuse "the build's context is not named"
  case $1 in
    -) _interactive=yes ;;
    /*) mounted "$1" "$1" ;;
  esac
  case " $_made " in *"'--file' '-'"* | *"'-f' '-'"*) _interactive=yes ;; esac
  [ -z "$_gives" ] || [ -n "$_tags" ] || { _tags=gha2tekton-output; part_of --tag "$_tags"; }
  _said=1
  [ "$(part dest "$_gives")" != - ] || _said=2 # an archive alone is printed
  eval "handed buildah build --format docker $_made $(quoted "$1")" >&"$_said"
  eval "set -- $_tags"
  _mounts='' _interactive=no
  [ "$_code" != 0 ] || [ -z "$_gives" ] || given_out "$@"
  [ "$_code" = 0 ] && [ "$_pushes" = yes ] || return
  for _word; do
    handed buildah push "$_word"
    [ "$_code" = 0 ] || return
  done
}

part_of() { for _word; do _made="$_made $(quoted "$_word")"; done; }
