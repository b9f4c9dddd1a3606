package io.kubeqat.kernelconfig;

import java.util.List;

/// What Kconfig knows about a symbol; the columns of `kernel/symbols.c`.
///
/// @param prompt when a configuration can say its value; `n`: never, it has no prompt
/// @param depends what it depends on
/// @param selectedBy what sets it, whatever the configuration says
/// @param choice the symbols of which one is chosen, itself among them; empty if it is in no choice
/// @param place where it is defined, as `FILE:LINE` in the kernel's source
record Symbol(String name, String type, Expression prompt, Expression depends, Expression selectedBy, List<String> choice, String place) {
    Symbol {
        choice = List.copyOf(choice);
    }

    /// @throws IllegalArgumentException if the line has other columns
    static Symbol parse(String line) {
        String[] columns = line.split("\t", -1);
        if (columns.length != 7) {
            throw new IllegalArgumentException("not seven columns: " + line);
        }
        List<String> choice = columns[5].isBlank() ? List.of() : List.of(columns[5].strip().split(" "));
        return new Symbol(columns[0], columns[1], Expression.parse(columns[2]), Expression.parse(columns[3]), Expression.parse(columns[4]), choice, columns[6]);
    }

    boolean hasPrompt() {
        return !prompt.equals(new Expression.Word("n"));
    }
}
