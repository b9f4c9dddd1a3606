package io.kubeqat.nodesetup;

import io.kubeqat.nodesetup.plan.Profile;
import io.kubeqat.qat.QatModels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Everything that was configured, checked.
///
/// @param root what stands for `/sys`
/// @param node the node's name, for the profiles' patterns; empty if it was not given
/// @param models the table of cards
/// @param profiles what cards should be like; the first that matches a card counts
/// @param timeout how long to wait for the effect of one step
/// @param dryRun whether to print the plan instead of doing it
/// @param tolerateFailedCards whether to end well although cards failed, as long as one is as it should be
record Settings(
        Path root, String node, QatModels models, List<Profile> profiles, Duration timeout, boolean dryRun, boolean tolerateFailedCards) {

    Settings {
        profiles = List.copyOf(profiles);
    }
}
