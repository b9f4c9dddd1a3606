package io.kubeqat.architecture.broken.only_main_exits_or_reads_the_environment.sysfs;

final class Exits {
    void giveUp() {
        System.exit(1);
    }
}
