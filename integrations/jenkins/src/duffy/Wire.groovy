package duffy

import com.cloudbees.groovy.cps.NonCPS
import groovy.json.JsonOutput
import groovy.json.JsonSlurperClassic

/** One HTTP call to Duffy, made by the controller itself: the key stays in its memory, and no agent and no plugin is needed. */
class Wire implements Serializable {
  static final int CONNECT_MS = 5_000
  static final int ANSWER_MS = 20_000
  static final long serialVersionUID = 1L

  /**
   * Never throws: `status` 0 is no answer at all, and `detail` says why. `retryAfter` in seconds, or null. Runs without a stop, so that
   * nothing of it, the key least of all, is ever written to the disk with the state of the pipeline.
   */
  @NonCPS
  static Map send(String method, String address, String key, Map body) {
    HttpURLConnection connection = null
    try {
      connection = (HttpURLConnection) new URL(address).openConnection()
      connection.requestMethod = method
      connection.instanceFollowRedirects = false
      connection.connectTimeout = CONNECT_MS
      connection.readTimeout = ANSWER_MS
      connection.setRequestProperty('Authorization', 'Bearer ' + key)
      connection.setRequestProperty('Accept', 'application/json')
      if (body != null) {
        connection.setRequestProperty('Content-Type', 'application/json')
        connection.doOutput = true
        byte[] bytes = JsonOutput.toJson(body).getBytes('UTF-8')
        connection.outputStream.withCloseable { it.write(bytes) }
      }
      int status = connection.responseCode
      Map read = parsed(status >= 400 ? connection.errorStream : connection.inputStream)
      return [status: status, body: read, detail: detailOf(status, read), retryAfter: seconds(connection.getHeaderField('Retry-After'))]
    } catch (IOException fault) {
      return [status: 0, body: [:], detail: fault.class.simpleName + ': ' + fault.message, retryAfter: null]
    } finally {
      connection?.disconnect()
    }
  }

  @NonCPS
  private static Map parsed(InputStream stream) {
    String text = stream == null ? '' : stream.getText('UTF-8')
    try {
      def read = new JsonSlurperClassic().parseText(text)
      return read instanceof Map ? read : [:]
    } catch (ignored) {
      return [:]
    }
  }

  @NonCPS
  private static String detailOf(int status, Map read) {
    read.detail instanceof String ? read.detail : 'it answers ' + status + ', and not as Duffy does'
  }

  @NonCPS
  private static Integer seconds(String header) {
    header != null && header ==~ /\d{1,4}/ ? Integer.valueOf(header) : null
  }
}
