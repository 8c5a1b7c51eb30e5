# Reads an action.yml: its program of a name, or the defaults of its inputs, each into a file named as GitHub's variable.
# usage: awk -v key=main -f action-file.awk FILE ; awk -v into=DIR -f action-file.awk FILE
# Defaults that hold an expression are left out: who calls gives these.
# https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax

function indent(line) { match(line, /^ */); return RLENGTH }

# One scalar as it stands on a line.
function scalar(text) {
  sub(/^[ \t]+/, "", text)
  if (text ~ /^'/) { sub(/^'/, "", text); gsub(/''/, "\001", text); sub(/'.*$/, "", text); gsub("\001", "'", text); return text }
  if (text ~ /^"/) {
    sub(/^"/, "", text); gsub(/\\\\/, "\002", text); gsub(/\\"/, "\001", text); sub(/".*$/, "", text)
    gsub(/\\n/, "\n", text); gsub(/\\t/, "\t", text); gsub("\001", "\"", text); gsub("\002", "\\", text); return text
  }
  sub(/([ \t]+|^)#.*$/, "", text); sub(/[ \t]+$/, "", text)
  return text ~ /^(null|Null|NULL|~)$/ ? "" : text
}

function told(value) {
  if (into == "" || value ~ /\$\{\{/) return
  name = toupper(input); gsub(/ /, "_", name)
  if (name ~ /\// || name == "") return
  printf "%s", value > (into "/INPUT_" name)
  close(into "/INPUT_" name)
}

# What ends a text that goes over lines; a folded one has spaces for single line ends.
function ended() {
  if (!block) return
  block = 0
  sub(/\n+$/, "", held)
  told(held (keep == "-" ? "" : "\n"))
}

{ sub(/\r$/, "") }
block {
  if ($0 ~ /^[ \t]*$/ || indent($0) > depth) {
    if (margin < 0 && $0 !~ /^[ \t]*$/) margin = indent($0)
    line = substr($0, margin + 1)
    if (held == "") between = ""
    else if (folded && line != "") between = held ~ /\n$/ ? "" : " "
    else between = "\n"
    held = held between line
    next
  }
  ended()
}
/^[ \t]*(#.*)?$/ { next }
/^[^ ]/ { part = $0; sub(/:.*/, "", part); inner = -1; next }
part == "runs" && key != "" && $1 == key ":" { text = $0; sub(/^[^:]*:/, "", text); print scalar(text); exit }
part == "inputs" {
  here = indent($0)
  if (inner < 0 || here <= inner) { inner = here; input = $0; sub(/:[^:]*$/, "", input); input = scalar(input); fields = -1; next }
  if (fields < 0) fields = here
  if (here == fields && $1 == "default:") {
    text = $0; sub(/^[^:]*:[ \t]*/, "", text)
    if (text ~ /^[|>][-+0-9]*[ \t]*(#.*)?$/) {
      block = 1; folded = text ~ /^>/; keep = text ~ /-/ ? "-" : ""; depth = here; margin = -1; held = ""; next
    }
    told(scalar(text))
  }
}
END { ended() }
