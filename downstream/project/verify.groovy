// The build above was green; this says that it was green for the right reason.
def ran = new File(basedir, 'target/surefire-reports').listFiles().findAll { it.name.endsWith('.xml') }.collect { new groovy.xml.XmlSlurper().parse(it).@tests.toInteger() }.sum()
assert ran >= 4: "only $ran tests ran"

def foreign = []
new File(localRepositoryPath, 'io/kubeqat').eachFileRecurse {
    if (it.name == '_remote.repositories' && it.text.contains('>downloaded=')) foreign << it.parentFile
}
assert foreign.isEmpty(): "these came from an older build, not from this one: $foreign"

// The script's last value must not be one: Maven would take it for a refusal.
def unpacked = new File(basedir, 'target/kube-qat').listFiles()
def lacking = ['deploy/runtimeclass.yaml', 'kata/install-on-node', 'fragments/qat/vfio.conf', 'examples/tls-termination/kustomization.yaml', 'device-plugin/deploy/kustomization.yaml'].findAll { file -> !unpacked.any { new File(it, file).exists() } }
assert lacking.isEmpty(): "not in the zips of the BOM: $lacking"
