# docker as it is, where a sidecar runs a daemon: its client and its socket lie in the directory GHA_DOCKER_PLACE.
_waited=0
until [ -S "$GHA_DOCKER_PLACE/docker.sock" ] && [ -x "$GHA_DOCKER_PLACE/docker" ]; do
  sleep 0.5 2> /dev/null || sleep 1
  _waited=$((_waited + 1))
  [ "$_waited" -lt 600 ] || { echo "docker: the daemon did not start in 5 minutes" >&2; exit 125; }
done
mkdir -p "${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins"
for _plugin in "$GHA_DOCKER_PLACE"/cli-plugins/*; do
  [ ! -f "$_plugin" ] || ln -sf "$_plugin" "${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins/"
done
DOCKER_HOST=unix://$GHA_DOCKER_PLACE/docker.sock
export DOCKER_HOST
[ "$(basename "$0")" != docker-compose ] || set -- compose "$@"
# Values that the script had as text before are variables now, which a script in a container reads too.
_given=''
for _word in ${GHA_PASSED:-}; do _given="$_given -e $_word"; done
case "${1:-} ${2:-}" in
  run\ * | exec\ *) _verb=$1; shift; set -- "$_verb" $_given "$@" ;;
  'compose run' | 'compose exec') _verb=$2; shift 2; set -- compose "$_verb" $_given "$@" ;;
esac
exec "$GHA_DOCKER_PLACE/docker" "$@"
