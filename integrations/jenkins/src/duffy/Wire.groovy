package duffy

import com.cloudbees.groovy.cps.NonCPS
import groovy.json.JsonOutput
import groovy.json.JsonSlurperClassic
import groovy.transform.CompileStatic

/**
 * One HTTP call to Duffy, made by the controller itself: the key stays in its memory, and no agent and no plugin is needed. Compiled
 * statically, so that Groovy need not look for methods of the JVM's own connection class, which is closed to it, at run time.
 */
class Wire implements Serializable {
  static final int CONNECT_MS = 5_000
  static final int ANSWER_MS = 20_000
  static final long serialVersionUID = 1L

  /**
   * Never throws: `status` 0 is no answer at all, and `detail` says why. `retryAfter` in seconds, or null. Runs without a stop, so that
   * nothing of it, the key least of all, is ever written to the disk with the state of the pipeline.
   */
  @NonCPS
  @CompileStatic
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
        OutputStream stream = connection.outputStream
        stream.write(bytes)
        stream.close()
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
  @CompileStatic
  private static Map parsed(InputStream stream) {
    String text = stream == null ? '' : stream.getText('UTF-8')
    try {
      Object read = new JsonSlurperClassic().parseText(text)
      return read instanceof Map ? (Map) read : [:]
    } catch (Exception ignored) {
      return [:]
    }
  }

  @NonCPS
  @CompileStatic
  private static String detailOf(int status, Map read) {
    return read.detail instanceof String ? (String) read.detail : 'it answers ' + status + ', and not as Duffy does'
  }

  @NonCPS
  @CompileStatic
  private static Integer seconds(String header) {
    return header != null && header.matches('[0-9]{1,4}') ? Integer.valueOf(header) : null
  }
}
