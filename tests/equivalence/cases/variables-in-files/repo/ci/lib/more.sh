echo "$GITHUB_EVENT_NAME" > event.txt
