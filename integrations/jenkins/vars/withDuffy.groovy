import duffy.Artifacts
import duffy.Server
import groovy.transform.Field

/** How often it is tried to give machines back, before that is left to Duffy, which looks after builds. */
@Field final int RETURN_TRIES = 12

/**
 * Machines for the time of a block: `withDuffy(type: 'metal', count: 2) { hosts -> … }`. Waits until one can log in to all of them,
 * gives them back however the block ends, and then brings what was collected from them. `withDuffy.txt` says which options there are.
 */
def call(Map options, Closure body) {
  Map terms = termsOf(options)
  Map known = [asked: false, request: null, lease: null, begun: false, failed: false, aborted: false, back: false]
  if (terms.wanted.collect) terms.artifacts.begin()
  try {
    Map lease = waitForMachines(terms, known)
    known.begun = true
    String before = currentBuild.currentResult
    def result = null
    withEnv(environmentOf(lease)) { result = body(lease.machines) }
    known.failed = currentBuild.currentResult != before
    return result
  } catch (InterruptedException aborted) {
    known.aborted = true
    throw aborted
  } catch (Throwable fault) {
    known.failed = known.begun
    throw fault
  } finally {
    giveBack(terms, known)
    if (known.back && known.begun && terms.wanted.collect) terms.artifacts.bring(known.lease, known.aborted)
  }
}

/** What is this step's own, and what is sent on as it is. */
Map termsOf(Map options) {
  Map wanted = new LinkedHashMap(options)
  Server server = Server.from(this, 'withDuffy', wanted)
  Artifacts artifacts = Artifacts.from(server, 'withDuffy', wanted)
  wanted.build = env.BUILD_URL
  // One for each time that the step runs: two branches share no machines, and a stage that is tried again gets new ones.
  wanted.name = (wanted.name ?: wanted.type) + '-' + UUID.randomUUID().toString().substring(0, 8)
  return [server: server, artifacts: artifacts, wanted: wanted]
}

Map waitForMachines(Map terms, Map known) {
  String said = ''
  for (int looks = 0; ; looks++) {
    Map standing = look(terms, known)
    Map lease = standing.lease
    Map request = standing.request
    if (lease != null && lease.state == 'active') {
      echo("Duffy: lease ${lease.id} until ${lease.until}: ${wordsOf(lease)}")
      refuseWithoutAgents(lease)
      return lease
    }
    if (lease != null && lease.state == 'ended') error("Duffy: lease ${lease.id} is over: ${lease.ending}")
    if (lease == null && request.lease == null && request.state != 'waiting')
      error("Duffy: request ${request.id} came to nothing: ${request.ending}")
    String now = lease == null ? "request ${request.id} waits, in place ${request.position}" : "lease ${lease.id} is being prepared"
    if (now != said) echo("Duffy: ${now}")
    said = now
    sleep(time: Server.pauseOf(looks), unit: 'SECONDS')
  }
}

/** Without this the build would wait for a node that never comes. */
void refuseWithoutAgents(Map lease) {
  for (int at = 0; at < lease.machines.size(); at++) {
    Map machine = lease.machines[at]
    if (machine.agent?.problem) error("Duffy: ${machine.name} has no agent: ${machine.agent.problem}")
  }
}

/** How things stand; asks for the machines if Duffy is not known to have heard of it. */
Map look(Map terms, Map known) {
  boolean first = known.lease == null && known.request == null
  String path = known.lease != null ? "/api/v2/leases/${known.lease}" : "/api/v2/requests/${known.request}"
  if (first) known.asked = true
  Map answer = first ? terms.server.ask('POST', '/webhooks/jenkins', terms.wanted) : terms.server.ask('GET', path, null)
  if (answer.status >= 300) error("Duffy: ${answer.detail}")
  learn(known, answer)
  return answer.body
}

void learn(Map known, Map answer) {
  if (answer.body.request != null) {
    known.request = answer.body.request.id
    known.lease = answer.body.request.lease
  }
  if (answer.body.lease != null) known.lease = answer.body.lease.id
}

