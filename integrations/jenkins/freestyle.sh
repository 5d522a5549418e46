#!/bin/sh
# For "Execute shell" in a freestyle job. Wants curl (7.71 or newer) and jq on the agent, DUFFY_URL in the environment, and an API key of
# Duffy bound to DUFFY_KEY. The key stands in a file that nobody else may read, never on a command line and never in the log.
set +x -eu

scratch=$(mktemp -d)
header=$scratch/header answer=$scratch/answer lease=
give_back() {
  status=$?
  trap '' HUP INT TERM
  # What failed is kept when Duffy sees the build fail; so it is with a request that still waits: it ends with the build.
  case $status in 0 | 143)
    [ -z "$lease" ] || duffy POST "/api/v2/leases/$lease/done" '{}' >/dev/null || echo 'Duffy takes them back when the build is over'
    ;;
  esac
  rm -rf "$scratch"
  exit $status
}
# Prints the status; what was answered is in the file. Tries on while Duffy is out of reach, busy or starting.
duffy() {
  curl -sS --retry 10 --retry-all-errors --connect-timeout 5 -o "$answer" -w '%{http_code}' \
    -X "$1" -H @"$header" -H 'Content-Type: application/json' -d "$3" "$DUFFY_URL$2"
}
trap give_back EXIT
trap 'exit 143' HUP INT TERM
(umask 077 && printf 'Authorization: Bearer %s\n' "$DUFFY_KEY" >"$header")

# The same body again keeps the place in line, and is answered with the same lease.
body=$(jq -n --arg build "$BUILD_URL" '{type: "metal", for: "4h", build: $build, onFailure: "hold"}')
while status=$(duffy POST '/webhooks/jenkins?wait=60s' "$body") && lease=$(jq -r '.lease.id // empty' "$answer") && [ "$status" = 202 ]; do
  jq -r .detail "$answer"
done
jq -r .detail "$answer"
[ "$status" = 201 ] || exit 1

jq -r '.lease.machines[] | .address as $at | .port as $port | .hostKeys[] | "[\($at)]:\($port) \(.)"' "$answer" >"$scratch/known_hosts"
login=$(jq -r '.lease.machines[0] | "ssh://\(.user)@\(.address):\(.port)"' "$answer")

# From here on it is yours: SSH_KEY is the private half of a key of your tenant.
ssh -i "$SSH_KEY" -o IdentitiesOnly=yes -o UserKnownHostsFile="$scratch/known_hosts" "$login" 'uname -a && hostname'
