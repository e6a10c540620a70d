#!/usr/bin/env bash
# Kills a payload and the controller of a run of the workflow, resumes it beside the payloads that live on, and compares its
# files with those of a plain run:
#
#     examples/cluster/check.sh target/release/examples/basin_isolation [PROFILE [SNAKEMAKE OPTIONS...]]
#
# PROFILE is laptop (two jobs at a time) or slurm, on a machine that is a Slurm cluster of its own: one_node_slurm.sh, which
# also gives a program in LOSE_NODE that is run in between. Needs snakemake in PATH and a few minutes; works in a temporary
# folder, which is removed unless something is wrong.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "$1")
profile=${2:-laptop}
options=("${@:3}")
if [ "$profile" = laptop ]; then options+=(--cores 2); fi
arguments="--preset quick --sizes 100,200 --realizations 6 --seed 1"

work=$(mktemp -d "${TMPDIR:-/tmp}/check.XXXXXX")
cp -r "$here/Snakefile" "$here/config.yaml" "$here/profiles" "$work"
cd "$work"
cat > check.yaml <<END
program: $program
arguments: $arguments
out: out
shards: 6
END
echo "in $work"

# Process ids of this folder's payloads: another check may be running.
payloads() {
  local pid
  for pid in $(pgrep -f "^$program .*--out out/parts/"); do
    if [ "$(readlink "/proc/$pid/cwd")" = "$work" ]; then echo "$pid"; fi
  done
}
part_of() { tr '\0' '\n' < "/proc/$1/cmdline" | grep -x -A1 -e --out | tail -n 1; }
cells() { find "$@" -path '*/cells/*.json' 2> /dev/null | sort; }
workflow=(snakemake --profile "profiles/$profile" --configfile check.yaml "${options[@]}")
fail() { echo "FAILED: $*; see $work"; exit 1; }
end() {
  local pids
  pids="$(jobs -p) $(payloads)"
  # shellcheck disable=SC2086
  kill $pids 2> /dev/null || true
}
trap end EXIT
# until_true SECONDS WHAT COMMAND...
until_true() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    if [ $SECONDS -ge $end ]; then fail "waited in vain for $what"; fi
    sleep 0.2
  done
}
# Sets victim and part to a payload that has finished some cells and computes others.
find_victim() {
  for victim in $(payloads); do
    if part=$(part_of "$victim") && [ "$(cells "$part" | wc -l)" -ge 2 ]; then return 0; fi
  done
  return 1
}
computes_again() {
  local pid
  for pid in $(payloads); do if [ "$pid" != "$victim" ] && [ "$(part_of "$pid")" = "$part" ]; then return 0; fi; done
  return 1
}
at_least() { [ "$(cells out/parts | wc -l)" -ge "$1" ] && [ -n "$(payloads)" ]; }
more_cells() { until_true 900 "more cells" at_least $(($(cells out/parts | wc -l) + 2)); }

# shellcheck disable=SC2086
"$program" $arguments --threads 2 --quiet --out plain
total=$(wc -l < plain/cells.jsonl)
echo "plain run: $total cells"

"${workflow[@]}" > first.log 2>&1 &
controller=$!
until_true 900 "a payload with finished cells" find_victim
kill -9 "$victim"
echo "payload of $part killed, $(cells "$part" | wc -l) of its cells finished"
until_true 900 "its payload again" computes_again
grep -m1 "Trying to restart job" first.log

if [ -n "${LOSE_NODE:-}" ]; then
  more_cells
  "$LOSE_NODE"
  echo "node lost and back, $(cells out/parts | wc -l) of $total cells finished"
fi

more_cells
kill -9 "$controller"
wait "$controller" 2> killed.log || echo "controller killed: exit code $?"
cells out/parts | xargs stat --format '%n %i %Y' > finished.txt
echo "$(wc -l < finished.txt) of $total cells are finished"
sleep 2
echo "payloads that live on without it: $(payloads | wc -l)"

if "${workflow[@]}" > refused.log 2>&1; then fail "a second start was not refused"; fi
grep -m1 LockException refused.log || fail "refused for another reason"
"${workflow[@]}" --unlock > unlock.log 2>&1
echo "unlocked, resumed"
"${workflow[@]}" > second.log 2>&1 || fail "the resumed run"
grep -E 'steps \(100%\) done' second.log | tail -n 1

# shellcheck disable=SC2046
stat --format '%n %i %Y' $(cut -d ' ' -f 1 finished.txt) | cmp - finished.txt || fail "a finished cell was written again"
echo "no finished cell was computed again"
compared=0
for file in plain/*.*; do
  cmp "$file" "out/${file#plain/}" || fail "$file"
  compared=$((compared + 1))
done
echo "$compared files compared: $(cd plain && echo *.*)"
cd / && rm -r "$work"
echo identical
