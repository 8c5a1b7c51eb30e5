# Hides masked values in a text; with -v check=1 it prints nothing and fails when there is one.
# usage: GHA_MASKS=FILE awk [-v check=1] -f masks.awk -f mask.awk
BEGIN { load_masks() }
{ text = hidden($0); if (!check) print text; else if (text != $0) { found = 1; exit 1 } }
END { exit found }
