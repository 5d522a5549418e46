import java.util.jar.Attributes
import java.util.jar.JarOutputStream
import java.util.jar.Manifest
import java.util.zip.ZipEntry
import org.codehaus.groovy.control.CompilationUnit
import org.codehaus.groovy.control.CompilerConfiguration
import org.codehaus.groovy.control.Phases

/** `groovy jar.groovy SOURCE JAR`: makes a jar of a program of one file, which finds Groovy where it is now. */
File classes = File.createTempDir()
CompilationUnit unit = new CompilationUnit(new CompilerConfiguration(targetDirectory: classes))
unit.addSource(new File(args[0]))
unit.compile(Phases.OUTPUT)
Manifest manifest = new Manifest()
manifest.mainAttributes.put(Attributes.Name.MANIFEST_VERSION, '1.0')
manifest.mainAttributes.put(Attributes.Name.MAIN_CLASS, 'Agent')
File groovy = new File(GroovySystem.protectionDomain.codeSource.location.toURI())
manifest.mainAttributes.put(Attributes.Name.CLASS_PATH, groovy.parentFile.listFiles().findAll { it.name ==~ /(groovy|asm|antlr).*\.jar/ }*.toURI().join(' '))
new JarOutputStream(new FileOutputStream(args[1]), manifest).withCloseable { jar ->
  classes.eachFile { file ->
    jar.putNextEntry(new ZipEntry(file.name))
    jar.write(file.bytes)
  }
}
classes.deleteDir()
