# Evaluates GitHub expressions over what is known while a job runs.
# usage: GHA_TEXT=TEXT GHA_MODE=template|value|truth|flag awk -f expression.awk -f parser.awk -f values.awk -f objects.awk -f contexts.awk
#   -f needs.awk -f whole-contexts.awk
# template prints a text with its ${{ }} replaced, value prints an expression's value as a string, truth prints true or
# false, and flag does so where texts that say true are none. Exit status 2 with a message when the expression cannot be evaluated. Nothing is ever handed to a shell as code.
# https://docs.github.com/actions/reference/workflows-and-actions/expressions

BEGIN {
  RS = "\001"   # a whole file is one record, newlines at its end included
  text = ENVIRON["GHA_TEXT"]; mode = ENVIRON["GHA_MODE"]
  if (mode == "template") printf "%s", template(text)
  else if (mode == "truth") print truthy(evaluate(text)) ? "true" : "false"
  else if (mode == "flag") print evaluate(text) == "btrue" ? "true" : "false"
  else printf "%s", str(evaluate(text))
}

function fail(message) {
  if (J_SOFT) { J_BAD = 1; return "z" }
  print "cannot evaluate '" text "': " message > "/dev/stderr"
  exit 2
}

function template(rest,   out, start, end) {
  while ((start = index(rest, "${{")) > 0) {
    out = out substr(rest, 1, start - 1); rest = substr(rest, start + 3)
    end = closing(rest)
    if (!end) fail("an expression is not closed")
    out = out str(evaluate(substr(rest, 1, end - 1))); rest = substr(rest, end + 2)
  }
  return out rest
}

# The first }} outside of a quoted string.
function closing(s,   i, c, inside) {
  for (i = 1; i <= length(s); i++) {
    c = substr(s, i, 1)
    if (c == "'") inside = !inside
    else if (!inside && substr(s, i, 2) == "}}") return i
  }
  return 0
}

function evaluate(source,   value) {
  lex(source); P = 1
  if (N == 0) fail("it is empty")
  value = either()
  if (P <= N) fail("unexpected " V[P])
  return value
}

function lex(s,   c, i, word) {
  N = 0
  while (s != "") {
    c = substr(s, 1, 1)
    if (c ~ /[ \t\r\n]/) { s = substr(s, 2); continue }
    if (c == "'") {
      word = ""
      for (i = 2; i <= length(s); i++) {
        c = substr(s, i, 1)
        if (c != "'") word = word c
        else if (substr(s, i + 1, 1) == "'") { word = word c; i++ }
        else break
      }
      if (i > length(s)) fail("a string is not closed")
      token("s", word); s = substr(s, i + 1)
    } else if (match(s, /^-Infinity/)) {
      token("n", "-Infinity"); s = substr(s, RLENGTH + 1)
    } else if (match(s, /^[-+]?(0x[0-9a-fA-F]+|0o[0-7]+|[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?|\.[0-9]+([eE][-+]?[0-9]+)?)/)) {
      token("n", substr(s, 1, RLENGTH)); s = substr(s, RLENGTH + 1)
    } else if (match(s, /^[A-Za-z_][A-Za-z0-9_-]*/)) {
      token("w", substr(s, 1, RLENGTH)); s = substr(s, RLENGTH + 1)
    } else if (match(s, /^(==|!=|<=|>=|&&|[|][|]|[][()<>!.,*])/)) {
      token("o", substr(s, 1, RLENGTH)); s = substr(s, RLENGTH + 1)
    } else fail("unexpected symbol " c)
  }
}

function token(kind, value) { N++; K[N] = kind; V[N] = value }
