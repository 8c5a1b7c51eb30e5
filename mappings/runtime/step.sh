# The words of a job's script, read by the file job.
#   step NAME [--id ID] [--if EXPRESSION] [--env NAME=TEMPLATE]… [--secret NAME]… [--dir TEMPLATE] [--shell TEMPLATE]
#        [--continue EXPRESSION] [--timeout EXPRESSION] [--file KEY] [--main KEY | --after KEY] <<'STEP'
#        what is --after KEY runs when the step of the same --main did; both find $GHA_LEFT, a directory of their own
#   input NAME VALUE --number | --boolean | --one-of CHOICE…   see inputs.sh
#   job_env NAME=TEMPLATE      a variable of the whole job whose value is only known here
#   output NAME TEMPLATE [RESULT-FILE]
#   composite NAME [--id ID] [--if EXPRESSION] [--env NAME=TEMPLATE]… [--input NAME=TEMPLATE]…  … end_composite
# EXPRESSION is a GitHub expression, TEMPLATE a text with ${{ EXPRESSION }} in it.
# Variables of the runtime begin with _ or GHA_: all other names belong to the workflow, whose environment is loaded here.
. "$GHA_RUNTIME/evaluate.sh"
. "$GHA_RUNTIME/run.sh"
. "$GHA_RUNTIME/composite.sh"
. "$GHA_RUNTIME/inputs.sh"
. "$GHA_RUNTIME/outputs.sh"
. "$GHA_RUNTIME/again.sh"

# Takes the options of a step; templates are kept as they are until their time.
step_options() {
  _title=$1; shift
  _id='' _condition='success()' _directory='' _shell='' _forgiven='' _limit='' _file='' _variables=0 _inputs=0 _secrets=' ' _main='' _after=''
  while [ $# -gt 0 ]; do
    case $1 in
      --id) _id=$2 ;;
      --if) _condition=$2 ;;
      --env) _variables=$((_variables + 1)); eval "_variable_$_variables=\$2" ;;
      --input) _inputs=$((_inputs + 1)); eval "_input_$_inputs=\$2" ;;
      --secret) _secrets="$_secrets$2 " ;;
      --dir) _directory=$2 ;;
      --shell) _shell=$2 ;;
      --continue) _forgiven=$2 ;;
      --timeout) _limit=$2 ;;
      --file) _file=$2 ;;
      --main) _main=$2 ;;
      --after) _after=$2 ;;
      *) echo "step $_title: unknown option $1" >&2; exit 2 ;;
    esac
    shift 2
  done
}