/** Throws nothing but an abort that comes meanwhile, and that only when all was done that could be. */
void giveBack(Map terms, Map known) {
  if (!known.asked) return
  InterruptedException aborted = null
  String fault = null
  for (int tries = 0; tries < RETURN_TRIES; tries++) {
    fault = tryToGiveBack(terms, known)
    if (fault == null) break
    if (aborted == null) {
      try {
        sleep(time: Server.pauseOf(tries), unit: 'SECONDS')
      } catch (InterruptedException again) {
        // From here on without pauses: whoever aborts twice is in a hurry.
        aborted = again
        tries = Math.max(tries, RETURN_TRIES - 3)
      }
    }
  }
  known.back = fault == null
  if (fault != null) echo("Duffy could not be told that its machines are free: ${fault} It takes them back when this build is over.")
  if (aborted != null) throw aborted
}

/** Null if nothing is left to give back, else why that is not known. */
String tryToGiveBack(Map terms, Map known) {
  if (known.lease == null && known.request == null) {
    // The answer to the first question was lost. The same again is told what came of it, and takes nothing that is not returned below.
    Map answer = terms.server.send('POST', '/webhooks/jenkins', terms.wanted)
    if (Server.PASSING.contains(answer.status)) return answer.detail
    if (answer.status >= 300) return null
    learn(known, answer)
  }
  if (known.lease == null) {
    Map cancelled = terms.server.send('DELETE', "/api/v2/requests/${known.request}", null)
    if (Server.PASSING.contains(cancelled.status)) return cancelled.detail
    Map now = terms.server.send('GET', "/api/v2/requests/${known.request}", null)
    if (now.status != 200) return now.detail
    learn(known, now)
    if (known.lease == null) return now.body.request.state == 'waiting' ? cancelled.detail : null
  }
  return endLease(terms, known)
}

String endLease(Map terms, Map known) {
  String path = "/api/v2/leases/${known.lease}"
  if (known.failed && terms.wanted.onFailure == 'hold') {
    Map held = terms.server.send('POST', path + '/hold', [reason: "${env.JOB_NAME} ${env.BUILD_NUMBER} failed".toString()])
    if (Server.PASSING.contains(held.status)) return held.detail
    echo("Duffy: ${held.detail}")
    if (held.status == 200) return null
  }
  Map done = terms.server.send('POST', path + '/done', [:])
  if (Server.PASSING.contains(done.status)) return done.detail
  // Whatever else it says, it has it no more: 404 is a lease that has ended by itself.
  echo("Duffy: ${done.detail}")
  return null
}

String wordsOf(Map lease) {
  List words = []
  for (int at = 0; at < lease.machines.size(); at++) words.add("${lease.machines[at].name} (${sshOf(lease.machines[at])})".toString())
  return words.join(', ')
}

/** As a shell on an agent wants them; several are separated by spaces, and host keys by line ends. */
List environmentOf(Map lease) {
  List addresses = []
  List logins = []
  List keys = []
  for (int at = 0; at < lease.machines.size(); at++) {
    Map machine = lease.machines[at]
    String address = addressOf(machine)
    addresses.add(address)
    logins.add(sshOf(machine))
    String where = machine.port in [22, null] ? address : "[${address}]:${machine.port}"
    for (int key = 0; key < machine.hostKeys.size(); key++) keys.add(where + ' ' + machine.hostKeys[key])
  }
  return [
    "DUFFY_LEASE=${lease.id}".toString(),
    'DUFFY_HOSTS=' + addresses.join(' '),
    'DUFFY_SSH=' + logins.join(' '),
    'DUFFY_KNOWN_HOSTS=' + keys.join('\n'),
  ]
}

String sshOf(Map machine) {
  String address = addressOf(machine)
  return 'ssh://' + (machine.user ?: 'root') + '@' + (address.contains(':') ? '[' + address + ']' : address) + ':' + (machine.port ?: 22)
}

/** A driver that reports no address has machines that are known by their names. */
String addressOf(Map machine) {
  return machine.address ?: machine.name
}
