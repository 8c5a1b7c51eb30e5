# What must not be seen in a log. usage: GHA_MASKS=FILE awk -f masks.awk -f … ; a mask a line

function load_masks(   line) {
  while ((getline line < ENVIRON["GHA_MASKS"]) > 0) add_mask(line)
  close(ENVIRON["GHA_MASKS"])
}

# The longest comes first: a mask that begins another must not leave the other's end standing.
function add_mask(text,   i) {
  if (text == "") return
  for (i = ++mask_count; i > 1 && length(masks[i - 1]) < length(text); i--) masks[i] = masks[i - 1]
  masks[i] = text
}

function hidden(s,   i, at, out) {
  for (i = 1; i <= mask_count; i++) {
    if (!index(s, masks[i])) continue
    out = ""
    while ((at = index(s, masks[i])) > 0) { out = out substr(s, 1, at - 1) "***"; s = substr(s, at + length(masks[i])) }
    s = out s
  }
  return s
}
