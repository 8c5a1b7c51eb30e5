mkdir -p two
echo "LEVEL=high" >> "$GITHUB_ENV"
echo "DIR=two" >> "$GITHUB_ENV"
