git -C "$REPOSITORY" config receive.denyCurrentBranch ignore
