package io.kubeqat.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class LayeringTest {
    private static final JavaClasses PROJECT =
            new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("io.kubeqat");

    @Test
    void seesTheClassesOfEachModule() {
        assertThat(PROJECT.stream().map(type -> type.getPackageName().split("\\.")).filter(parts -> parts.length > 2).map(parts -> parts[2]))
                .contains("sysfs", "pci", "qat", "simulator", "nodesetup", "deviceplugin", "testbed", "e2e", "examples", "verify", "kernelconfig", "runtimeclass");
    }

    @ParameterizedTest
    @EnumSource
    void holdsInTheProject(LayeringRule rule) {
        rule.in("io.kubeqat").check(PROJECT);
    }

    /// Each rule has a package in `broken` in which nothing is wrong but that rule.
    @ParameterizedTest
    @EnumSource
    void isNoticedWhereItIsBroken(LayeringRule rule) {
        String root = "io.kubeqat.architecture.broken." + rule.name().toLowerCase(Locale.ROOT);
        JavaClasses broken = new ClassFileImporter().importPackages(root);

        assertThatThrownBy(() -> rule.in(root).check(broken)).isInstanceOf(AssertionError.class).hasMessageContaining(root);
    }
}
