echo "$GITHUB_WORKFLOW" > ../workflow.txt
