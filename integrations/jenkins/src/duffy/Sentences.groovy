package duffy

import com.cloudbees.groovy.cps.NonCPS

/** What the log of a build says of what was collected. */
class Sentences {
  /** Files that are named, fetched or not; the list beside the files names all. */
  static final int MOST_NAMED = 100

  @NonCPS
  static String later(String lease) {
    return 'Afterwards it is had with: duffy artifacts get ' + lease
  }

  /** Of what was fetched `into` a folder; with null, of what there is to be fetched. */
  @NonCPS
  static String of(Map found, List<Map> files, String into, String url) {
    List<String> lines = files.collect { became(it, into, "${url}/api/v2/artifacts/${it.id}") }
    lines += found.leftOut.collect { "${it.machine}: ${it.path} is left out: ${it.because}" }
    int more = Math.max(0, lines.size() - MOST_NAMED) + found.leftOutMore
    List<String> said = lines.take(MOST_NAMED)
    if (more > 0) said += "and ${more} more"
    said += found.failed.collect { "${it.machine}: no more came: ${it.because} (duffy log ${it.run})" }
    said += found.collecting.collect { "${it}: is still being collected from, and waited for no longer (fetchSeconds)" }
    if (!files.isEmpty()) said += summary(found, files, into)
    else if (found.collecting.isEmpty()) said += found.detail
    return said.collect { "Duffy: ${it}" }.join('\n')
  }

  @NonCPS
  private static String became(Map file, String into, String address) {
    String what = "${file.machine}: ${file.path}, ${size(file.bytes)}"
    if (into == null) return "${what}: ${address}"
    return file.because == null ? "${what}: ${file.place}" : "${what}: not fetched: ${file.because}: ${address}"
  }

  @NonCPS
  private static String summary(Map found, List<Map> files, String into) {
    List<Map> there = into == null ? files : files.findAll { it.because == null }
    String many = "${there.size()} of ${files.size()} files of ${found.lease}, ${size(there*.bytes.sum(0L))}"
    String kept = "Duffy keeps them until ${found.artifacts[0].keptUntil}"
    return into == null ? "${files.size()} files of ${found.lease}: ${kept}: duffy artifacts get ${found.lease}" : "fetched ${many}, into ${into}; ${kept}"
  }

  @NonCPS
  static String size(long bytes) {
    int power = bytes < 1024 ? 0 : bytes < 1024L * 1024 ? 1 : bytes < 1024L * 1024 * 1024 ? 2 : 3
    return power == 0 ? "${bytes} B" : String.format(Locale.ROOT, '%.1f %s', bytes / Math.pow(1024, power), ['', 'KiB', 'MiB', 'GiB'][power])
  }
}
