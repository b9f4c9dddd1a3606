package io.kubeqat.nodesetup.plan;

/// How many VFs of a card are to be handed out.
public sealed interface VfCount {

    /// @param total what the card can have
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
    record First(int count) implements VfCount {
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