# Makes the directory in which a step's outcome is told, and sets $entry to it.
new_entry() {
  _number=1 _unnamed=__run _nameless=0
  for _path in "$_scope"/steps/*; do
    [ -d "$_path" ] || break
    _number=$((_number + 1))
    [ -s "$_path/id" ] || _nameless=$((_nameless + 1))
  done
  [ "$_nameless" = 0 ] || _unnamed=__run_$((_nameless + 1))
  _number=$(printf '%04d' "$_number")
  _entry=$_scope/steps/$_number
  mkdir -p "$_entry/outputs" "$_entry/saved"
  printf '%s' "$_id" > "$_entry/id"
}

# Ends a step: outcome and conclusion are told, and a failure becomes the job's.
conclude() { # OUTCOME
  _conclusion=$1
  if [ "$1" = failure ] && [ -n "$_forgiven" ] && [ "$(load_environment; evaluate flag "$_forgiven" 2>/dev/null)" = true ]; then
    _conclusion=success
  fi
  printf '%s' "$1" > "$_entry/outcome"
  printf '%s' "$_conclusion" > "$_entry/conclusion"
  if [ -n "$_id" ]; then
    printf '%s' "$_number" > "$_scope/ids/$(printf '%s' "$_id" | tr 'A-Z' 'a-z')"
    printf '%s\n' "$_id" >> "$_scope/ids.list"
  fi
  case $_conclusion in
    failure) fail_job ;;
    cancelled) printf cancelled > "$_scope/status" ;;
  esac
}

step() {
  step_options "$@"
  new_entry
  _body=$_entry/script
  if [ -n "$_file" ]; then cp "${GHA_SCRIPTS:-/gha2tekton-scripts}/$_file" "$_body"; else cat > "$_body"; fi
  heed_stop
  # The step's environment must not outlive it.
  ( run_step )
  _outcome=$(cat "$_entry/outcome" 2>/dev/null || echo failure)
  # What goes wrong before a step begins is not forgiven.
  [ "$_outcome" != broken ] || { _outcome=failure _forgiven=''; }
  heed_limit
  if [ "$_stopped" = yes ] && [ "$_outcome" != skipped ]; then _outcome=cancelled; fi
  rm -f "$_body" "$_body.ps1" "$_entry/pid" "$_entry/late"
  conclude "$_outcome"
  heed_stop
}

run_step() {
  trap '_stopped=yes' TERM INT
  [ -z "$_main$_after" ] || export GHA_LEFT="$GHA_STATE/left/$_main$_after"
  # At the job's end a step of a composite action still sees the action's inputs and steps.
  if [ -n "$_after" ] && [ -s "$GHA_LEFT/scope" ]; then
    GHA_SCOPE=$(cat "$GHA_LEFT/scope") GHA_STATUS=$(job_status)
    export GHA_SCOPE GHA_STATUS
  fi
  [ -z "$_after" ] || [ -d "$GHA_LEFT" ] || GHA_SKIPPED=yes
  load_environment
  [ "$GHA_SKIPPED" = yes ] || set_variables theirs || { told "$_title" failed; printf broken > "$_entry/outcome"; return; }
  load_path
  _name=$(template "$_title" 2>/dev/null) || _name=$_title
  printf '%s' "$_name" > "$_entry/name"
  if ! _runs=$(step_condition "$_condition"); then
    told "$_name" "failed: its condition cannot be evaluated"; printf broken > "$_entry/outcome"; return
  fi
  if [ "$_runs" != true ]; then told "$_name" skipped; printf skipped > "$_entry/outcome"; return; fi
  [ -z "$_main" ] || { mkdir -p "$GHA_LEFT/saved" && printf '%s' "${GHA_SCOPE:-}" > "$GHA_LEFT/scope"; }
  told "$_name"
  if set_variables ours && run_script; then printf success > "$_entry/outcome"; else printf failure > "$_entry/outcome"; fi
}

told() { printf '=== %s%s\n' "$1" "${2:+: $2}" | masked; }

fail_job() { [ "$(cat "$_scope/status" 2>/dev/null)" = cancelled ] || printf failure > "$_scope/status"; }

job_status() { cat "$GHA_STATE/status" 2>/dev/null || echo success; }

# A job that has reached its time limit is cancelled, whatever its steps said.
heed_limit() {
  [ "$_stopped" = no ] && [ -f "$GHA_STATE/deadline" ] && [ "$(date +%s)" -ge "$(cat "$GHA_STATE/deadline")" ] || return 0
  echo "Error: the job has reached its time limit"
  _stopped=yes
}

# The Pod is being taken away: what runs always() still does, as on GitHub, as long as there is time.
heed_stop() {
  heed_limit
  [ "$_stopped" = yes ] || return 0
  _stopped=heeded
  for _one in "$GHA_STATE" $_scopes; do printf cancelled > "$_one/status"; done
  printf cancelled > "$GHA_STATE/result"
}

job_env() {
  [ "$GHA_SKIPPED" = yes ] && return
  _name=${1%%=*}
  [ -f "$GHA_STATE/job-env/$_name" ] || { mkdir -p "$GHA_STATE/job-env"; template "${1#*=}" > "$GHA_STATE/job-env/$_name" || exit 2; }
  load_variable "$_name" "$GHA_STATE/job-env/$_name"
}
_scope=$GHA_STATE _scopes='' _stopped=no
