# The shells of steps.

# GitHub's command line for a shell. https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
shell_line() {
  case $1 in
    '') if PATH=$_shells command -v bash > /dev/null 2>&1; then echo 'bash -e {0}'; else echo 'sh -e {0}'; fi ;;
    bash) echo 'bash --noprofile --norc -e -o pipefail {0}' ;;
    sh) echo 'sh -e {0}' ;;
    python) if PATH=$_shells command -v python > /dev/null 2>&1; then echo 'python {0}'; else echo 'python3 {0}'; fi ;;
    # What setup-micromamba makes: it runs on after a failure. PATH has the environment's programs already.
    'micromamba-shell '*) printf 'bash %s\n' "${1#* }" ;;
    pwsh) echo "pwsh -command . '{0}'" ;;
    *) printf '%s\n' "$1" ;;
  esac
}

powershell_body() {
  {
    echo "\$ErrorActionPreference = 'stop'"
    cat "$_body"
    printf '\n%s\n' 'if ((Test-Path -LiteralPath variable:\LASTEXITCODE)) { exit $LASTEXITCODE }'
  } > "$_body.ps1"
  _body=$_body.ps1
}

# A login shell begins with the PATH of its image's /etc/profile, where on GitHub's machines it keeps the step's. A container of
# the workflow's is as it is.
logs_in() { # PROGRAM WORD…
  [ -z "${GHA_CONTAINER:-}" ] && [ "${1##*/}" = bash ] || return 1
  for _word; do
    case $_word in --login | -l* | -[!-]*l*) return 0 ;; esac
  done
  return 1
}

keep_path() {
  _profile=${HOME:?}/.bash_profile
  ! grep -qs GHA_LOGIN_PATH "$_profile" || return 0
  {
    echo 'PATH=${GHA_LOGIN_PATH:-$PATH}'
    # Without this file bash would read the other.
    if [ -e "$_profile" ]; then cat "$_profile"; else echo '[ ! -r ~/.profile ] || . ~/.profile'; fi
  } > "$_profile.new" && mv "$_profile.new" "$_profile"
}
