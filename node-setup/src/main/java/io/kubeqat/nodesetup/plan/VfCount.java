package io.kubeqat.nodesetup.plan;

/// How many VFs of a card are to be handed out.
public sealed interface VfCount {

    /// The number for one card.
    ///
    /// @param total what the card can have
    /// @return may be more than that, which is for the planner to refuse
    int of(int total);

    /// As many as the card has.
    record All() implements VfCount {
        @Override
        public int of(int total) {
            return total;
        }

        @Override
        public String toString() {
            return "all";
        }
    }

    /// The first of them, in the order of `virtfnN`. QAT's driver makes all VFs whatever number it is given; the rest is then left alone, for the host.
    ///
    /// @param count how many, from 0
    record First(int count) implements VfCount {
        /// Checks the number.
        ///
        /// @throws IllegalArgumentException if it is negative
        public First {
            if (count < 0) {
                throw new IllegalArgumentException("a number of VFs is not negative: " + count);
            }
        }

        @Override
        public int of(int total) {
            return count;
        }

        @Override
        public String toString() {
            return Integer.toString(count);
        }
    }

    /// Reads a setting.
    ///
    /// @param text `all`, or a number
    /// @return what it says
    /// @throws IllegalArgumentException for any other text, which it quotes
    static VfCount parse(String text) {
        if (text.equals("all")) {
            return new All();
        }
        // Five digits hold every count that PCI allows (16 bits).
        if (!text.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a number of VFs; expected all, or a number from 0");
        }
        return new First(Integer.parseInt(text));
    }
}
