# The options of docker run, create, exec and compose exec, run.

# Sets _kind, _directory, _user, _entrypoint, _detached, _interactive, _open, _called, _cidfile, _fleeting, _variables, _mounts,
# and _rest: what comes after the options, each word quoted for a shell.
run_options() {
  _kind=image _directory='' _user='' _entrypoint='' _detached=no _interactive=no _open=no _called='' _cidfile=''
  _variables='' _mounts='' _fleeting=no
  case $_verb in exec) _kind=container ;; compose*) _kind=service _interactive=yes ;; esac
  while [ $# -gt 0 ]; do
    _option=$1
    case $_option in
      --) shift; break ;;
      --*=*) _value=${_option#*=} _option=${_option%%=*}; shift ;;
      # The flags; whatever else begins with - has a value.
      --detach | --rm | --init | --interactive | --tty | --privileged | --publish-all | --read-only | --no-healthcheck | \
        --quiet | --oom-kill-disable | --disable-content-trust | --sig-proxy | --use-api-socket | --build | --no-deps | \
        --no-tty | --no-TTY | --quiet-pull | --quiet-build | --remove-orphans | --service-ports | --use-aliases)
        _value=true; shift ;;
      --*) [ $# -gt 1 ] || refuse "$_option needs a value"; _value=$2; shift 2 ;;
      -?*)
        # Letters in one word: -it, -itv A:B, -eX=1.
        _letters=${_option#-?} _option=${_option#-}
        _option=-${_option%"$_letters"}
        shift
        case $_option in
          -[ditPTq]) _value=true; [ -z "$_letters" ] || set -- "-$_letters" "$@" ;;
          *)
            _value=${_letters#=}
            [ -n "$_letters" ] || { [ $# -gt 0 ] || refuse "$_option needs a value"; _value=$1; shift; } ;;
        esac ;;
      *) break ;;
    esac
    case $_option in
      -t | --tty) [ "$_value" = false ] || _open=yes ;;
      -w | --workdir) _directory=$_value ;;
      -u | --user) _user=$_value ;;
      -i | --interactive) [ "$_value" = false ] && _interactive=no || _interactive=yes ;;
      -d | --detach) [ "$_value" = false ] && _detached=no || _detached=yes ;;
      --entrypoint) _entrypoint=${_value:-none} ;;
      --rm) _fleeting=yes ;;
      --name) _called=$_value ;;
      --cidfile) _cidfile=$_value ;;
      -e | --env) variable "$_value" ;;
      --env-file)
        [ -f "$_value" ] || refuse "there is no file $_value"
        while IFS= read -r _line || [ -n "$_line" ]; do case $_line in '#'* | '') ;; *) variable "$_line" ;; esac; done < "$_value" ;;
      -v | --volume) case $_value in *:*) mounted "${_value%%:*}" "${_value#*:}" ;; esac ;;
      --mount) mounted "$(part source "$_value")" "$(part target "$_value")" ;;
    esac
  done
  # Input that nobody gives has no end where a terminal was asked for, or -i.
  [ "$_interactive" = no ] || _open=yes
  _rest=''
  for _word; do _rest="$_rest $(quoted "$_word")"; done
}

# Variables of the container: NAME=VALUE, or a name whose value is taken from here if it has one.
variable() {
  case $1 in
    *=*) _variables="$_variables $(quoted "$1")" ;;
    *)
      if printenv "$1" > /dev/null; then
        _held=$(printenv "$1"; printf x)
        _variables="$_variables $(quoted "$1=${_held%?x}")"
      fi ;;
  esac
}

mounted() { # SOURCE TARGET[:OPTIONS]
  [ -z "$1" ] || [ -z "$2" ] || _mounts="$_mounts$1$(printf '\t')$(printf '%s' "$2" | sed 's/:[a-zA-Z,]*$//')
"
}

part() { # source|target OPTIONS
  printf '%s\n' "$2" | tr ',' '\n' | awk -F = -v want="$1" '
    { name = $1; sub(/^src$/, "source", name); sub(/^(dst|destination)$/, "target", name) }
    name == want { sub(/^[^=]*=/, ""); print; exit }'
}
