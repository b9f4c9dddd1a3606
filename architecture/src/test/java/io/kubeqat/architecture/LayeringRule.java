package io.kubeqat.architecture;

import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethod;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.lang.ArchRule;
import io.kubeqat.sysfs.Sysfs;
import java.util.function.Function;

/// One rule about who may know whom. It is made for a root package, so that the same rule judges the project (`io.kubeqat`) and the classes that
/// break it on purpose.
enum LayeringRule {
    SYSFS_KNOWS_ONLY_THE_JDK(root -> classes()
            .that().resideInAnyPackage(root + ".sysfs..", root + ".pci..", root + ".qat..")
            .should().onlyDependOnClassesThat().resideInAnyPackage("java..", root + ".sysfs..", root + ".pci..", root + ".qat..")
            .because("everything stands on sysfs, so what it drags in, everything drags in")),

    NODE_SETUP_CARRIES_NO_NETWORK_STACK(root -> noClasses()
            .that().resideInAPackage(root + ".nodesetup..")
            .should().dependOnClassesThat().resideInAnyPackage("io.grpc..", "io.netty..", "com.google.protobuf..", "io.fabric8..", root + ".deviceplugin..")
            .because("it runs privileged: what it does not carry cannot be attacked")),

    THE_DEVICE_PLUGIN_NEVER_WRITES_TO_SYS(root -> noClasses()
            .that().resideInAPackage(root + ".deviceplugin..")
            .should(callMethod(Sysfs.class, "write", String.class, String.class))
            .because("it only reads, so that its pod needs no privilege; node-setup writes")),

    THE_DEVICE_PLUGIN_DOES_NOT_KNOW_NODE_SETUP(root -> noClasses()
            .that().resideInAPackage(root + ".deviceplugin..")
            .should().dependOnClassesThat().resideInAPackage(root + ".nodesetup..")
            .because("they meet in /sys, not in code")),

    ONLY_THE_KUBELET_PACKAGE_SPEAKS_GRPC(root -> noClasses()
            .that().resideInAPackage(root + ".deviceplugin..").and().resideOutsideOfPackage(root + ".deviceplugin.kubelet..")
            .should().dependOnClassesThat().resideInAnyPackage("io.grpc..", "io.netty..", "com.google.protobuf..", root + ".deviceplugin.kubelet.v1beta1..")
            .because("inventory, health and allocation are plain values and pure functions")),

    INVENTORY_AND_ALLOCATION_DO_NOT_KNOW_THE_KUBELET(root -> noClasses()
            .that().resideInAnyPackage(root + ".deviceplugin.inventory..", root + ".deviceplugin.allocation..")
            .should().dependOnClassesThat().resideInAPackage(root + ".deviceplugin.kubelet..")
            .because("what to advertise does not depend on whom it is told")),

    VERIFY_DECIDES_WITHOUT_THE_CLUSTER(root -> noClasses()
            .that().resideInAnyPackage(root + ".verify.chain..", root + ".verify.snapshot..")
            .should().dependOnClassesThat().resideInAnyPackage("io.fabric8..", "tools.jackson..", "picocli..", root + ".verify.cluster..")
            .because("a snapshot is all that the verdict is made of, so every fault can be tested without a cluster")),

    ONLY_MAIN_EXITS_OR_READS_THE_ENVIRONMENT(root -> noClasses()
            .that().resideInAPackage(root + "..").and().haveSimpleNameNotEndingWith("Main")
            .should(callMethod(System.class, "exit", int.class)
                    .or(callMethod(System.class, "getenv"))
                    .or(callMethod(System.class, "getenv", String.class)))
            .because("code that exits or reads the environment cannot be used twice in one process, so not tested either")),

    ONLY_E2E_STANDS_ON_THE_TESTBED(root -> noClasses()
            .that().resideOutsideOfPackages(root + ".testbed..", root + ".e2e..")
            .should().dependOnClassesThat().resideInAPackage(root + ".testbed..")
            .because("only tests and the demo use it")),

    PACKAGES_ARE_FREE_OF_CYCLES(root -> slices()
            .matching(root + ".(**)")
            .should().beFreeOfCycles()
            .because("what goes round in a circle cannot be read in order"));

    private final Function<String, ArchRule> rule;

    LayeringRule(Function<String, ArchRule> rule) {
        this.rule = rule;
    }

    ArchRule in(String rootPackage) {
        return rule.apply(rootPackage);
    }
}
