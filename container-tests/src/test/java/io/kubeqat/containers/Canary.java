package io.kubeqat.containers;

import static org.assertj.core.api.Assertions.fail;

import org.jboss.arquillian.junit5.ArquillianExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Must fail. No test of the build by its name: [CanaryIT] runs it.
@ExtendWith(ArquillianExtension.class)
final class Canary {
    static final String LAST_WORDS = "the canary's body has run";

    @Test
    void fails() {
        fail(LAST_WORDS);
    }
}
