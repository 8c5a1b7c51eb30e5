"""From the plan to Tekton: the only place besides plan/ that speaks both vocabularies."""
