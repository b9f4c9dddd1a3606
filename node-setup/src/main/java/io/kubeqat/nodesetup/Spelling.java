package io.kubeqat.nodesetup;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Finds what somebody who mistyped a name probably meant.
final class Spelling {
    private static final int MAX_EDITS = 3;

    private Spelling() {}

    /// In words that fit after the wrong name: `; did you mean services?`, or the known names if none is near.
    static String hint(String wrong, Collection<String> known) {
        return nearest(wrong, known)
                .map(name -> "; did you mean " + name + "?")
                .orElseGet(() -> "; known are " + String.join(", ", known.stream().sorted().toList()));
    }

    static Optional<String> nearest(String wrong, Collection<String> known) {
        return known.stream()
                .filter(name -> edits(wrong, name) <= Math.min(MAX_EDITS, Math.max(1, name.length() / 3)))
                .min(Comparator.comparingInt((String name) -> edits(wrong, name)).thenComparing(Comparator.naturalOrder()));
    }

    /// How many letters must be put in, left out or changed (Levenshtein).
    private static int edits(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, 1 + Math.min(row[j - 1], previous[j]));
            }
            previous = row;
        }
        return previous[b.length()];
    }
}
