#!/bin/sh
# One debate a change, in any CI system that has a POSIX shell and `roundtable` on its path.
#
#   sh docs/ci.sh --topic @proposal.md --mode vote --yes-no --min-agreement 0.75
#
# The arguments are those of `roundtable start`. Read from the environment:
#   DECISION_NAME          what is decided on [default: the commit]; under one name nothing is ever paid for twice
#   DECISION_DIR           folder of the reports [default: decision]
#   ROUNDTABLE_DATA_DIR    where the sessions are; keep it from run to run, so that a job that is run again goes on
#
# Ends with the exit code of `roundtable start`, so that a gate that does not hold fails the job.
set -eu

name=${DECISION_NAME:-ci-${GITHUB_SHA:-${CI_COMMIT_SHA:-$(git rev-parse HEAD)}}}
folder=${DECISION_DIR:-decision}
mkdir -p "$folder"
# What an earlier decision left there is not this one's.
rm -f "$folder/decision.md" "$folder/decision.adr.md" "$folder/decision.html" "$folder/decision.json" "$folder/decision.ndjson"

code=0
roundtable start --name="$name" "$@" --format markdown \
    --output "$folder/decision.adr.md" --output "$folder/decision.html" \
    --output "$folder/decision.json" --output "$folder/decision.ndjson" \
    > "$folder/decision.md" || code=$?

case $code in
    0) ending='decided'
       if grep -q '"label": *"no_choice"' "$folder/decision.json"; then ending='decided: the panel was heard and chose nothing'; fi ;;
    3) ending='decided, but the gate does not hold' ;;
    4) ending='waiting for a fact that somebody must supply; the record says which' ;;
    5) ending='too few seats could be heard; run the job again, and it asks those again' ;;
    6) ending='a limit was reached; the record holds what there is' ;;
    130) ending='interrupted; run the job again, and it goes on from here' ;;
    *) ending="no decision, exit code $code; the log says why" ;;
esac
echo "$name: $ending" >&2

if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    { printf '**%s**\n\n' "$ending"; cat "$folder/decision.md"; } >> "$GITHUB_STEP_SUMMARY"
fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then
    echo "exit-code=$code" >> "$GITHUB_OUTPUT"
fi
exit "$code"
