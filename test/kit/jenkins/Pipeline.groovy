import groovy.io.FileType
import hudson.FilePath
import java.nio.file.FileSystems
import org.codehaus.groovy.control.CompilerConfiguration
import org.codehaus.groovy.control.customizers.ImportCustomizer
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/**
 * The steps of a pipeline as far as ours and its examples use them, run at once instead of by continuations.
 * `groovy Pipeline.groovy LIBRARY JENKINSFILE DIRECTORY`. In DIRECTORY: `credentials/<id>`; `aborts`, as many as there are lines, each
 * heard by the next step that waits; `steps`, where the steps are noted; `workspace`, of every node. Nothing is masked in what it prints.
 */
abstract class Pipeline extends Script {
  static File library
  static File directory
  static Map environment = new LinkedHashMap(System.getenv())
  static String result = 'SUCCESS'
  /** Null outside of a node. */
  static File workspace = null
  /** Ten seconds of a pipeline's sleep take one. */
  static final int SPEED = 10

  def getEnv() { environment }
  def getCurrentBuild() { [currentResult: result] }
  void setResult(String to) { result = to }

  void echo(message) { println(message.toString()) }
  void error(message) { throw new Failed(message.toString()) }
  void unstable(message) { echo(message); result = 'UNSTABLE' }
  def node(Closure body) {
    File before = workspace
    workspace = new File(directory, 'workspace')
    workspace.mkdirs()
    try { return body() } finally { workspace = before }
  }
  def getContext(Class type) {
    assert type == FilePath
    workspace == null ? null : new FilePath(workspace)
  }
  void archiveArtifacts(Map of) {
    assert workspace != null
    def matcher = FileSystems.default.getPathMatcher("glob:${of.artifacts}")
    List found = []
    workspace.eachFileRecurse(FileType.FILES) { if (matcher.matches(workspace.toPath().relativize(it.toPath()))) found << it }
    if (found.isEmpty() && !of.allowEmptyArchive) error("nothing to archive is called ${of.artifacts}")
    echo("Archived ${found.size()} files")
  }
  def stage(String name, Closure body) { body() }

  Map string(Map of) { [(of.variable): new File(directory, "credentials/${of.credentialsId}").text.trim()] }
  Map sshUserPrivateKey(Map of) { [(of.keyFileVariable): new File(directory, "credentials/${of.credentialsId}").path] }
  def withCredentials(List all, Closure body) { within(all.sum(), body) }
  def withEnv(List all, Closure body) {
    within(all.collectEntries { assert it instanceof String; int at = it.indexOf('='); [it.substring(0, at), it.substring(at + 1)] }, body)
  }
  private static def within(Map more, Closure body) {
    Map before = environment
    environment = before + more
    try { return body() } finally { environment = before }
  }

  void sleep(Map of) {
    assert of.unit == 'SECONDS'
    note("sleep ${of.time}")
    wait(of.time * 1000.intdiv(SPEED))
  }
  /** For what a block does a long time. */
  void work(Map of) { note("work"); wait(of.time * 1000) }
  private static void wait(int ms) {
    long end = System.currentTimeMillis() + ms
    while (true) {
      hear()
      long left = end - System.currentTimeMillis()
      if (left <= 0) return
      Thread.sleep(Math.min(left, 20))
    }
  }
  static void note(String step) { new File(directory, 'steps') << step + '\n' }
  static void hear() {
    File aborts = new File(directory, 'aborts')
    if (!aborts.exists()) return
    List lines = aborts.readLines()
    aborts.delete()
    if (lines.size() > 1) aborts.text = lines.tail().join('\n')
    throw new FlowInterruptedException()
  }

  def sh(String script) {
    note('sh')
    def process = new ProcessBuilder('bash', '-xe', '-c', script).redirectErrorStream(true).directory(workspace ?: directory)
    process.environment().clear()
    process.environment().putAll(environment.collectEntries { [it.key, it.value.toString()] })
    def running = process.start()
    running.outputStream.close()
    println(running.inputStream.text)
    if (running.waitFor() != 0) throw new Failed("script returned exit code ${running.exitValue()}")
  }

  /** A step of the library. */
  def methodMissing(String name, Object args) {
    File step = new File(library, "vars/${name}.groovy")
    if (!step.exists()) throw new MissingMethodException(name, this.class, args as Object[])
    shell().parse(step).invokeMethod('call', args)
  }
  static GroovyShell shell() {
    def imports = new ImportCustomizer()
    def settings = new CompilerConfiguration(scriptBaseClass: Pipeline.name)
    def loader = new GroovyClassLoader(Pipeline.classLoader)
    loader.addClasspath(new File(library, 'src').path)
    new GroovyShell(loader, new Binding(), settings.addCompilationCustomizers(imports))
  }

  static class Failed extends Exception {
    Failed(String message) { super(message) }
  }

  static void main(String[] args) {
    library = new File(args[0])
    directory = new File(args[2])
    try {
      shell().parse(new File(args[1])).run()
    } catch (InterruptedException aborted) {
      result = 'ABORTED'
    } catch (Throwable fault) {
      println(fault instanceof Failed ? "ERROR: ${fault.message}" : fault.toString() + fault.stackTrace.take(15).join('\n  '))
      result = 'FAILURE'
    }
    println("Finished: ${result}")
    System.exit(0)
  }
}
