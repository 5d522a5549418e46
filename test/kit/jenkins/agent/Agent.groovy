import groovy.transform.CompileStatic

/** Stands in for agent.jar: proves itself to its Jenkins by its secret, and calls ever and again, as long as it lives. */
@CompileStatic
class Agent {
  static void main(String[] args) {
    Map<String, String> given = [:]
    for (int at = 0; at < args.length; at++) {
      String name = args[at].substring(1)
      given[name] = name == 'webSocket' ? 'true' : args[++at]
    }
    assert given.secret.startsWith('@')
    String secret = new File(given.secret.substring(1)).text.trim()
    while (true) {
      HttpURLConnection call = (HttpURLConnection) new URL("${given.url}computer/${given.name}/call").openConnection()
      call.requestMethod = 'POST'
      call.setRequestProperty('X-Secret', secret)
      if (call.responseCode != 200) {
        println("refused: ${call.responseCode}")
        System.exit(1)
      }
      Thread.sleep(100)
    }
  }
}
