# Prints the first version among the lines that a range allows; what it cannot read as a range allows all.
# usage: RANGE=… awk -f versions.awk ; 3.12, 20.x, ">=3.9,<3.13", "^20 || 22", ~=3.9, or lines of such
# https://github.com/npm/node-semver#ranges
function compare(a, b,   left, right, i, n, m) {
  n = split(a, left, "."); m = split(b, right, ".")
  for (i = 1; i <= n || i <= m; i++) if (left[i] + 0 != right[i] + 0) return left[i] + 0 < right[i] + 0 ? -1 : 1
  return 0
}

function begins(have, wanted) { return wanted == "" || have == wanted || index(have ".", wanted ".") == 1 }

# The parts that a version may not leave: of ^ the first that counts, of ~ all but the last, and of ~= as well.
function kept(sign, wanted, count,   part, i, out) {
  split(wanted, part, ".")
  if (sign == "^") for (count = 1; part[count] == "0" && part[count + 1] != ""; count++) ;
  else if (sign == "~") count = count > 1 ? 2 : 1
  else count = count - 1
  for (i = 1; i <= count; i++) out = out (i > 1 ? "." : "") part[i]
  return out
}

function allowed(have, clause,   sign, wanted, open, order, part) {
  match(clause, /^[<>=!~^]*/)
  sign = substr(clause, 1, RLENGTH); wanted = substr(clause, RLENGTH + 1)
  sub(/^v/, "", wanted)
  open = sub(/(\.[xX*])+$/, "", wanted)
  if (wanted == "*" || wanted == "x") return 1
  if (wanted !~ /^[0-9]+(\.[0-9]+)*$/) return 1
  order = compare(have, wanted)
  if (sign == ">=") return order >= 0
  if (sign == ">") return order > 0 && !begins(have, wanted)
  if (sign == "<=") return order <= 0 || begins(have, wanted)
  if (sign == "<") return order < 0
  if (sign == "!=") return open ? !begins(have, wanted) : order != 0
  if (sign == "^" || sign == "~" || sign == "~=") return order >= 0 && begins(have, kept(sign, wanted, split(wanted, part, ".")))
  return begins(have, wanted)
}

function fits(have,   either, clauses, i, j, n, m, good) {
  sub(/[^0-9.].*/, "", have)
  n = split(range, either, /\|\||\n/)
  for (i = 1; i <= n; i++) {
    gsub(/,/, " ", either[i]); gsub(/[<>=!~^] +/, "&\001", either[i]); gsub(/ +\001/, "", either[i])
    m = split(either[i], clauses, " ")
    good = m > 0
    for (j = 1; j <= m && good; j++) good = allowed(have, clauses[j])
    if (good) return 1
  }
  return range ~ /^[ \n]*$/
}

BEGIN { range = ENVIRON["RANGE"] }
fits($0) { print; exit }
