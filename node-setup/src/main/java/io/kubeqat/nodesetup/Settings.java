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
/// @param cardsAtOnce how many cards to work on at the same time
/// @param force whether to take VFs away from those who use them
/// @param proc what stands for `/proc`
/// @param dev what stands for `/dev`
/// @param dryRun whether to print the plan instead of doing it
/// @param output how to print it
/// @param tolerateFailedCards whether to end well although cards failed, as long as one is as it should be
record Settings(
        Path root,
        String node,
        QatModels models,
        List<Profile> profiles,
        Duration timeout,
        int cardsAtOnce,
        boolean force,
        Path proc,
        Path dev,
        boolean dryRun,
        Output output,
        boolean tolerateFailedCards) {

    /// The forms of a printed plan.
    enum Output {
        TEXT,
        JSON
    }

    Settings {
        profiles = List.copyOf(profiles);
    }
}
