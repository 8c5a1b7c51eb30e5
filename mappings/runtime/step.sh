# The words of a job's script, read by the file job.
#   step NAME [--id ID] [--if EXPRESSION] [--env NAME=TEMPLATE]… [--secret NAME]… [--dir TEMPLATE] [--shell TEMPLATE]
#        [--continue EXPRESSION] [--timeout EXPRESSION] [--file KEY] <<'STEP'
#   job_env NAME=TEMPLATE      a variable of the whole job whose value is only known here
#   output NAME TEMPLATE [RESULT-FILE]
#   composite NAME [--id ID] [--if EXPRESSION] [--env NAME=TEMPLATE]… [--input NAME=TEMPLATE]…  … end_composite
# EXPRESSION is a GitHub expression, TEMPLATE a text with ${{ EXPRESSION }} in it.
. "$GHA_RUNTIME/evaluate.sh"
. "$GHA_RUNTIME/run.sh"
. "$GHA_RUNTIME/composite.sh"

# Takes the options of a step; templates are kept as they are until their time.
step_options() {
  title=$1; shift
  id='' condition='success()' directory='' shell='' forgiven='' limit='' file='' variables=0 inputs=0 secrets=' '
  while [ $# -gt 0 ]; do
    case $1 in
      --id) id=$2 ;;
      --if) condition=$2 ;;
      --env) variables=$((variables + 1)); eval "variable_$variables=\$2" ;;
      --input) inputs=$((inputs + 1)); eval "input_$inputs=\$2" ;;
      --secret) secrets="$secrets$2 " ;;
      --dir) directory=$2 ;;
      --shell) shell=$2 ;;
      --continue) forgiven=$2 ;;
      --timeout) limit=$2 ;;
      --file) file=$2 ;;
      *) echo "step $title: unknown option $1" >&2; exit 2 ;;
    esac
    shift 2
  done
}

# Makes the directory in which a step's outcome is told, and sets $entry to it.
new_entry() {
  set -- $(ls "$SCOPE/steps" 2>/dev/null | wc -l)
  number=$(printf '%04d' $(($1 + 1)))
  entry=$SCOPE/steps/$number
  mkdir -p "$entry/outputs" "$entry/saved"
  printf '%s' "$id" > "$entry/id"
}

# Ends a step: outcome and conclusion are told, and a failure becomes the job's.
conclude() {
  printf '%s' "$1" > "$entry/outcome"
  printf '%s' "$2" > "$entry/conclusion"
  if [ -n "$id" ]; then
    printf '%s' "$number" > "$SCOPE/ids/$(printf '%s' "$id" | tr 'A-Z' 'a-z')"
    printf '%s\n' "$id" >> "$SCOPE/ids.list"
  fi
  [ "$2" != failure ] || fail_job
}

step() {
  step_options "$@"
  new_entry
  body=$entry/script
  if [ -n "$file" ]; then cp "${GHA_SCRIPTS:-/gha2tekton-scripts}/$file" "$body"; else cat > "$body"; fi
  # The step's environment must not outlive it.
  ( run_step )
  code=$?
  outcome=$(cat "$entry/outcome" 2>/dev/null || echo failure)
  conclusion=$outcome
  if [ "$outcome" = failure ] && [ -n "$forgiven" ] && [ "$(truth "$forgiven" 2>/dev/null)" = true ]; then
    conclusion=success
  fi
  rm -f "$body"
  conclude "$outcome" "$conclusion"
  [ "$code" -ne 143 ] || exit 143
}

run_step() {
  load_environment
  set_variables || { told "$title" "failed"; printf failure > "$entry/outcome"; exit 1; }
  name=$(template "$title") || name=$title
  printf '%s' "$name" > "$entry/name"
  if ! runs=$(step_condition "$condition"); then
    told "$name" "failed: its condition cannot be evaluated"; printf failure > "$entry/outcome"; exit 1
  fi
  if [ "$runs" != true ]; then
    told "$name" skipped; printf skipped > "$entry/outcome"; exit 0
  fi
  told "$name"
  if run_script; then printf success > "$entry/outcome"; else printf failure > "$entry/outcome"; fi
}

told() { printf '=== %s%s\n' "$1" "${2:+: $2}" | masked; }

fail_job() { printf failure > "$SCOPE/status"; }

job_status() { cat "$GHA_STATE/status" 2>/dev/null || echo success; }

job_env() {
  [ "$GHA_SKIPPED" = yes ] && return
  name=${1%%=*}
  [ -f "$GHA_STATE/job-env/$name" ] || { mkdir -p "$GHA_STATE/job-env"; template "${1#*=}" > "$GHA_STATE/job-env/$name" || exit 2; }
  value=$(cat "$GHA_STATE/job-env/$name"; printf x)
  export "$name=${value%x}"
}

output() {
  outputs=$((outputs + 1))
  eval "output_name_$outputs=\$1 output_value_$outputs=\$2 output_file_$outputs=\${3:-}"
}

# Job outputs are told whatever the job's end; one too large for a Task result is in the state directory alone.
publish_outputs() {
  index=0
  while [ "$index" -lt "$outputs" ]; do
    index=$((index + 1))
    eval "name=\$output_name_$index value=\$output_value_$index file=\$output_file_$index"
    text=$(template "$value"; printf x)
    text=${text%x}
    if [ -n "$text" ] && [ "$(printf '%s' "$text" | masked; printf x)" != "${text}x" ] && [ "$(printf '%s' "$text" | masked)" != "$text" ]; then
      echo "Output $name is left out: it may hold a secret"; text=''
    fi
    [ -z "$text" ] || printf '%s' "$text" > "$GHA_STATE/outputs/$(printf '%s' "$name" | tr 'A-Z' 'a-z')"
    [ -n "$file" ] || continue
    if [ "${#text}" -gt 3000 ]; then echo "Output $name has ${#text} characters: it is in $GHA_STATE/outputs only"; text=''; fi
    printf '%s' "$text" > "$file"
  done
}
outputs=0
SCOPE=$GHA_STATE
