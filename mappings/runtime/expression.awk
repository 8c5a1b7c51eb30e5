# Evaluates GitHub expressions over what is known while a job runs.
# usage: GHA_TEXT=TEXT GHA_MODE=template|value|truth awk -f expression.awk -f values.awk -f contexts.awk
# template prints a text with its ${{ }} replaced, value prints an expression's value as a string, truth prints true or
# false. Exit status 2 with a message when the expression cannot be evaluated. Nothing is ever handed to a shell as code.
# https://docs.github.com/actions/reference/workflows-and-actions/expressions

BEGIN {
  RS = "\001"   # a whole file is one record, newlines at its end included
  text = ENVIRON["GHA_TEXT"]; mode = ENVIRON["GHA_MODE"]
  if (mode == "template") printf "%s", template(text)
  else if (mode == "truth") print truthy(evaluate(text)) ? "true" : "false"
  else printf "%s", str(evaluate(text))
}

function fail(message) { print "cannot evaluate '" text "': " message > "/dev/stderr"; exit 2 }

function template(rest,   out, at, end) {
  while ((at = index(rest, "${{")) > 0) {
    out = out substr(rest, 1, at - 1); rest = substr(rest, at + 3)
    end = closing(rest)
    if (!end) fail("an expression is not closed")
    out = out str(evaluate(substr(rest, 1, end - 1))); rest = substr(rest, end + 2)
  }
  return out rest
}

# The first }} outside of a quoted string.
function closing(s,   i, c, quoted) {
  for (i = 1; i <= length(s); i++) {
    c = substr(s, i, 1)
    if (c == "'") quoted = !quoted
    else if (!quoted && substr(s, i, 2) == "}}") return i
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
function at(operator) { return P <= N && K[P] == "o" && V[P] == operator }
function take(operator) { if (at(operator)) { P++; return 1 } return 0 }
function need(operator) { if (!take(operator)) fail("expected " operator) }

# What && and || do not need is read and not computed: idle says so.
function either(   left, right) {
  left = both()
  while (take("||")) {
    if (truthy(left)) idle++
    right = both()
    if (truthy(left)) idle--; else left = right
  }
  return left
}

function both(   left, right) {
  left = equality()
  while (take("&&")) {
    if (!truthy(left)) idle++
    right = equality()
    if (!truthy(left)) idle--; else left = right
  }
  return left
}

function equality(   left, negative) {
  left = order()
  while (at("==") || at("!=")) {
    negative = V[P] == "!="; P++
    left = bool(equal(left, order()) != negative)
  }
  return left
}

function order(   left, operator) {
  left = unary()
  while (at("<") || at("<=") || at(">") || at(">=")) { operator = V[P]; P++; left = bool(ordered(left, operator, unary())) }
  return left
}

function unary() { if (take("!")) return bool(!truthy(unary())); return primary() }

function primary(   value, word) {
  if (take("(")) { value = either(); need(")"); return value }
  if (P > N) fail("it ends too early")
  if (K[P] == "s") return "s" V[P++]
  if (K[P] == "n") return "n" number(V[P++])
  if (K[P] != "w") fail("unexpected " V[P])
  word = V[P++]
  if (word == "true" || word == "false") return "b" word
  if (word == "null") return "z"
  if (word == "NaN" || word == "Infinity") return "n" word
  return at("(") ? called(tolower(word)) : context(word)
}

# A context with its whole path, which is looked up at once.
function context(word,   path, depth) {
  path = word; depth = 1
  while (at(".") || at("[")) {
    depth++
    if (take(".")) {
      if (take("*")) path = path SUBSEP "*"
      else { if (K[P] != "w") fail("a name was expected after ."); path = path SUBSEP V[P++] }
    } else {
      P++
      if (at("*")) { P++; path = path SUBSEP "*" } else path = path SUBSEP subscript()
      need("]")
    }
  }
  return idle ? "z" : lookup(path, depth)
}

function subscript(   value) { value = either(); return value ~ /^n[0-9.]+$/ ? int(substr(value, 2)) "" : str(value) }

function called(name,   count, args, chosen) {
  need("(")
  args[0] = ""
  if (name == "case") return chosen_case()
  if (!at(")")) do { args[++count] = either() } while (take(","))
  need(")")
  return idle ? "z" : call(name, count, args)
}

# case(predicate, value, …, default): only what is chosen is computed.
function chosen_case(   count, given, value, chosen, found, skip) {
  do {
    count++
    skip = found || (count % 2 == 0 && given != "btrue")
    if (skip) idle++
    value = either()
    if (skip) { idle--; continue }
    if (count % 2 == 0 || at(")")) { chosen = value; found = 1 }
    else if ((given = value) !~ /^b/ && !idle) fail("a predicate of case is no boolean")
  } while (take(","))
  need(")")
  if (count < 3 || count % 2 == 0) fail("case needs predicates, values and a default")
  return chosen
}
