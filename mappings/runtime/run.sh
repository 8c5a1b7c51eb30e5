# Running one step's script as GitHub's runner does: environment, shell, time limit, file commands.

# What earlier steps wrote to GITHUB_ENV and GITHUB_PATH.
load_environment() {
  for path in "$GHA_STATE"/env/*; do
    [ -f "$path" ] || continue
    name=${path##*/}
    case $name in
      GITHUB_* | RUNNER_* | GHA_* | *[!A-Za-z0-9_]* | [0-9]*) continue ;;
    esac
    value=$(cat "$path"; printf x)
    export "$name=${value%x}"
  done
  # A branch was asked for; what was fetched is a commit.
  case ${GITHUB_SHA:-} in *[!0-9a-f]* | '') [ ! -f "$GHA_STATE/sha" ] || export GITHUB_SHA="$(cat "$GHA_STATE/sha")" ;; esac
  if [ -f "$GHA_STATE/path" ]; then
    while IFS= read -r line || [ -n "$line" ]; do [ -z "$line" ] || PATH=$line:$PATH; done < "$GHA_STATE/path"
    PATH=$GHA_RUNTIME:$PATH
    export PATH
  fi
}

# The step's own variables: each is evaluated before any is set.
set_variables() {
  index=0
  while [ "$index" -lt "$variables" ]; do
    index=$((index + 1))
    eval "pair=\$variable_$index"
    value=$(template "${pair#*=}" && printf x) || return 1
    eval "value_$index=\${value%x}"
  done
  index=0
  while [ "$index" -lt "$variables" ]; do
    index=$((index + 1))
    eval "pair=\$variable_$index value=\$value_$index"
    name=${pair%%=*}
    case $name in *[!A-Za-z0-9_]* | [0-9]* | '') echo "the variable name $name cannot be set" ;; *) export "$name=$value" ;; esac
  done
}

# GitHub's command line for a shell. https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
shell_line() {
  case $1 in
    '') if command -v bash > /dev/null 2>&1; then echo 'bash -e {0}'; else echo 'sh -e {0}'; fi ;;
    bash) echo 'bash --noprofile --norc -e -o pipefail {0}' ;;
    sh) echo 'sh -e {0}' ;;
    python) if command -v python > /dev/null 2>&1; then echo 'python {0}'; else echo 'python3 {0}'; fi ;;
    pwsh) echo "pwsh -command . '{0}'" ;;
    *) printf '%s\n' "$1" ;;
  esac
}

run_script() {
  place=$(template "$directory") && line=$(shell_line "$(template "$shell")") || return 1
  case $place in /*) ;; '') place=$GITHUB_WORKSPACE ;; *) place=$GITHUB_WORKSPACE/$place ;; esac
  cd "$place" 2>/dev/null || { echo "Error: there is no working directory $place"; return 1; }
  case $line in *'{0}'*) ;; *) echo "Error: the shell '$line' names no {0} for its script"; return 1 ;; esac
  for command in ENV OUTPUT PATH STATE STEP_SUMMARY; do
    : > "$entry/$command"
    export "GITHUB_$command=$entry/$command"
  done
  [ -n "$id" ] && GITHUB_ACTION=$id || GITHUB_ACTION=__run
  seconds=$(time_left) || return 1
  GHA_STEP=$entry
  export GITHUB_ACTION GHA_STEP
  for name in $(env | sed -n 's/^\(GHA_SECRET_[A-Za-z0-9_]*\)=.*/\1/p'); do
    case $secrets in *" ${name#GHA_SECRET_} "*) ;; *) unset "$name" ;; esac
  done
  pipe=$entry/log
  mkfifo "$pipe"
  awk -f "$GHA_RUNTIME/commands.awk" < "$pipe" &
  filter=$!
  # The shell's words are split here as GitHub splits them; the script's path holds no blanks.
  set -f
  set -- $(printf '%s' "$line" | awk -v script="$body" '{ while ((at = index($0, "{0}")) > 0) $0 = substr($0, 1, at - 1) script substr($0, at + 3); print }')
  set +f
  [ -z "$seconds" ] || set -- timeout -k 10 "$seconds" "$@"
  "$@" < /dev/null > "$pipe" 2>&1 &
  child=$!
  trap 'kill -TERM $child 2>/dev/null' TERM INT
  wait "$child"; code=$?
  # A signal ends the wait, not yet the child.
  while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done
  trap - TERM INT
  drain
  rm -f "$pipe"
  [ "$code" -ne 124 ] || [ -z "$seconds" ] || echo "Error: the step has timed out after $seconds seconds"
  file_commands || code=1
  [ ! -s "$entry/refused" ] || code=1
  [ "$code" -eq 0 ] || echo "Error: Process completed with exit code $code."
  return "$code"
}

# What is still to be printed; a process that the step left running may go on printing later.
drain() {
  tries=0
  while kill -0 "$filter" 2>/dev/null && [ "$tries" -lt 20 ]; do sleep 0.05; tries=$((tries + 1)); done
}

# Seconds until the step's or the job's limit, whichever is nearer; empty without one.
time_left() {
  seconds=''
  if [ -n "$limit" ]; then
    minutes=$(evaluate value "$limit") || return 1
    seconds=$(awk -v m="$minutes" 'BEGIN { s = int(m * 60); print s > 0 ? s : "" }')
  fi
  if [ -f "$GHA_STATE/deadline" ]; then
    left=$(($(cat "$GHA_STATE/deadline") - $(date +%s)))
    [ "$left" -gt 0 ] || { echo "Error: the job has reached its time limit" >&2; return 1; }
    if [ -z "$seconds" ] || [ "$left" -lt "$seconds" ]; then seconds=$left; fi
  fi
  printf '%s' "$seconds"
}

# Files that the step wrote are read even when it failed.
file_commands() {
  good=0
  awk -v into="$GHA_STATE/env" -f "$GHA_RUNTIME/envfile.awk" "$entry/ENV" || good=1
  awk -v into="$entry/outputs" -v fold=1 -f "$GHA_RUNTIME/envfile.awk" "$entry/OUTPUT" || good=1
  awk -v into="$entry/saved" -f "$GHA_RUNTIME/envfile.awk" "$entry/STATE" || good=1
  [ ! -s "$entry/PATH" ] || { cat "$entry/PATH"; echo; } >> "$GHA_STATE/path"
  [ ! -s "$entry/STEP_SUMMARY" ] || { cat "$entry/STEP_SUMMARY"; echo; } >> "$GHA_STATE/summary.md"
  rm -f "$entry/ENV" "$entry/OUTPUT" "$entry/STATE" "$entry/PATH" "$entry/STEP_SUMMARY" "$GHA_STATE/env/NODE_OPTIONS"
  return "$good"
}

stop_step() { [ -z "${child:-}" ] || kill "-$1" "$child" 2>/dev/null; }
