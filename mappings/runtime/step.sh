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
. "$GHA_RUNTIME/outputs.sh"

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
  number=1 unnamed=__run before=0
  for path in "$SCOPE"/steps/*; do
    [ -d "$path" ] || break
    number=$((number + 1))
    [ -s "$path/id" ] || before=$((before + 1))
  done
  [ "$before" = 0 ] || unnamed=__run_$((before + 1))
  number=$(printf '%04d' "$number")
  entry=$SCOPE/steps/$number
  mkdir -p "$entry/outputs" "$entry/saved"
  printf '%s' "$id" > "$entry/id"
}

# Ends a step: outcome and conclusion are told, and a failure becomes the job's.
conclude() { # OUTCOME
  conclusion=$1
  if [ "$1" = failure ] && [ -n "$forgiven" ] && [ "$(load_environment; truth "$forgiven" 2>/dev/null)" = true ]; then
    conclusion=success
  fi
  printf '%s' "$1" > "$entry/outcome"
  printf '%s' "$conclusion" > "$entry/conclusion"
  if [ -n "$id" ]; then
    printf '%s' "$number" > "$SCOPE/ids/$(printf '%s' "$id" | tr 'A-Z' 'a-z')"
    printf '%s\n' "$id" >> "$SCOPE/ids.list"
  fi
  case $conclusion in
    failure) fail_job ;;
    cancelled) printf cancelled > "$SCOPE/status" ;;
  esac
}

step() {
  step_options "$@"
  new_entry
  body=$entry/script
  if [ -n "$file" ]; then cp "${GHA_SCRIPTS:-/gha2tekton-scripts}/$file" "$body"; else cat > "$body"; fi
  heed_stop
  # The step's environment must not outlive it.
  ( run_step )
  outcome=$(cat "$entry/outcome" 2>/dev/null || echo failure)
  if [ "$stopped" = yes ] && [ "$outcome" != skipped ]; then outcome=cancelled; fi
  rm -f "$body" "$body.ps1" "$entry/pid" "$entry/late"
  conclude "$outcome"
  heed_stop
}

run_step() {
  trap 'stopped=yes' TERM INT
  load_environment
  set_variables || { told "$title" failed; printf failure > "$entry/outcome"; return; }
  load_path
  name=$(template "$title" 2>/dev/null) || name=$title
  printf '%s' "$name" > "$entry/name"
  if ! runs=$(step_condition "$condition"); then
    told "$name" "failed: its condition cannot be evaluated"; printf failure > "$entry/outcome"; return
  fi
  if [ "$runs" != true ]; then
    told "$name" skipped; printf skipped > "$entry/outcome"; return
  fi
  told "$name"
  if run_script; then printf success > "$entry/outcome"; else printf failure > "$entry/outcome"; fi
}

told() { printf '=== %s%s\n' "$1" "${2:+: $2}" | masked; }

fail_job() { [ "$(cat "$SCOPE/status" 2>/dev/null)" = cancelled ] || printf failure > "$SCOPE/status"; }

job_status() { cat "$GHA_STATE/status" 2>/dev/null || echo success; }

# The Pod is being taken away: what runs always() still does, as on GitHub, as long as there is time.
heed_stop() {
  [ "$stopped" = yes ] || return 0
  stopped=heeded
  for scope in "$GHA_STATE" $SCOPES; do printf cancelled > "$scope/status"; done
  printf cancelled > "$GHA_STATE/result"
}

job_env() {
  [ "$GHA_SKIPPED" = yes ] && return
  name=${1%%=*}
  [ -f "$GHA_STATE/job-env/$name" ] || { mkdir -p "$GHA_STATE/job-env"; template "${1#*=}" > "$GHA_STATE/job-env/$name" || exit 2; }
  load_variable "$name" "$GHA_STATE/job-env/$name"
}
SCOPE=$GHA_STATE SCOPES='' stopped=no
