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
exec "$GHA_DOCKER_PLACE/docker" "$@"
