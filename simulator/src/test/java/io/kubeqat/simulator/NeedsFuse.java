package io.kubeqat.simulator;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Skips a test where the machine cannot mount, and says so.
final class NeedsFuse implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (!"root".equals(System.getProperty("user.name")) || !Files.exists(Path.of("/dev/fuse"))) {
            return ConditionEvaluationResult.disabled("mounting needs root and /dev/fuse");
        }
        return ConditionEvaluationResult.enabled("root, and /dev/fuse is there");
    }
}
