# Results and outputs of the jobs that this one needs. A job of several legs gets one result, the worst of them, and the
# last value that any leg gave to each output. GHA_NEEDED holds ids, GHA_LEGS id:count of those with several legs, id:* of
# those whose legs the run works out.
set -f
for _pair in ${GHA_LEGS:-}; do
  set +f
  _need=${_pair%%:*} _count=${_pair##*:}
  mkdir -p "$GHA_NEEDS/$_need/outputs"
  # How many legs a matrix has that the run worked out; without any its job has said its result itself.
  [ "$_count" != '*' ] || _count=$(ls "$GHA_NEEDS/$_need/legs" 2>/dev/null | wc -l)
  [ "$_count" -gt 0 ] || continue
  _worst=success _leg=0
  while [ "$_leg" -lt "$_count" ]; do
    _one=$GHA_NEEDS/$_need.$_leg
    case $(cat "$_one/result" 2>/dev/null || echo failure) in
      success) ;;
      cancelled) [ "$_worst" = failure ] || _worst=cancelled ;;
      skipped) [ "$_worst" != success ] || _worst=skipped ;;
      *) _worst=failure ;;
    esac
    [ ! -f "$_one/outputs.names" ] || cat "$_one/outputs.names" >> "$GHA_NEEDS/$_need/outputs.names"
    for _path in "$_one"/outputs/*; do [ ! -s "$_path" ] || cp "$_path" "$GHA_NEEDS/$_need/outputs/"; done
    _leg=$((_leg + 1))
  done
  # Other jobs may read it at this moment.
  _part=$(mktemp "$GHA_NEEDS/$_need/.result.XXXXXX") && printf '%s' "$_worst" > "$_part" && chmod 664 "$_part" &&
    mv -f "$_part" "$GHA_NEEDS/$_need/result"
done
set +f
