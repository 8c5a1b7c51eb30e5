# The environment of a step, as GitHub's runner puts it together: the job's, what earlier steps wrote to GITHUB_ENV,
# the calling step's of a composite action, the step's own; then PATH. What is the runner's own, no one can set.

# https://docs.github.com/actions/reference/workflows-and-actions/variables
reserved() {
  case $1 in
    GITHUB_ACTION | GITHUB_ACTION_* | GITHUB_ACTIONS | GITHUB_ACTOR | GITHUB_ACTOR_ID | GITHUB_API_URL | GITHUB_BASE_REF | \
      GITHUB_ENV | GITHUB_EVENT_NAME | GITHUB_EVENT_PATH | GITHUB_GRAPHQL_URL | GITHUB_HEAD_REF | GITHUB_JOB | \
      GITHUB_OUTPUT | GITHUB_PATH | GITHUB_REF | GITHUB_REF_* | GITHUB_REPOSITORY | GITHUB_REPOSITORY_* | \
      GITHUB_RETENTION_DAYS | GITHUB_RUN_* | GITHUB_SERVER_URL | GITHUB_SHA | GITHUB_STATE | GITHUB_STEP_SUMMARY | \
      GITHUB_TRIGGERING_ACTOR | GITHUB_WORKFLOW | GITHUB_WORKFLOW_* | GITHUB_WORKSPACE | RUNNER_ARCH | RUNNER_DEBUG | \
      RUNNER_ENVIRONMENT | RUNNER_NAME | RUNNER_OS | RUNNER_TEMP | RUNNER_TOOL_CACHE | RUNNER_WORKSPACE) return 0 ;;
    '') return 0 ;;
  esac
  return 1
}

# A name that no shell can hold, such as cache-name, or of a variable that would change the runtime itself: its value
# stays in a file, where expressions find it and from where the step's process gets it. GHA_KEPT are such names, GHA_PLACES
# the directories of their files, the nearest first.
unusual() {
  case $1 in
    *[!A-Za-z0-9_]* | [0-9]* | _* | PATH | IFS | CDPATH | TMPDIR | POSIXLY_CORRECT | LD_* | GAWK_* | AWK* | ENV | BASH_* | \
      BASHOPTS | SHELLOPTS | UID | EUID | PPID | OPTIND | PS4) return 0 ;;
  esac
  return 1
}

unusual_places() {
  GHA_PLACES=$GHA_STATE/env:$GHA_STATE/job-env
  for _one in $_scopes; do GHA_PLACES=$_one/env:$GHA_PLACES; done
  GHA_PLACES=${_entry:-$GHA_STATE}/env:$GHA_PLACES
  export GHA_PLACES
}

unusual_files() {
  printf '%s\n' "$GHA_PLACES" | tr : '\n' | while read -r _one; do
    for _path in "$_one"/*; do
      case ${_path##*/} in
        PATH) continue ;;
        GHA_*) ! printenv "${_path##*/}" > /dev/null || continue ;;   # the runtime's own stands
        *) unusual "${_path##*/}" || continue ;;
      esac
      [ ! -f "$_path" ] || printf '%s\n' "$_path"
    done
  done
}

load_environment() {
  unusual_places
  for _path in "$GHA_STATE"/env/*; do
    [ -f "$_path" ] || continue
    _name=${_path##*/}
    case $_name in GHA_*) kept "$_name"; continue ;; esac
    reserved "$_name" || load_variable "$_name" "$_path"
  done
  for _one in $_scopes; do
    for _path in "$_one"/env/*; do [ ! -f "$_path" ] || load_variable "${_path##*/}" "$_path"; done
  done
  [ ! -s "$_scope/directory" ] || export GITHUB_ACTION_PATH="$GITHUB_WORKSPACE/$(cat "$_scope/directory")"
  # A branch was asked for; what was fetched is a commit.
  case ${GITHUB_SHA:-} in
    *[!0-9a-f]* | '') [ ! -f "$GHA_STATE/sha" ] || { GITHUB_SHA=$(cat "$GHA_STATE/sha"); export GITHUB_SHA; } ;;
  esac
}

kept() { GHA_KEPT="${GHA_KEPT:-} $1"; export GHA_KEPT; of_env "$1"; }

load_variable() { # NAME FILE
  if unusual "$1"; then kept "$1"; else _held=$(cat "$2"; printf x); export "$1=${_held%x}"; of_env "$1"; fi
}

# Where GHA_ENV is set it names what the env context holds.
of_env() { [ -z "${GHA_ENV+set}" ] || GHA_ENV="$GHA_ENV $1"; }

# GHA_SEARCH is the PATH of the step's process; the runtime's own stays as it was. Directories of GITHUB_PATH, the last
# one written first, go before any PATH that the workflow set.
load_path() {
  _added=''
  if [ -f "$GHA_STATE/path" ]; then
    while IFS= read -r _line || [ -n "$_line" ]; do [ -z "$_line" ] || _added=$_line:$_added; done < "$GHA_STATE/path"
  fi
  _own=$_search
  for _one in $(printf '%s\n' "$GHA_PLACES" | tr : '\n'); do
    [ ! -f "$_one/PATH" ] || { _own=$(cat "$_one/PATH"); break; }
  done
  # The shell is looked for where the runner looks, whatever PATH the workflow set.
  _shells=$GHA_RUNTIME:$_added$_search _found=$GHA_RUNTIME:$_added$_own
}

# The step's own variables, each evaluated before any is set: ``theirs`` before its condition. What it says beside
# them (GHA_…, INPUT_…) are ``ours``, which see them all and are of no concern to a step that is skipped.
set_variables() { # theirs | ours
  _index=0
  while [ "$_index" -lt "$_variables" ]; do
    _index=$((_index + 1))
    eval "_pair=\$_variable_$_index"
    is_one_of "$1" "$_pair" || continue
    _value=$(template "${_pair#*=}" && printf x) || return 1
    eval "_value_$_index=\${_value%x}"
  done
  _index=0
  while [ "$_index" -lt "$_variables" ]; do
    _index=$((_index + 1))
    eval "_pair=\$_variable_$_index _value=\$_value_$_index"
    is_one_of "$1" "$_pair" || continue
    reserved "${_pair%%=*}" || set_variable "${_pair%%=*}" "$_value" || return 1
  done
}

set_variable() { # NAME VALUE
  if [ "${#2}" -gt 32000 ] && [ $((${#1} + $(printf '%s' "$2" | wc -c))) -gt 131070 ]; then
    echo "Error: $1 would be longer than the 128 KiB that Linux gives a variable; hand it on in a file" >&2
    return 1
  fi
  if unusual "$1"; then mkdir -p "$_entry/env" && printf '%s' "$2" > "$_entry/env/$1" && kept "$1"
  else export "$1=$2"; of_env "$1"; fi
}

is_one_of() { case $2 in GHA_* | INPUT_*) [ "$1" = ours ] ;; *) [ "$1" = theirs ] ;; esac; }

# Secrets that the step does not ask for do not reach its process.
unset_secrets() {
  for _name in $(env | sed -n 's/^\(GHA_SECRET_[A-Za-z0-9_]*\)=.*/\1/p'); do
    case $_secrets in *" ${_name#GHA_SECRET_} "*) ;; *) unset "$_name" ;; esac
  done
}
