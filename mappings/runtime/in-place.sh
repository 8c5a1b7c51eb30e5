# The job's own container is the one in which its scripts work: GHA_IN_PLACE is its name. What a sidecar would have of the
# image is put aside before anything changes it; variables of the job come as GHA_OWN_NAME, lest they hide the image's, and
# those of a service as GHA_SERVICE_NAME, lest the job sees them. GHA_HANDOFF is given where there are sidecars, too.
command -v awk > /dev/null || { echo "This image has no awk, which its step needs: convert with --docker sidecars" >&2; exit 1; }
GHA_HANDOFF=${GHA_HANDOFF:-$(mktemp -d "${TMPDIR:-/tmp}/containers.XXXXXX")} && mkdir "$GHA_HANDOFF/$GHA_IN_PLACE" || exit 1
export GHA_HANDOFF
pwd > "$GHA_HANDOFF/home"
awk '
  function tell(name, value) {
    if (name !~ /^[A-Za-z_][A-Za-z0-9_]*$/) return
    gsub(/\047/, "\047\\\047\047", value)
    printf "%s=\047%s\047 ", name, value
  }
  BEGIN {
    # But for what the shell and gawk set themselves.
    for (name in ENVIRON) if (name !~ /^((GHA|GITHUB)_.*|_|PWD|OLDPWD|SHLVL|AWKPATH|AWKLIBPATH)$/) tell(name, ENVIRON[name])
    for (name in ENVIRON) if (name ~ /^GHA_SERVICE_/) tell(substr(name, 13), ENVIRON[name])
  }' > "$GHA_HANDOFF/image"
printf '%s' "${GHA_COMMAND:-}" > "$GHA_HANDOFF/$GHA_IN_PLACE/command"
: > "$GHA_HANDOFF/$GHA_IN_PLACE/log"
: > "$GHA_HANDOFF/$GHA_IN_PLACE/ready"
for _name in $(awk 'BEGIN { for (name in ENVIRON) if (name ~ /^GHA_SERVICE_/) print name }'); do unset "$_name"; done
for _name in $(awk 'BEGIN { for (name in ENVIRON) if (name ~ /^GHA_OWN_/) print substr(name, 9) }'); do
  _value=$(printenv "GHA_OWN_$_name"; printf x)
  export "$_name=${_value%?x}"
  unset "GHA_OWN_$_name"
done

# At the end of the steps: what the container runs by itself is told to end, and has as long as docker gives it.
leave_place() {
  _own=$(cat "$GHA_HANDOFF/$GHA_IN_PLACE/own" 2> /dev/null) || return 0
  _all=$(tree "$_own")
  kill -TERM "$_own" 2> /dev/null
  _tries=0
  while kill -0 "$_own" 2> /dev/null && [ "$_tries" -lt 100 ]; do
    _tries=$((_tries + 1))
    sleep 0.1 2> /dev/null || sleep 1
  done
  kill -KILL $_all 2> /dev/null
  return 0
}
