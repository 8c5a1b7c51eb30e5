# The job's own container is the one that its scripts call: GHA_IN_PLACE is its name. What a sidecar would have of the image
# is put aside before anything changes it; variables of the job come as GHA_OWN_NAME, lest they hide the image's.
command -v awk > /dev/null || { echo "This image has no awk, which its step needs: convert with --docker sidecars" >&2; exit 1; }
GHA_HANDOFF=$(mktemp -d "${TMPDIR:-/tmp}/containers.XXXXXX") && mkdir "$GHA_HANDOFF/$GHA_IN_PLACE" || exit 1
export GHA_HANDOFF
awk 'BEGIN {
  for (name in ENVIRON) {
    if (name !~ /^[A-Za-z_][A-Za-z0-9_]*$/ || name ~ /^(GHA|GITHUB)_/) continue
    # What the shell and gawk set themselves.
    if (name ~ /^(_|PWD|OLDPWD|SHLVL|AWKPATH|AWKLIBPATH)$/) continue
    value = ENVIRON[name]
    gsub(/\047/, "\047\\\047\047", value)
    printf "%s=\047%s\047 ", name, value
  }
}' > "$GHA_HANDOFF/image"
printf '%s' "${GHA_COMMAND:-}" > "$GHA_HANDOFF/$GHA_IN_PLACE/command"
: > "$GHA_HANDOFF/$GHA_IN_PLACE/ready"
for _name in $(awk 'BEGIN { for (name in ENVIRON) if (name ~ /^GHA_OWN_/) print substr(name, 9) }'); do
  _value=$(printenv "GHA_OWN_$_name"; printf x)
  export "$_name=${_value%?x}"
  unset "GHA_OWN_$_name"
done
