# Running one step's script as GitHub's runner does: shell, time limit, output, file commands.
. "$GHA_RUNTIME/environment.sh"
. "$GHA_RUNTIME/shell.sh"

run_script() {
  _place=$(template "$_directory") && _asked=$(template "$_shell") && _seconds=$(time_left) || return 1
  _line=$(shell_line "$_asked")
  case $_place in /*) ;; '') _place=$GITHUB_WORKSPACE ;; *) _place=$GITHUB_WORKSPACE/$_place ;; esac
  cd "$_place" 2>/dev/null || { echo "Error: there is no working directory $_place"; return 1; }
  case $_line in *'{0}'*) ;; *) echo "Error: the shell '$_line' names no {0} for its script"; return 1 ;; esac
  [ "$_asked" != pwsh ] || powershell_body
  for _command in ENV OUTPUT PATH STATE STEP_SUMMARY; do
    : > "$_entry/$_command"
    export "GITHUB_$_command=$_entry/$_command"
  done
  GITHUB_ACTION=${_id:-$_unnamed} GHA_STEP=$_entry
  export GITHUB_ACTION GHA_STEP
  unset_secrets
  _pipe=$GHA_LOCAL/log.$$.$_number
  mkfifo "$_pipe"
  # A signal to all processes ends the step; what it still says must be printed.
  ( trap '' TERM INT; obey_commands < "$_pipe" ) &
  _filter=$!
  # The words come quoted: nothing of the line is code here.
  eval "set -- $(printf '%s' "$_line" | awk -v script="$_body" -f "$GHA_RUNTIME/words.awk")"
  _program=$(PATH=$_shells command -v "$1") && { shift; set -- "$_program" "$@"; }
  if logs_in "$@" && keep_path 2> /dev/null; then set -- "GHA_LOGIN_PATH=$_found" "$@"; fi
  set -- "PATH=$_found" "$@"
  # GitHub's machines speak UTF-8, whatever the image does that stands for one; a container of the workflow's is as it is.
  [ -n "${LANG+set}${LC_ALL+set}${GHA_CONTAINER:-}${GHA_IN_PLACE:-}" ] || set -- LANG=C.UTF-8 "$@"
  set -f
  for _path in $(set +f; unusual_files); do
    _held=$(cat "$_path"; printf x)
    set -- "${_path##*/}=${_held%x}" "$@"
  done
  set +f
  set -- env "$@"
  rm -f "$_entry/pid" "$_entry/late"
  _watcher=''
  if [ -n "$_seconds" ]; then
    watch "$_seconds" < /dev/null > /dev/null 2>&1 &
    _watcher=$!
    set -- sh -c 'echo $$ > "$0"; exec "$@"' "$_entry/pid" "$@"
  fi
  # In the foreground: a shell makes its background processes deaf to SIGINT, and notebooks are interrupted by it.
  "$@" < /dev/null > "$_pipe" 2>&1
  _code=$?
  # Waited for, lest a shell tells of its end.
  [ -z "$_watcher" ] || { end_tree "$_watcher"; wait "$_watcher"; } 2>/dev/null
  drain
  rm -f "$_pipe"
  [ ! -f "$_entry/late" ] || { echo "Error: the step has timed out after $_seconds seconds"; _code=1; }
  file_commands || _code=1
  [ ! -s "$_entry/refused" ] || _code=1
  [ "$_code" -eq 0 ] || echo "Error: Process completed with exit code $_code."
  return "$_code"
}

# GitHub ends a line at a carriage return too, so that progress bars are seen while they grow.
obey_commands() {
  case $GHA_LINES in
    stdbuf) stdbuf -o0 tr '\r' '\n' ;;
    tr) tr '\r' '\n' ;;
    *) cat ;;
  esac | LC_ALL=C $GHA_AWK -f "$GHA_RUNTIME/masks.awk" -f "$GHA_RUNTIME/commands.awk"
}

# What is still to be printed; a process that the step left running may go on printing later.
drain() {
  _tries=0
  while kill -0 "$_filter" 2>/dev/null && [ "$_tries" -lt 18 ]; do
    if [ "$_tries" -lt 10 ]; then sleep 0.01; else sleep 0.05; fi 2>/dev/null || sleep 1
    _tries=$((_tries + 1))
  done
}

# Seconds until the step's or the job's limit, whichever is nearer; empty without one.
time_left() {
  _seconds=''
  if [ -n "$_limit" ]; then
    _minutes=$(evaluate value "$_limit") || return 1
    _seconds=$(awk -v m="$_minutes" 'BEGIN { s = int(m * 60); if (m * 60 > s) s++; print (s > 0 ? s : "") }')
  fi
  if [ -f "$GHA_STATE/deadline" ]; then
    _left=$(($(cat "$GHA_STATE/deadline") - $(date +%s)))
    # Behind the limit what runs always() has five minutes, as on GitHub.
    [ "$_left" -gt 0 ] || _left=$((_left + 300))
    [ "$_left" -gt 0 ] || { echo "Error: the job has reached its time limit" >&2; return 1; }
    if [ -z "$_seconds" ] || [ "$_left" -lt "$_seconds" ]; then _seconds=$_left; fi
  fi
  printf '%s' "$_seconds"
}

watch() { # SECONDS
  sleep "$1" || return   # it was ended with the step
  : > "$_entry/late"
  _late=$(cat "$_entry/pid")
  _all=$(tree "$_late")
  kill -TERM $_all
  sleep 10
  kill -KILL $_all
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
  [ -z "${GHA_AGAIN:-}" ] || return 0
  _good=0
  read_file ENV "$GHA_STATE/env" || _good=1
  read_file OUTPUT "$_entry/outputs" -v fold=1 || _good=1
  read_file STATE "$_entry/saved" || _good=1
  [ ! -s "$_entry/PATH" ] || { cat "$_entry/PATH"; echo; } >> "$GHA_STATE/path"
  [ ! -s "$_entry/STEP_SUMMARY" ] || { cat "$_entry/STEP_SUMMARY"; echo; } >> "$GHA_STATE/summary.md"
  rm -f "$_entry/ENV" "$_entry/OUTPUT" "$_entry/STATE" "$_entry/PATH" "$_entry/STEP_SUMMARY" "$GHA_STATE/env/NODE_OPTIONS"
  return "$_good"
}

read_file() { # FILE DIRECTORY [OPTION…]
  [ -s "$_entry/$1" ] || return 0
  _file=$_entry/$1 _into=$2
  shift 2
  # No variable can hold NUL, and some awk ends its line there.
  LC_ALL=C tr -d '\000' < "$_file" > "$_file.text" && mv -f "$_file.text" "$_file"
  LC_ALL=C awk -v into="$_into" "$@" -f "$GHA_RUNTIME/envfile.awk" "$_file"
}
