// The build above was green; this says that it was green for the right reason.
def ran = new File(basedir, 'target/surefire-reports').listFiles().findAll { it.name.endsWith('.xml') }.collect { new groovy.xml.XmlSlurper().parse(it).@tests.toInteger() }.sum()
assert ran >= 4: "only $ran tests ran"

def foreign = []
new File(localRepositoryPath, 'io/kubeqat').eachFileRecurse {
    if (it.name == '_remote.repositories' && it.text.contains('>downloaded=')) foreign << it.parentFile
}
assert foreign.isEmpty(): "these came from an older build, not from this one: $foreign"

['deploy/runtimeclass.yaml', 'kata/install-on-node', 'fragments/qat/vfio.conf', 'examples/tls-termination/kustomization.yaml', 'device-plugin/deploy/kustomization.yaml'].each { file ->
    assert new File(basedir, 'target/kube-qat').listFiles().any { new File(it, file).exists() }: "no $file was unpacked from the zips of the BOM"
}
