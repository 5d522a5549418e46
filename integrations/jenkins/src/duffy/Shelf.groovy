package duffy

import com.cloudbees.groovy.cps.NonCPS
import groovy.json.JsonOutput
import hudson.FilePath

/**
 * Files of Duffy in a workspace, on whatever agent that is: `<folder>/<lease>/<machine>/<path>`, and beside them `<folder>/<lease>.json`,
 * which tells what they are, and of which build. Their paths are what somebody called them on a machine: nothing of that is taken but
 * letters, digits and a few signs, and it leads nowhere but down.
 */
class Shelf {
  static final String LEASE = /L[0-9A-Z]{1,20}/
  static final int MOST_FILES = 1_000
  static final int LONGEST_PART = 200
  /** One call of `save` begins no other file after so long: then the pipeline hears whether it is aborted, and other branches have a turn. */
  static final long TURN_MS = 5_000
  /** A file that takes longer is left where it is. A pipeline is stopped altogether after 5 minutes in which nobody else has a turn. */
  static final long FILE_MS = 60_000
  static final int TRIES = 3
  /** Of a list no more is read to see whose it is. */
  static final int HEAD_BYTES = 4096

  @NonCPS
  static boolean isWithin(String folder) {
    for (String part : folder.split('/', -1)) if (!(part ==~ /[\w.+=@-]{1,100}/) || part ==~ /\.+/) return false
    return true
  }

  /** What is to become of each file: its `place` in the workspace, and `because` if it is not to be fetched. */
  @NonCPS
  static List<Map> plan(List<Map> artifacts, String into, int mostMiB) {
    long room = 1024L * 1024 * mostMiB
    Set<String> taken = new HashSet<String>()
    List<Map> files = []
    for (Map artifact : artifacts) {
      Map file = [id: artifact.id, machine: artifact.machine, path: artifact.path, bytes: artifact.bytes, place: null, because: null]
      long bytes = artifact.bytes
      if (files.size() >= MOST_FILES) file.because = 'more than ' + MOST_FILES + ' files'
      else if (bytes > room) file.because = 'more than ' + mostMiB + ' MiB in all (fetchMiB)'
      else {
        room -= bytes
        file.place = into + '/' + placeOf(artifact, taken)
      }
      files.add(file)
    }
    return files
  }

  /** Whatever system the agent has, no two files meet, and no file stands where another has a folder. */
  @NonCPS
  private static String placeOf(Map artifact, Set<String> taken) {
    List<String> parts = [plain(artifact.machine)]
    for (String part : artifact.path.split('/')) if (!part.isEmpty()) parts.add(plain(part))
    if (parts.size() == 1 || !take(parts, taken)) {
      parts = [parts[0], plain(artifact.id) + '-' + parts[parts.size() - 1]]
      take(parts, taken)
    }
    return parts.join('/')
  }

  @NonCPS
  private static boolean take(List<String> parts, Set<String> taken) {
    String place = parts.join('/').toLowerCase(Locale.ROOT)
    if (taken.contains(place) || taken.contains(place + '/')) return false
    for (int end = place.indexOf('/'); end > 0; end = place.indexOf('/', end + 1)) if (taken.contains(place.substring(0, end))) return false
    taken.add(place)
    for (int end = place.indexOf('/'); end > 0; end = place.indexOf('/', end + 1)) taken.add(place.substring(0, end + 1))
    return true
  }

  @NonCPS
  static String plain(String part) {
    String plain = part.replaceAll(/[^\w.+=@, ~-]/, '_')
    if (plain.length() > LONGEST_PART) plain = plain.substring(0, LONGEST_PART)
    // Windows drops such an end, and `..` is made of nothing else.
    return plain.replaceAll(/[. ]+$/, '_')
  }

