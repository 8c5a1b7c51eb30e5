# What a job of several Tasks carries on its volume beside its files: home, Python packages, conda's environments.
if [ -n "${GHA_HOME:-}" ]; then
  mkdir -p "$GHA_HOME"
  # What Tekton brings for git of the ServiceAccount's Secrets lies in the home of each Pod alone.
  for _one in .git-credentials .gitconfig; do
    if [ -e "$HOME/$_one" ] && { [ -L "$GHA_HOME/$_one" ] || [ ! -e "$GHA_HOME/$_one" ]; }; then
      ln -sfn "$HOME/$_one" "$GHA_HOME/$_one"
    elif [ -L "$GHA_HOME/$_one" ]; then
      rm -f "$GHA_HOME/$_one"
    fi
  done
  HOME=$GHA_HOME
  export HOME
fi
if [ -n "${GHA_VENV:-}" ] && command -v python3 > /dev/null 2>&1; then
  # What pip installs must be there in the Tasks to come: it goes to an environment on the volume.
  [ -x "$GHA_VENV/bin/python3" ] || python3 -m venv --system-site-packages "$GHA_VENV"
  VIRTUAL_ENV=$GHA_VENV PATH=$GHA_RUNTIME:$GHA_VENV/bin:$PATH
  export VIRTUAL_ENV PATH
fi
if [ -n "${GHA_HOME:-}" ] && _conda=$(command -v conda); then
  # New environments go to the volume; those of the image are still found.
  CONDA_ENVS_DIRS=$HOME/.conda/envs:${_conda%/*/*}/envs CONDA_PKGS_DIRS=$HOME/.conda/pkgs
  export CONDA_ENVS_DIRS CONDA_PKGS_DIRS
fi

# What containers of this Task have said, for docker logs in later ones.
leave_logs() {
  mkdir -p "$GHA_STATE/logs"
  printf '%s\n' "${GHA_CONTAINERS:-}" >> "$GHA_STATE/logs/.table"
  for _log in "$GHA_HANDOFF"/*/log; do
    [ ! -s "$_log" ] || { _name=${_log%/log}; cp "$_log" "$GHA_STATE/logs/${_name##*/}"; }
  done
  for _log in "$GHA_HANDOFF"/containers/*/log; do
    _name=$(cat "${_log%/log}/name" 2> /dev/null)
    [ ! -f "$_log" ] || [ -f "${_log%/log}/gone" ] || [ -z "$_name" ] || cp "$_log" "$GHA_STATE/logs/$_name"
  done
}
