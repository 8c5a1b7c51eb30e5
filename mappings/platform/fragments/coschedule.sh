if [ "$(kubectl get configmap feature-flags -n tekton-pipelines -o 'jsonpath={.data.coschedule}' 2> /dev/null || :)" != disabled ]; then
  say "  note: claims may be on several nodes at once, but Tekton keeps each run on one; to let it spread, for the whole cluster:"
  say "    kubectl patch configmap feature-flags -n tekton-pipelines --type merge -p '{\"data\":{\"coschedule\":\"disabled\"}}'"
fi
