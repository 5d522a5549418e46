package duffy

import hudson.FilePath

/** Duffy as the steps of this library call it: with the key of a credential, and with patience. */
class Server implements Serializable {
  /** Seconds between two looks, and between two tries; the last one goes on. */
  static final List PAUSES = [1, 2, 3, 5, 8, 13, 15]
  /** Answers after which the same is asked again: none at all, too much or too early, and faults that leave it open what was done. */
  static final List PASSING = [0, 408, 429, 500, 502, 503, 504]
  static final long serialVersionUID = 1L

  /** The script that the steps of Jenkins are called on. */
  def steps
  String url
  String credentialsId
  int outageSeconds

  /** Takes out of the options of a step what says where Duffy is. */
  static Server from(steps, String step, Map options) {
    String url = (options.remove('url') ?: steps.env.DUFFY_URL ?: '').toString()
    String credentialsId = (options.remove('credentialsId') ?: 'duffy').toString()
    int outageSeconds = (options.remove('outageSeconds') ?: 900) as int
    if (!(url ==~ /https:\/\/[^\s?#@]+|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?\/?/))
      steps.error("${step}: say where Duffy is: `url`, or DUFFY_URL in the environment, such as https://duffy.example.org; the key would cross a network readable without https")
    if (!steps.env.BUILD_URL) steps.error("${step}: set the Jenkins URL in the settings of Jenkins, so that builds have a BUILD_URL")
    return new Server(steps: steps, url: url.replaceAll('/+$', ''), credentialsId: credentialsId, outageSeconds: outageSeconds)
  }

  /** One call, again and again until Duffy has answered it. Between two tries the pipeline sleeps, so that an abort is heard. */
  Map ask(String method, String path, Map body) {
    int lost = 0
    for (int tries = 0; ; tries++) {
      Map answer = send(method, path, body)
      if (!PASSING.contains(answer.status)) return answer
      if (lost >= outageSeconds) steps.error("Duffy: no answer from ${url} for ${lost} s: ${answer.detail}")
      if (tries == 0) steps.echo("Duffy: ${answer.detail} Trying again.")
      int pause = answer.retryAfter == null ? pauseOf(tries) : answer.retryAfter
      steps.sleep(time: pause, unit: 'SECONDS')
      lost += pause
    }
  }

  Map send(String method, String path, Map body) {
    Map answer = null
    steps.withCredentials([steps.string(credentialsId: credentialsId, variable: 'DUFFY_KEY')]) {
      answer = Wire.send(method, url + path, steps.env.DUFFY_KEY, body)
    }
    return answer
  }

  /** Saves files in the workspace, beginning with one, for a moment: `Shelf.save`. */
  Map save(List files, int next, long end) {
    Map saved = null
    steps.withCredentials([steps.string(credentialsId: credentialsId, variable: 'DUFFY_KEY')]) {
      saved = Shelf.save(steps.getContext(FilePath), url, steps.env.DUFFY_KEY, files, next, end)
    }
    return saved
  }

  static int pauseOf(int tries) {
    return PAUSES[Math.min(tries, PAUSES.size() - 1)]
  }
}
