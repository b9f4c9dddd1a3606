package io.kubeqat.e2e.manifests;

import io.fabric8.kubernetes.api.model.HasMetadata;

/// What is wrong with an object, in words that stay the same as long as it is the same.
///
/// @param object as `Kind/name`
public record Problem(String object, String what) {
    static Problem of(HasMetadata object, String what) {
        return new Problem(object.getKind() + "/" + object.getMetadata().getName(), what);
    }

    @Override
    public String toString() {
        return object + ": " + what;
    }
}
