/// QAT cards with the kernel's semantics: one core, two faces.
///
/// The core ([Simulator]) holds a tree of directories, links and attributes and answers every write inside the write call, with the error number the kernel
/// would give. Face one is [SimulatedSysfs], in process. Face two is a FUSE mount ([SimulatorMain]), which any program or container takes for `/sys`.
///
/// Its table of cards ([CardModel]) is deliberately not the one of the code under test: a fake that shared it would agree with its mistakes.
///
/// May import `io.kubeqat.sysfs`, jfuse (only [FuseFileSystem] and [Mount]), SnakeYAML (only [ScenarioReader]) and picocli (only [SimulatorMain]).
package io.kubeqat.simulator;
