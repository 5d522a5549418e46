# agent.sh LAUNCH FOLDER [NODE URL WEBSOCKET]: gives a machine an agent of a Jenkins, as the user that a tenant logs in as. The secret
# comes by standard input and goes into a file that nobody else may read; the agent is told the name of that file. Whatever is in the
# way is said in one line after `problem: `, and is no failure: the machine is as good as before. Safe to run again.
set -u
launch=$1 folder=$2
umask 077
problem() {
  echo "problem: $1"
  exit 0
}

# A JRE of Debian or Fedora, where we may install one.
if ! command -v java >/dev/null; then
  [ "$(id -u)" = 0 ] || problem 'there is no java, and only root could install one'
  if command -v apt-get >/dev/null; then
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends default-jre-headless >/dev/null 2>&1 ||
      { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends default-jre-headless; } >/dev/null 2>&1
  elif command -v dnf >/dev/null; then
    dnf install -y java-17-openjdk-headless >/dev/null 2>&1
  fi
  command -v java >/dev/null || problem 'there is no java, and none could be installed'
fi

cd "$HOME" && mkdir -p "$folder" && cd "$folder" || problem "the folder $folder cannot be made"
[ "$launch" = inbound ] || exit 0

node=$3 url=$4 websocket=$5
cat >secret
if [ -s pid ] && kill "$(cat pid)" 2>/dev/null; then sleep 0.2; fi
fetched=$(python3 -c 'import sys, urllib.request as r; open("agent.jar", "wb").write(r.urlopen(sys.argv[1], timeout=30).read())' "${url}jnlpJars/agent.jar" 2>&1) ||
  problem "agent.jar cannot be fetched from $url: $(echo "$fetched" | tail -n 1)"
set -- -jar agent.jar -url "$url" -secret @secret -name "$node" -workDir "$PWD"
[ "$websocket" = false ] || set -- "$@" -webSocket
setsid nohup java "$@" >agent.log 2>&1 </dev/null &
echo $! >pid
# One that cannot start at all says so within a moment.
for _ in 1 2 3 4 5 6 7 8 9 10; do
  sleep 0.1
  kill -0 "$(cat pid)" 2>/dev/null || problem "the agent ended at once: $(tail -n 1 agent.log)"
done
exit 0
