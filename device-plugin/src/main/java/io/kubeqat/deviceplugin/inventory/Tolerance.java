package io.kubeqat.deviceplugin.inventory;

/// How often a measurement has to contradict what is held to be true before that changes: one failed heartbeat must not take a card's VFs from the node, and one
/// good one must not bring a broken card back.
///
/// @param badReads bad reads in a row that make a healthy card unhealthy
/// @param goodReads good reads in a row that make an unhealthy card healthy
public record Tolerance(int badReads, int goodReads) {
    /// The largest number of reads of either kind.
    public static final int MOST_READS = 100;
    /// What holds where nobody says otherwise.
    public static final Tolerance STANDARD = new Tolerance(3, 5);

    /// Checks the bounds.
    ///
    /// @throws IllegalArgumentException where one number is not from 1 to [#MOST_READS]
    public Tolerance {
        if (badReads < 1 || badReads > MOST_READS || goodReads < 1 || goodReads > MOST_READS) {
            throw new IllegalArgumentException("tolerance is " + badReads + " bad and " + goodReads + " good reads; expected 1 to " + MOST_READS + " of each");
        }
    }
}