  /** Removes what other builds left: what their lists, and nothing else, say is of a build. */
  @NonCPS
  static void clear(FilePath workspace, String folder, String build) {
    if (workspace == null || linkIn(workspace, folder) != null || !workspace.child(folder).isDirectory()) return
    for (FilePath list : workspace.child(folder).list()) {
      String lease = list.name.endsWith('.json') ? list.name.substring(0, list.name.length() - 5) : ''
      if (!(lease ==~ LEASE) || list.isDirectory()) continue
      String head = headOf(list)
      if (!head.startsWith(beginning(lease, '')) || head.startsWith(beginning(lease, build))) continue
      workspace.child(folder + '/' + lease).deleteRecursive()
      list.delete()
    }
  }

  @NonCPS
  private static String headOf(FilePath list) {
    InputStream stream = list.read()
    try {
      return new String(stream.readNBytes(HEAD_BYTES), 'UTF-8')
    } finally {
      stream.close()
    }
  }

  /** Of a list as it is written, up to the quote that ends the build; without a build, up to where it begins. */
  @NonCPS
  private static String beginning(String lease, String build) {
    String whole = text([lease: lease, build: build])
    return whole.substring(0, whole.lastIndexOf('"') + (build.isEmpty() ? 0 : 1))
  }

  @NonCPS
  private static String text(Map list) {
    return JsonOutput.prettyPrint(JsonOutput.toJson(list)) + '\n'
  }

  /** An empty folder for a lease, and the beginning of its list. Null, or why there is none. */
  @NonCPS
  static String make(FilePath workspace, String folder, String lease, String build) {
    if (!(lease ==~ LEASE)) return lease + ' is the name of no lease'
    if (workspace == null) return 'there is no workspace here. Within a node, duffyArtifacts(lease: \'' + lease + '\') fetches it'
    String link = linkIn(workspace, folder)
    if (link != null) return link + ' is a link, which may lead out of the workspace'
    FilePath own = workspace.child(folder + '/' + lease)
    own.deleteRecursive()
    own.mkdirs()
    write(workspace, folder, [lease: lease, build: build])
    return null
  }

  /** Which part of a folder is a link; a build may have put one there. */
  @NonCPS
  private static String linkIn(FilePath workspace, String folder) {
    String path = ''
    for (String part : folder.split('/')) {
      path = path.isEmpty() ? part : path + '/' + part
      if (workspace.child(path).readLink() != null) return path
    }
    return null
  }

  /**
   * Fetches files, from one on, for as long as a turn lasts. `next`: the one to go on with, after `pause` seconds. What cannot be fetched
   * has a `because` from then on.
   */
  @NonCPS
  static Map save(FilePath workspace, String url, String key, List<Map> files, int next, long end) {
    long begun = System.currentTimeMillis()
    int at = next
    for (; at < files.size() && System.currentTimeMillis() - begun < TURN_MS; at++) {
      Map file = files[at]
      if (file.because != null) continue
      long now = System.currentTimeMillis()
      if (now >= end) file.because = 'the time for it was over (fetchSeconds)'
      else {
        Map got = Wire.save("${url}/api/v2/artifacts/${file.id}", key, workspace.child(file.place), file.bytes, Math.min(end, now + FILE_MS))
        int tries = file.tries ?: 0
        if (got.detail != null && Server.PASSING.contains(got.status) && tries + 1 < TRIES) {
          file.tries = tries + 1
          return [next: at, pause: got.retryAfter ?: Server.PAUSES[tries]]
        }
        file.because = got.detail
      }
    }
    return [next: at, pause: 1]
  }

  /** Writes the list beside the files. */
  @NonCPS
  static void note(FilePath workspace, String folder, Map found, List<Map> files, String build) {
    List<Map> fetched = []
    for (Map file : files)
      fetched.add([id: file.id, machine: file.machine, path: file.path, bytes: file.bytes, file: file.because == null ? file.place : null, because: file.because])
    Map list = [lease: found.lease, build: build, artifacts: fetched, leftOut: found.leftOut, leftOutMore: found.leftOutMore]
    list.putAll([failed: found.failed, collecting: found.collecting])
    write(workspace, folder, list)
  }

  @NonCPS
  private static void write(FilePath workspace, String folder, Map list) {
    FilePath file = workspace.child(folder + '/' + list.lease + '.json')
    file.delete()
    file.write(text(list), 'UTF-8')
  }
}
