#!/bin/sh
# Keeps the well-formed rows of a weather CSV: line ends and blanks normalised, one row a day, in order of date.
# Arguments: --from FILE --to FILE. Sets weather.sanitized_v1: { kept, dropped }.
set -eu

while [ $# -gt 0 ]; do
  case $1 in
    --from) from=$2 ;;
    --to) to=$2 ;;
    *) echo "sanitize.sh: unknown argument $1" >&2; exit 2 ;;
  esac
  shift 2
done

header=date,precipitation,temp_max,temp_min,wind,weather
draft=$to.tmp
trap 'rm -f "$draft"' EXIT

tr -d '\r' <"$from" | awk -F, -v header="$header" '
  function trim(text) { gsub(/^[ \t"]+|[ \t"]+$/, "", text); return text }
  function number(text) { return text ~ /^-?[0-9]+(\.[0-9]+)?$/ }
  function drop(why) { dropped++; printf "line %d: %s: %s\n", NR, why, row >"/dev/stderr" }

  NR == 1 { if ($0 != header) { print "not the expected columns: " $0 >"/dev/stderr"; exit 3 } next }
  /^[ \t]*$/ { next }
  {
    row = $0
    if (NF != 6) { drop("not 6 fields"); next }
    for (i = 1; i <= NF; i++) $i = trim($i)
    gsub("/", "-", $1)
    $6 = tolower($6)
    if ($1 !~ /^[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]$/) { drop("not a date"); next }
    if (!number($2) || !number($3) || !number($4) || !number($5)) { drop("not a number"); next }
    if ($2 < 0 || $3 < $4) { drop("impossible"); next }
    if (seen[$1]++) { drop("second row of a day"); next }
    print $1 "," $2 "," $3 "," $4 "," $5 "," $6
  }
  END { printf "dropped %d\n", dropped >"/dev/stderr" }
' | sort >"$draft"

kept=$(wc -l <"$draft" | tr -d ' ')
rows=$(grep -c '[^[:space:]]' "$from")
if [ "$kept" -eq 0 ]; then
  echo '{"status":"error","reason":"no row is well-formed","exit_code":3,"step":"sanitize"}'
  exit 3
fi
{ echo "$header"; cat "$draft"; } >"$to"
counts=$(printf '{"kept":%d,"dropped":%d}' "$kept" "$((rows - 1 - kept))")
echo '{"status":"ok","outputs":["weather.sanitized_v1","'"$to"'"],"set":{"weather.sanitized_v1":'"$counts"'}}'
