package io.kubeqat.containers;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.EventConditions.test;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;

/// With a library missing or too many, Arquillian starts and stops the containers, runs no test's body, and calls every test passed. So a test that must fail is run, as the others
/// are run, and must fail.
final class CanaryIT {
    @Test
    void aTestThatMustFailFails() {
        String configuration = System.setProperty("arquillian.xml", "canary.xml");
        try {
            EngineTestKit.engine("junit-jupiter").selectors(selectClass(Canary.class)).execute().testEvents()
                    .assertStatistics(count -> count.started(1).finished(1).succeeded(0).failed(1))
                    .assertThatEvents().haveExactly(1, event(test("fails"), finishedWithFailure(message(Canary.LAST_WORDS))));
        } finally {
            if (configuration == null) {
                System.clearProperty("arquillian.xml");
            } else {
                System.setProperty("arquillian.xml", configuration);
            }
        }
    }
}
