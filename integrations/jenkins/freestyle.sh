#!/bin/sh
# For "Execute shell" in a freestyle job. Wants curl (7.71 or newer) and jq on the agent, DUFFY_URL in the environment, and an API key of
# Duffy bound to DUFFY_KEY. The key stands in a file that nobody else may read, never on a command line and never in the log.
set +x -eu

# What is kept of the machine. It comes into duffy-artifacts/<lease>/<machine>/… of the workspace.
collect='["/var/log"]'
# `hold`: after a failure the machine is kept for debugging, and only then collected from. `done`: it comes back, and its files with it.
on_failure=hold
# How long its files are waited for, how long by a build that is aborted, and how many bytes are fetched, at most.
fetch_seconds=600 aborted_seconds=45 fetch_bytes=1073741824

workspace=$PWD scratch=$(mktemp -d)
header=$scratch/header answer=$scratch/answer lease=
give_back() {
  status=$?
  trap '' HUP INT TERM
  # What failed is kept when Duffy sees the build fail; so it is with a request that still waits: it ends with the build.
  case $on_failure$status in
  hold0 | hold143 | done*)
    if [ -z "$lease" ]; then :
    elif post "/api/v2/leases/$lease/done" '{}' >/dev/null; then fetch || echo "What did not come: duffy artifacts get $lease"
    else echo 'Duffy takes them back when the build is over'; fi
    ;;
  *) [ -z "$lease" ] || echo "Duffy: $lease is kept for debugging if it can be. Its files, once it is over: duffy artifacts get $lease" ;;
  esac
  rm -rf "$scratch"
  exit $status
}
# Prints the status; what was answered is in the file. Tries on while Duffy is out of reach, busy or starting.
duffy() {
  path=$1 && shift
  curl -sS --retry 10 --retry-all-errors --connect-timeout 5 -o "$answer" -w '%{http_code}' -H @"$header" "$@" "$DUFFY_URL$path"
}
post() { duffy "$1" -H 'Content-Type: application/json' -d "$2"; }

# Fails if not all came, which fails no build. Their paths are what somebody called them: letters, digits and a few signs of them are taken.
fetch() {
  [ "$status" != 143 ] || fetch_seconds=$aborted_seconds
  cd "$workspace" && rm -rf duffy-artifacts
  end=$(($(date +%s) + fetch_seconds)) missed=0
  while
    code=$(duffy "/api/v2/leases/$lease/artifacts" --max-time 20 --retry-max-time "$fetch_seconds") || return 1
    [ "$code" = 200 ] && jq -e '.collecting != []' "$answer" >/dev/null && [ "$(date +%s)" -lt $end ]
  do sleep 1; done
  [ "$code" = 200 ] || return 1
  jq -r '(.leftOut[] | "\(.machine): \(.path) is left out: \(.because)"), (.leftOutMore | select(. > 0) | "and \(.) more are left out"),
    (.failed[] | "\(.machine): no more came: \(.because)"), (.collecting[] | "\(.): is still being collected from, and waited for no longer")' "$answer"
  jq -r 'def plain: gsub("[^A-Za-z0-9_.+=@, ~-]"; "_") | .[0:200] | sub("[. ]+$"; "_");
    .artifacts[] | "\(.id) \(.bytes) \([.machine, (.path / "/" | .[] | select(. != ""))] | map(plain) | join("/"))"' "$answer" >"$scratch/files"
  while read -r id bytes place; do
    to=duffy-artifacts/$lease/$place left=$((end - $(date +%s)))
    # Two paths may come to the same, and a file may stand where another has a folder.
    if [ -e "$to" ] || ! mkdir -p "${to%/*}" 2>/dev/null; then to=duffy-artifacts/$lease/$id; fi
    if [ "$bytes" -gt "$fetch_bytes" ]; then why="more than there is room for"
    elif [ $left -le 0 ]; then why='the time for it was over'
    elif ! curl -sSf --connect-timeout 5 --max-time $left -o "$to" -H @"$header" "$DUFFY_URL/api/v2/artifacts/$id"; then why='it did not come'
    elif [ "$(wc -c <"$to")" -ne "$bytes" ]; then why='it was cut off'
    else why= && fetch_bytes=$((fetch_bytes - bytes)); fi
    if [ -z "$why" ]; then echo "$to, $bytes bytes"; else rm -f "$to" && missed=1 && echo "$to, $bytes bytes, is not fetched: $why"; fi
  done <"$scratch/files"
  return $missed
}
trap give_back EXIT
trap 'exit 143' HUP INT TERM
(umask 077 && printf 'Authorization: Bearer %s\n' "$DUFFY_KEY" >"$header")
# What an earlier build left.
rm -rf duffy-artifacts

# The same body again keeps the place in line, and is answered with the same lease.
body=$(jq -n --arg build "$BUILD_URL" --arg onFailure "$on_failure" --argjson collect "$collect" \
  '{type: "metal", for: "4h", build: $build, onFailure: $onFailure, collect: $collect}')
while status=$(post '/webhooks/jenkins?wait=60s' "$body") && lease=$(jq -r '.lease.id // empty' "$answer") && [ "$status" = 202 ]; do
  jq -r .detail "$answer"
done
jq -r .detail "$answer"
[ "$status" = 201 ] || exit 1

jq -r '.lease.machines[] | .address as $at | .port as $port | .hostKeys[] | "[\($at)]:\($port) \(.)"' "$answer" >"$scratch/known_hosts"
login=$(jq -r '.lease.machines[0] | "ssh://\(.user)@\(.address):\(.port)"' "$answer")

# From here on it is yours: SSH_KEY is the private half of a key of your tenant.
ssh -i "$SSH_KEY" -o IdentitiesOnly=yes -o UserKnownHostsFile="$scratch/known_hosts" "$login" 'uname -a && hostname'
