"""GitHub's side: workflows, actions, compose files. Never says Task."""
