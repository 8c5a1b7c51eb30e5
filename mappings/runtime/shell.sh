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
