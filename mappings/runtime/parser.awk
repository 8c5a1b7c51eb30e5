# The grammar of expressions, tight to loose: ( ) . [ ], !, < <= > >=, == !=, &&, ||. Part of expression.awk: the tokens
# K and V are computed as they are read; at, take and need look at the next one.

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

function unary() { if (take("!")) return bool(!truthy(unary())); return whole(primary()) }

# A value with what is asked of its parts; a context has taken its own path already.
function whole(value) {
  while (at(".") || at("[")) {
    if (take(".")) {
      if (take("*")) value = every(value)
      else { if (K[P] != "w") fail("a name was expected after ."); value = member(value, V[P++]) }
    } else {
      P++
      if (at("*")) { P++; value = every(value) } else value = member(value, subscript())
      need("]")
    }
  }
  return value ~ /^f/ ? "a" substr(value, 2) : value
}

function primary(   value, word) {
  if (take("(")) { value = either(); need(")"); return value }
  if (P > N) fail("it ends too early")
  if (K[P] == "s") return literal("s" V[P++])
  if (K[P] == "n") return literal("n" number(V[P++]))
  if (K[P] != "w") fail("unexpected " V[P])
  word = V[P++]
  if (word == "true" || word == "false") return literal("b" word)
  if (word == "null") return literal("z")
  if (word == "NaN" || word == "Infinity") return literal("n" word)
  return at("(") ? called(tolower(word)) : context(word)
}

function literal(value) { if (at(".") || at("[")) fail("a literal has no parts"); return value }

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
