# Hides masked values in a text. usage: GHA_MASKS=FILE awk -f mask.awk
BEGIN { while ((getline line < ENVIRON["GHA_MASKS"]) > 0) if (line != "") masks[++count] = line }
{
  s = $0
  for (i = 1; i <= count; i++) {
    out = ""
    while ((at = index(s, masks[i])) > 0) { out = out substr(s, 1, at - 1) "***"; s = substr(s, at + length(masks[i])) }
    s = out s
  }
  print s
}
