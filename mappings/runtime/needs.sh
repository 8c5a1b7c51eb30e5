# Results and outputs of the jobs that this one needs. A job of several legs gets one result, the worst of them, and the
# last value that any leg gave to each output. GHA_NEEDED holds ids, GHA_LEGS id:count of those with several legs.
for pair in ${GHA_LEGS:-}; do
  need=${pair%%:*} count=${pair##*:}
  mkdir -p "$GHA_NEEDS/$need/outputs"
  worst=success leg=0
  while [ "$leg" -lt "$count" ]; do
    one=$GHA_NEEDS/$need.$leg
    case $(cat "$one/result" 2>/dev/null || echo failure) in
      failure) worst=failure ;;
      cancelled) [ "$worst" = failure ] || worst=cancelled ;;
      skipped) [ "$worst" != success ] || worst=skipped ;;
    esac
    for path in "$one"/outputs/*; do [ ! -s "$path" ] || cp "$path" "$GHA_NEEDS/$need/outputs/"; done
    leg=$((leg + 1))
  done
  printf '%s' "$worst" > "$GHA_NEEDS/$need/result"
done
