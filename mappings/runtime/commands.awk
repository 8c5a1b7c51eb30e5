# Prints a step's output: workflow commands are obeyed, masked values hidden.
# usage: GHA_MASKS=FILE GHA_STEP=DIR awk -f commands.awk < output ; a line at a time, each flushed at once
# https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands

function load(   line) {
  count = 0
  while ((getline line < ENVIRON["GHA_MASKS"]) > 0) if (line != "") masks[++count] = line
  close(ENVIRON["GHA_MASKS"])
}

function hidden(s,   i, at, out) {
  for (i = 1; i <= count; i++) {
    out = ""
    while ((at = index(s, masks[i])) > 0) { out = out substr(s, 1, at - 1) "***"; s = substr(s, at + length(masks[i])) }
    s = out s
  }
  return s
}

function say(s) { print hidden(s); fflush() }

function data(s) { gsub(/%0D/, "\r", s); gsub(/%0A/, "\n", s); gsub(/%25/, "%", s); return s }

function property(list, name,   i, n, parts, value) {
  n = split(list, parts, ",")
  for (i = 1; i <= n; i++) if (tolower(substr(parts[i], 1, length(name) + 1)) == name "=") {
    value = substr(parts[i], length(name) + 2); gsub(/%3A/, ":", value); gsub(/%2C/, ",", value)
    return data(value)
  }
  return ""
}

function obey(name, list, value,   file, place) {
  if (name == "add-mask") {
    n = split(value, lines, "\n")
    for (i = 1; i <= n; i++) if (lines[i] != "") { masks[++count] = lines[i]; print lines[i] >> ENVIRON["GHA_MASKS"]; print lines[i] >> (ENVIRON["GHA_STATE"] "/masks") }
    close(ENVIRON["GHA_MASKS"]); close(ENVIRON["GHA_STATE"] "/masks")
  } else if (name == "set-output" || name == "save-state") {
    file = ENVIRON["GHA_STEP"] "/" (name == "set-output" ? "outputs/" tolower(property(list, "name")) : "saved/" property(list, "name"))
    if (property(list, "name") !~ /^$|\//) { printf "%s", value > file; close(file) }
  } else if (name == "error" || name == "warning" || name == "notice") {
    place = property(list, "file")
    if (place != "" && property(list, "line") != "") place = place ":" property(list, "line")
    say(toupper(substr(name, 1, 1)) substr(name, 2) ": " (place == "" ? "" : place ": ") value)
  } else if (name == "group") say("--- " value)
  else if (name == "debug") { if (ENVIRON["RUNNER_DEBUG"] == "1") say("Debug: " value) }
  else if (name == "stop-commands") stopped = value
  else if (name == "set-env" || name == "add-path") {
    if (ENVIRON["ACTIONS_ALLOW_UNSECURE_COMMANDS"] != "true") {
      say("Error: the command " name " is disabled; write to GITHUB_ENV or GITHUB_PATH")
      print name > (ENVIRON["GHA_STEP"] "/refused"); close(ENVIRON["GHA_STEP"] "/refused")
    }
  } else if (name !~ /^(endgroup|add-matcher|remove-matcher|echo)$/) return 0
  return 1
}

BEGIN { load() }
{
  line = $0; sub(/^[ \t]+/, "", line)
  if (stopped != "") { if (line == "::" stopped "::") stopped = ""; else say($0); next }
  if (match(line, /^::[A-Za-z-]+( [^\n]*)?::/)) {
    head = substr(line, 3); at = index(head, "::"); value = data(substr(head, at + 2)); head = substr(head, 1, at - 1)
    space = index(head, " "); name = tolower(space ? substr(head, 1, space - 1) : head)
    if (obey(name, space ? substr(head, space + 1) : "", value)) next
  }
  say($0)
}
