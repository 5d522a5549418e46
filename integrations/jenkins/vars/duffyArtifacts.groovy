import duffy.Artifacts
import duffy.Server
import duffy.Shelf

/** Brings what was collected from the machines of a lease into the workspace. `duffyArtifacts.txt` says which options there are. */
void call(Map options = [:]) {
  Map wanted = new LinkedHashMap(options)
  Server server = Server.from(this, 'duffyArtifacts', wanted)
  Artifacts artifacts = Artifacts.from(server, 'duffyArtifacts', wanted)
  String lease = (wanted.remove('lease') ?: '').toString()
  if (!wanted.isEmpty()) error("duffyArtifacts: there is no option ${wanted.keySet().join(', ')}")
  if (!(lease ==~ Shelf.LEASE)) error('duffyArtifacts: say of which lease, as DUFFY_LEASE names it within the block of withDuffy: `lease: \'L7Q2\'`')
  artifacts.begin()
  artifacts.bring(lease, false)
}
