# Prints a step's output: workflow commands are obeyed, masked values hidden.
# usage: GHA_MASKS=FILE GHA_STEP=DIR awk -f masks.awk -f commands.awk < output ; each line is flushed at once
# https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands

function say(s) { print hidden(s); fflush() }

function data(s) { gsub(/%0D/, "\r", s); gsub(/%0A/, "\n", s); gsub(/%25/, "%", s); return s }

function property(list, name,   i, n, parts, value) {
  n = split(list, parts, /[,;]/)
  for (i = 1; i <= n; i++) if (tolower(substr(parts[i], 1, length(name) + 1)) == name "=") {
    value = substr(parts[i], length(name) + 2)
    gsub(/%3A/, ":", value); gsub(/%2C/, ",", value); gsub(/%3B/, ";", value); gsub(/%5D/, "]", value)
    return data(value)
  }
  return ""
}

function keep_mask(text,   i, n, parts) {
  n = split(text, parts, /[\r\n]+/)
  for (i = 1; i <= n; i++) if (parts[i] != "") {
    add_mask(parts[i])
    # This container's list, and the one that the Tasks to come begin with.
    print parts[i] >> ENVIRON["GHA_MASKS"]; print parts[i] >> (ENVIRON["GHA_STATE"] "/masks")
  }
  close(ENVIRON["GHA_MASKS"]); close(ENVIRON["GHA_STATE"] "/masks")
}

# Where what runs at the job's end finds what a step saves.
function kept() { return ENVIRON["GHA_LEFT"] != "" ? ENVIRON["GHA_LEFT"] : ENVIRON["GHA_STEP"] }

# Whether a line was a command, which then has had its effect.
function obey(name, list, value,   file, place) {
  if (name == "add-mask") keep_mask(value)
  else if (name == "set-output" || name == "save-state") {
    file = property(list, "name")
    if (file ~ /^$|\//) return 0
    if (name == "set-output") { place = ENVIRON["GHA_STEP"] "/outputs.names"; print file >> place; close(place) }
    file = name == "set-output" ? ENVIRON["GHA_STEP"] "/outputs/" tolower(file) : kept() "/saved/" file
    printf "%s", value > file; close(file)
  } else if (name == "error" || name == "warning" || name == "notice") {
    place = property(list, "file")
    if (place != "" && property(list, "line") != "") place = place ":" property(list, "line")
    say(toupper(substr(name, 1, 1)) substr(name, 2) ": " (place == "" ? "" : place ": ") value)
  } else if (name == "group" || name == "section" || name == "command") say("--- " value)
  else if (name == "debug") { if (ENVIRON["RUNNER_DEBUG"] == "1") say("Debug: " value) }
  else if (name == "stop-commands") stopped = value
  else if (name == "set-env" || name == "add-path") {
    if (ENVIRON["ACTIONS_ALLOW_UNSECURE_COMMANDS"] == "true") return unsecure(name, list, value)
    say("Error: the command " name " is disabled; write to GITHUB_ENV or GITHUB_PATH")
    print name > (ENVIRON["GHA_STEP"] "/refused"); close(ENVIRON["GHA_STEP"] "/refused")
  } else if (name !~ /^(endgroup|add-matcher|remove-matcher|echo)$/) return 0
  return 1
}

function unsecure(name, list, value,   file) {
  file = property(list, "name")
  if (name == "add-path") { file = ENVIRON["GHA_STATE"] "/path"; print value >> file }
  else { if (file ~ /^$|\//) return 0; file = ENVIRON["GHA_STATE"] "/env/" file; printf "%s", value > file }
  close(file)
  return 1
}

BEGIN { load_masks() }
{
  line = $0; sub(/^[ \t]+/, "", line)
  if (stopped != "") { if (line == "::" stopped "::") stopped = ""; else say($0); next }
  if (line ~ /^::[A-Za-z-]+( .*)?::/) { head = substr(line, 3); at = index(head, "::"); skip = 2 }
  # The older form may stand anywhere in a line.
  else if (match(line, /##\[[A-Za-z-]+( [^]]*)?\]/)) { head = substr(line, RSTART + 3); at = index(head, "]"); skip = 1 }
  else at = 0
  if (at) {
    value = data(substr(head, at + skip)); head = substr(head, 1, at - 1)
    space = index(head, " "); name = tolower(space ? substr(head, 1, space - 1) : head)
    if (obey(name, space ? substr(head, space + 1) : "", value)) next
  }
  say($0)
}
