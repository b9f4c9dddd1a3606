package io.kubeqat.kernelconfig;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Why a configuration does not have what was asked of it, by what Kconfig knows about the symbol.
record Explanation(Symbols symbols, KernelConfig config) {
    /// How far the chain of what depends on what is followed: beyond that a person has lost the thread.
    private static final int DEPTH = 4;

    /// A sentence without its end, for a request that the configuration does not have.
    String of(Request request) {
        return symbols.find(request.symbol()).map(symbol -> of(request, symbol)).orElseGet(() -> "Linux " + symbols.version() + " has no such symbol"
                + symbols.nearest(request.symbol()).map(name -> "; did you mean CONFIG_" + name + "?").orElse(""));
    }

    private String of(Request request, Symbol symbol) {
        UnaryOperator<String> values = config::value;
        if (request.value().equals("n")) {
            return tooMuch(symbol, values);
        }
        if (!symbol.depends().unmet(values).isEmpty()) {
            return "it needs " + symbol.depends().unmet(values) + chain(symbol.depends(), values, new LinkedHashSet<>(Set.of(symbol.name())), DEPTH);
        }
        if (!symbol.hasPrompt()) {
            return "it has no prompt, so a configuration cannot ask for it: " + selectors(symbol);
        }
        String prompt = symbol.prompt().unmet(values);
        if (!prompt.isEmpty()) {
            return "its prompt is shown only with " + prompt + chain(symbol.prompt(), values, new LinkedHashSet<>(Set.of(symbol.name())), DEPTH);
        }
        List<String> chosen = symbol.choice().stream().filter(other -> !other.equals(symbol.name()) && config.value(other).equals("y")).toList();
        if (!chosen.isEmpty()) {
            return "one of a choice is taken, and that is CONFIG_" + String.join(", CONFIG_", chosen);
        }
        return request.value().matches("[ym]") && config.value(symbol.name()).equals("n")
                ? "nothing stands in its way (" + symbol.place() + "): ask for CONFIG_" + symbol.name() + "=" + request.value()
                : "Kconfig made it " + config.value(symbol.name()) + " (" + symbol.type() + ", " + symbol.place() + ")";
    }

    private String tooMuch(Symbol symbol, UnaryOperator<String> values) {
        String by = terms(symbol.selectedBy()).filter(term -> term.evaluate(values) > 0).map(Explanation::first).distinct().collect(Collectors.joining(", CONFIG_"));
        return by.isEmpty() ? "it is on by default, and its prompt is " + (symbol.hasPrompt() ? "shown only with " + symbol.prompt().text() : "missing") : "it is selected by CONFIG_" + by;
    }

    private static String selectors(Symbol symbol) {
        List<String> by = terms(symbol.selectedBy()).map(Explanation::first).distinct().filter(name -> !name.equals("n")).toList();
        return by.isEmpty()
                ? "it comes by a default (" + symbol.place() + ")"
                : "it comes with " + by.stream().limit(5).map(name -> "CONFIG_" + name).collect(Collectors.joining(", ")) + (by.size() > 5 ? " or " + (by.size() - 5) + " others" : "");
    }

    private static Stream<Expression> terms(Expression expression) {
        return expression instanceof Expression.Or(List<Expression> operands) ? operands.stream() : Stream.of(expression);
    }

    /// The symbol that selects, in `SELECTOR && its dependencies`.
    private static String first(Expression term) {
        return switch (term) {
            case Expression.And(List<Expression> operands) -> first(operands.getFirst());
            case Expression.Word(String text) -> text;
            default -> term.text();
        };
    }

    /// Of what is needed, but is not set, what it needs in turn: the next thing to ask for.
    private String chain(Expression unmet, UnaryOperator<String> values, Set<String> told, int depth) {
        if (depth == 0) {
            return "";
        }
        StringBuilder chain = new StringBuilder();
        for (String name : unmet.wanting(values).distinct().limit(5).toList()) {
            if (!told.add(name)) {
                continue;
            }
            symbols.find(name).ifPresent(symbol -> {
                String further = symbol.depends().unmet(values);
                if (!further.isEmpty()) {
                    chain.append("; ").append(name).append(" needs ").append(further).append(chain(symbol.depends(), values, told, depth - 1));
                } else if (!symbol.hasPrompt()) {
                    chain.append("; ").append(name).append(" has no prompt, ").append(selectors(symbol));
                }
            });
        }
        return chain.toString();
    }
}
