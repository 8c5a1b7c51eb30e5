# Running one step's script as GitHub's runner does: shell, time limit, output, file commands.
. "$GHA_RUNTIME/environment.sh"

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
  place=$(template "$directory") && asked=$(template "$shell") && seconds=$(time_left) || return 1
  line=$(shell_line "$asked")
  case $place in /*) ;; '') place=$GITHUB_WORKSPACE ;; *) place=$GITHUB_WORKSPACE/$place ;; esac
  cd "$place" 2>/dev/null || { echo "Error: there is no working directory $place"; return 1; }
  case $line in *'{0}'*) ;; *) echo "Error: the shell '$line' names no {0} for its script"; return 1 ;; esac
  [ "$asked" != pwsh ] || powershell_body
  for command in ENV OUTPUT PATH STATE STEP_SUMMARY; do
    : > "$entry/$command"
    export "GITHUB_$command=$entry/$command"
  done
  GITHUB_ACTION=${id:-$unnamed} GHA_STEP=$entry
  export GITHUB_ACTION GHA_STEP
  unset_secrets
  pipe=$GHA_LOCAL/log.$$.$number
  mkfifo "$pipe"
  # A signal to all processes ends the step; what it still says must be printed.
  ( trap '' TERM INT; obey_commands < "$pipe" ) &
  filter=$!
  # The shell's words are split here as GitHub splits them; the script's path holds no blanks.
  set -f
  set -- $(printf '%s' "$line" | awk -v script="$body" '{ while ((at = index($0, "{0}")) > 0) $0 = substr($0, 1, at - 1) script substr($0, at + 3); print }')
  set +f
  rm -f "$entry/pid" "$entry/late"
  watcher=''
  if [ -n "$seconds" ]; then
    watch "$seconds" < /dev/null > /dev/null 2>&1 &
    watcher=$!
    set -- sh -c 'echo $$ > "$0"; exec "$@"' "$entry/pid" "$@"
  fi
  # In the foreground: a shell makes its background processes deaf to SIGINT, and notebooks are interrupted by it.
  "$@" < /dev/null > "$pipe" 2>&1
  code=$?
  [ -z "$watcher" ] || end_tree "$watcher"
  drain
  rm -f "$pipe"
  [ ! -f "$entry/late" ] || { echo "Error: the step has timed out after $seconds seconds"; code=1; }
  file_commands || code=1
  [ ! -s "$entry/refused" ] || code=1
  [ "$code" -eq 0 ] || echo "Error: Process completed with exit code $code."
  return "$code"
}

# GitHub ends a line at a carriage return too, so that progress bars are seen while they grow.
obey_commands() {
  case $GHA_LINES in
    stdbuf) stdbuf -o0 tr '\r' '\n' ;;
    tr) tr '\r' '\n' ;;
    *) cat ;;
  esac | LC_ALL=C $GHA_AWK -f "$GHA_RUNTIME/masks.awk" -f "$GHA_RUNTIME/commands.awk"
}

powershell_body() {
  {
    echo "\$ErrorActionPreference = 'stop'"
    cat "$body"
    printf '\n%s\n' 'if ((Test-Path -LiteralPath variable:\LASTEXITCODE)) { exit $LASTEXITCODE }'
  } > "$body.ps1"
  body=$body.ps1
}

# What is still to be printed; a process that the step left running may go on printing later.
drain() {
  tries=0
  while kill -0 "$filter" 2>/dev/null && [ "$tries" -lt 30 ]; do
    if [ "$tries" -lt 10 ]; then sleep 0.01; else sleep 0.05; fi 2>/dev/null || sleep 1
    tries=$((tries + 1))
  done
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

watch() { # SECONDS
  sleep "$1"
  : > "$entry/late"
  late=$(cat "$entry/pid")
  all=$(tree "$late")
  kill -TERM $all
  sleep 10
  kill -KILL $all
}

end_tree() { kill -TERM $(tree "$1") 2>/dev/null; }

# A process and all that descend from it.
tree() {
  cat /proc/[0-9]*/stat 2>/dev/null | awk -v top="$1" '
    { pid = $1; sub(/^.*\) /, ""); parent[pid] = $2 }
    END {
      wanted[top] = 1
      do { more = 0; for (p in parent) if (!(p in wanted) && (parent[p] in wanted)) { wanted[p] = 1; more = 1 } } while (more)
      for (p in wanted) print p
    }'
}

# Files that the step wrote are read even when it failed.
file_commands() {
  good=0
  read_file ENV "$GHA_STATE/env" || good=1
  read_file OUTPUT "$entry/outputs" -v fold=1 || good=1
  read_file STATE "$entry/saved" || good=1
  [ ! -s "$entry/PATH" ] || { cat "$entry/PATH"; echo; } >> "$GHA_STATE/path"
  [ ! -s "$entry/STEP_SUMMARY" ] || { cat "$entry/STEP_SUMMARY"; echo; } >> "$GHA_STATE/summary.md"
  rm -f "$entry/ENV" "$entry/OUTPUT" "$entry/STATE" "$entry/PATH" "$entry/STEP_SUMMARY" "$GHA_STATE/env/NODE_OPTIONS"
  return "$good"
}

read_file() { # FILE DIRECTORY [OPTION…]
  [ -s "$entry/$1" ] || return 0
  file=$entry/$1 into=$2
  shift 2
  LC_ALL=C awk -v into="$into" "$@" -f "$GHA_RUNTIME/envfile.awk" "$file"
}
