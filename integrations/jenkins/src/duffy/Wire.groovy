package duffy

import com.cloudbees.groovy.cps.NonCPS
import groovy.json.JsonOutput
import groovy.json.JsonSlurperClassic
import groovy.transform.CompileStatic
import hudson.FilePath

/**
 * One HTTP call to Duffy, made by the controller itself: the key stays in its memory, and no agent and no plugin is needed. What is
 * fetched passes through, a piece at a time, to the agent that has the workspace. Compiled statically, so that Groovy need not look for
 * methods of the JVM's own connection class, which is closed to it, at run time.
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
      connection = connectionTo(method, address, key)
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

  /**
   * Writes the bytes of an answer to a file, as they come, until the instant `end`. Never throws. `detail` is null if the file is there
   * with all of them; else it says why, and there is no file. `status` 0: it may come another time.
   */
  @NonCPS
  @CompileStatic
  static Map save(String address, String key, FilePath file, long bytes, long end) {
    HttpURLConnection connection = null
    try {
      connection = connectionTo('GET', address, key)
      connection.readTimeout = (int) Math.max(1L, Math.min(ANSWER_MS, end - System.currentTimeMillis()))
      int status = connection.responseCode
      if (status != 200) {
        Integer pause = seconds(connection.getHeaderField('Retry-After'))
        return [status: status, detail: detailOf(status, parsed(connection.errorStream)), retryAfter: pause]
      }
      String fault = copy(connection.inputStream, file, bytes, end)
      if (fault != null) remove(file)
      return [status: status, detail: fault, retryAfter: null]
    } catch (Exception fault) {
      remove(file)
      return [status: 0, detail: fault.class.simpleName + ': ' + fault.message, retryAfter: null]
    } finally {
      connection?.disconnect()
    }
  }

  /** Null, or why there is no use in trying again. */
  @NonCPS
  @CompileStatic
  private static String copy(InputStream from, FilePath file, long bytes, long end) {
    long copied = 0
    OutputStream to = file.write()
    try {
      byte[] piece = new byte[65_536]
      for (int read = from.read(piece); read > 0; read = from.read(piece)) {
        copied += read
        if (copied > bytes) return 'more came than the ' + bytes + ' bytes that it has'
        if (System.currentTimeMillis() > end) return 'it took too long'
        to.write(piece, 0, read)
      }
    } finally {
      to.close()
    }
    if (copied < bytes) throw new IOException('it was cut off after ' + copied + ' of ' + bytes + ' bytes')
    return null
  }

  @NonCPS
  @CompileStatic
  private static void remove(FilePath file) {
    try {
      file.delete()
    } catch (Exception ignored) {
      // The agent is away, with all that is on it.
    }
  }

  @NonCPS
  @CompileStatic
  private static HttpURLConnection connectionTo(String method, String address, String key) {
    HttpURLConnection connection = (HttpURLConnection) new URL(address).openConnection()
    connection.requestMethod = method
    connection.instanceFollowRedirects = false
    connection.connectTimeout = CONNECT_MS
    connection.readTimeout = ANSWER_MS
    connection.setRequestProperty('Authorization', 'Bearer ' + key)
    return connection
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
