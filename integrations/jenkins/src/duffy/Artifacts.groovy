package duffy

import com.cloudbees.groovy.cps.NonCPS
import hudson.FilePath

/**
 * What was collected from the machines of a lease, told in the log of the build, and brought into its workspace. By then the machines
 * are back. Nothing that goes wrong here fails a build; an abort is passed on.
 */
class Artifacts implements Serializable {
  /** Of a build that is aborted, the seconds for all of it: the step `timeout` kills what still runs a minute after it aborted it. */
  static final int ABORTED_SECONDS = 45
  static final long serialVersionUID = 1L

  Server server
  String folder
  boolean fetch
  int seconds
  int mostMiB

  /** Takes out of the options of a step what says where the files go, and how much is waited for and fetched. */
  static Artifacts from(Server server, String step, Map options) {
    String folder = options.containsKey('folder') ? options.remove('folder').toString() : 'duffy-artifacts'
    if (!Shelf.isWithin(folder))
      server.steps.error("${step}: `folder` is one in the workspace, such as 'duffy-artifacts': letters, digits and . _ + = @ - in each of its names, and nothing that goes up")
    return new Artifacts(
      server: server,
      folder: folder,
      fetch: options.containsKey('fetch') ? options.remove('fetch').toString() != 'false' : true,
      seconds: whole(server, step, options, 'fetchSeconds', 600),
      mostMiB: whole(server, step, options, 'fetchMiB', 1024),
    )
  }

  private static int whole(Server server, String step, Map options, String name, int otherwise) {
    if (!options.containsKey(name)) return otherwise
    String written = options.remove(name).toString()
    if (!(written ==~ /\d{1,6}/)) server.steps.error("${step}: `${name}` is a whole number, such as ${otherwise}")
    return written as int
  }

  /** Removes what an earlier build left in the folder, so that nothing of it is taken for a result of this one. */
  void begin() {
    if (!fetch) return
    try {
      Shelf.clear(server.steps.getContext(FilePath), folder, server.steps.env.BUILD_URL)
    } catch (InterruptedException aborted) {
      throw aborted
    } catch (Throwable fault) {
      server.steps.echo("Duffy: what earlier builds left in ${folder} cannot be removed: ${fault.message}")
    }
  }

  void bring(String lease, boolean isAborted) {
    try {
      long end = now() + 1000L * (isAborted ? Math.min(seconds, ABORTED_SECONDS) : seconds)
      Map found = collected(lease, end)
      if (found != null) deliver(found, end)
    } catch (InterruptedException aborted) {
      throw aborted
    } catch (Throwable fault) {
      server.steps.echo("Duffy: what was collected of ${lease} cannot be brought here: ${fault.message} ${Sentences.later(lease)}")
    }
  }

  /** The list, once nothing more is to come or the time is over; null if there is none. */
  private Map collected(String lease, long end) {
    for (int looks = 0; ; looks++) {
      Map answer = server.send('GET', "/api/v2/leases/${lease}/artifacts", null)
      boolean isOver = now() >= end
      if (answer.status != 200 && (isOver || !Server.PASSING.contains(answer.status))) {
        server.steps.echo("Duffy: what was collected of ${lease} cannot be listed: ${answer.detail}")
        return null
      }
      if (answer.status == 200) {
        if (answer.body.lasts) {
          server.steps.echo("Duffy: nothing is collected of ${lease} while it lasts. ${Sentences.later(lease)}")
          return null
        }
        if (isOver || answer.body.collecting.isEmpty()) return answer.body
        if (looks == 0) server.steps.echo("Duffy: collecting from ${answer.body.collecting.join(', ')}")
      }
      server.steps.sleep(time: Math.min(Server.pauseOf(looks), secondsUntil(end)), unit: 'SECONDS')
    }
  }

  private void deliver(Map found, long end) {
    String into = null
    if (fetch) {
      String missing = Shelf.make(server.steps.getContext(FilePath), folder, found.lease, server.steps.env.BUILD_URL)
      if (missing == null) into = folder + '/' + found.lease
      else server.steps.echo("Duffy: nothing is fetched: ${missing}")
    }
    List files = into == null ? found.artifacts : Shelf.plan(found.artifacts, into, mostMiB)
    int next = 0
    while (into != null && next < files.size()) {
      Map saved = server.save(files, next, end)
      next = saved.next
      if (next < files.size()) server.steps.sleep(time: saved.pause, unit: 'SECONDS')
    }
    if (into != null) Shelf.note(server.steps.getContext(FilePath), folder, found, files, server.steps.env.BUILD_URL)
    server.steps.echo(Sentences.of(found, files, into, server.url))
  }

  @NonCPS
  private static long now() {
    return System.currentTimeMillis()
  }

  @NonCPS
  private static int secondsUntil(long end) {
    return (int) Math.max(1L, (end - System.currentTimeMillis() + 999L).intdiv(1000))
  }
}
