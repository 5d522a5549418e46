package hudson

import java.nio.file.Files

/** A path on an agent, as far as our library uses it, on this host. As with the real one, a name may lead out of its folder. */
final class FilePath {
  private final File file

  FilePath(File file) { this.file = file }

  FilePath child(String path) { new FilePath(new File(file, path)) }
  String getName() { file.name }
  boolean isDirectory() { file.directory }
  List<FilePath> list() { file.listFiles().collect { new FilePath(it) } }
  String readLink() { Files.isSymbolicLink(file.toPath()) ? Files.readSymbolicLink(file.toPath()).toString() : null }
  InputStream read() { new FileInputStream(file) }
  void mkdirs() { Files.createDirectories(file.toPath()) }
  boolean delete() { Files.deleteIfExists(file.toPath()); true }
  void deleteRecursive() {
    if (readLink() == null) file.listFiles()?.each { new FilePath(it).deleteRecursive() }
    delete()
  }
  OutputStream write() {
    file.parentFile.mkdirs()
    new FileOutputStream(file)
  }
  void write(String text, String encoding) { write().withStream { it.write(text.getBytes(encoding)) } }
}
