package io.kubeqat.kernelconfig;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Finds the symbol that was probably meant. Kernel symbols are long and made of words, so what is allowed to differ grows with the name, and a name that only has more in front or
/// behind is near.
final class Spelling {
    private Spelling() {}

    static Optional<String> nearest(String wrong, Collection<String> known) {
        return known.stream()
                .filter(name -> edits(wrong, name) <= Math.max(1, wrong.length() / 4))
                .min(Comparator.comparingInt((String name) -> edits(wrong, name)).thenComparing(Comparator.naturalOrder()))
                .or(() -> known.stream()
                        .filter(name -> wrong.length() > 3 && (name.startsWith(wrong + "_") || name.endsWith("_" + wrong)))
                        .min(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder())));
    }

    /// How many letters must be put in, left out or changed (Levenshtein).
    private static int edits(String a, String b) {
        if (Math.abs(a.length() - b.length()) > a.length() / 4 + 1) {
            return Integer.MAX_VALUE;
        }
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
