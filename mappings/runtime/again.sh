# What a step of an earlier Task installed is installed again: packages lie in a container and not on a volume.
#   again NAME [--env NAME=TEMPLATE]… [--dir TEMPLATE] [--shell TEMPLATE] <<'STEP'
# It is run only if a step of this name succeeded; only its failure is told, what it writes to command files was read then.
again() {
  step_options "$@"
  _number=again _entry=$_scope/again _condition='always()'
  rm -rf "$_entry"
  mkdir -p "$_entry/outputs" "$_entry/saved"
  _body=$_entry/script
  if [ -n "$_file" ]; then cp "${GHA_SCRIPTS:-/gha2tekton-scripts}/$_file" "$_body"; else cat > "$_body"; fi
  heed_stop
  if succeeded; then
    ( GHA_AGAIN=true; export GHA_AGAIN; run_step )
    [ "$(cat "$_entry/outcome" 2> /dev/null)" = success ] || fail_job
  fi
  rm -rf "$_entry"
  heed_stop
}

succeeded() (
  load_environment
  _name=$(template "$_title" 2> /dev/null) || _name=$_title
  for _path in "$_scope"/steps/*; do
    [ "$(cat "$_path/outcome" 2> /dev/null)" = success ] && [ "$(cat "$_path/name" 2> /dev/null)" = "$_name" ] && exit 0
  done
  exit 1
)
