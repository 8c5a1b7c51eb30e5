# Expressions and templates of a job's script, evaluated by expression.awk; values travel in the environment only.

evaluate() { # MODE TEXT
  GHA_MODE=$1 GHA_TEXT=$2 awk -f "$GHA_RUNTIME/expression.awk" -f "$GHA_RUNTIME/parser.awk" \
    -f "$GHA_RUNTIME/values.awk" -f "$GHA_RUNTIME/objects.awk" -f "$GHA_RUNTIME/contexts.awk" \
    -f "$GHA_RUNTIME/needs.awk" -f "$GHA_RUNTIME/whole-contexts.awk"
}

template() {
  case $1 in *'${{'*) evaluate template "$1" ;; *) printf '%s' "$1" ;; esac
}

truth() { evaluate truth "$1"; }

# Whether a status function is called: without one, success() goes before a condition.
has_status() {
  printf '%s' "$1" | sed "s/'[^']*'//g" | grep -Eqi '(^|[^A-Za-z0-9_.-])(success|failure|always|cancelled)[[:space:]]*\('
}

step_condition() {
  [ "$GHA_SKIPPED" != yes ] || { echo false; return; }
  if has_status "$1"; then truth "$1"; else truth "success() && ($1)"; fi
}

# A job's success() speaks of all jobs up the chain: one that ran in spite of a failure does not mend it for the next.
job_condition() {
  if has_status "$1"; then _text=$1; else _text="success() && ($1)"; fi
  GHA_ABOVE=${GHA_ANCESTORS-${GHA_NEEDED:-}} evaluate truth "$_text"
}

# Every secret, and each line of it, is hidden in what steps print. The list stays in this container; only what steps
# masked themselves is kept with the job's state, where the Tasks to come find it.
secret_masks() {
  GHA_MASKS=$GHA_LOCAL/masks
  export GHA_MASKS
  (
    umask 077
    {
      env | sed -n 's/^\(GHA_SECRET_[A-Za-z0-9_]*\)=.*/\1/p' | while read -r _name; do printenv "$_name"; done
      cat "$GHA_STATE/masks" 2>/dev/null
    } | tr '\r' '\n' | awk 'length($0) > 0 && !seen[$0]++' > "$GHA_MASKS"
  )
}

masked() { LC_ALL=C awk "$@" -f "$GHA_RUNTIME/masks.awk" -f "$GHA_RUNTIME/mask.awk"; }

# Tekton takes $( for its own: a param whose text holds it comes with each $ as %24 and each % as %25, behind a mark.
arrived() {
  for _name in $(awk 'BEGIN { for (n in ENVIRON) if (n ~ /^[A-Za-z_][A-Za-z0-9_]*$/ && index(ENVIRON[n], "gha2tekton:") == 1) print n }'); do
    _value=$(GHA_NAME=$_name awk 'BEGIN {
      v = substr(ENVIRON[ENVIRON["GHA_NAME"]], 12); gsub(/%24/, "$", v); gsub(/%25/, "%", v); printf "%sx", v
    }')
    export "$_name=${_value%x}"
  done
}
