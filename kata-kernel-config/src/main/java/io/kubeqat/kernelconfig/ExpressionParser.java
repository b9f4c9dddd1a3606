package io.kubeqat.kernelconfig;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads an [Expression]: "or" binds least, then "and", then "not", then a comparison.
final class ExpressionParser {
    private static final Pattern TOKEN = Pattern.compile("\\s*(&&|\\|\\||!=|<=|>=|[!=<>()]|\"[^\"]*\"|[\\w./-]+)");

    private final String text;
    private final List<String> tokens = new ArrayList<>();
    private int next;

    ExpressionParser(String text) {
        this.text = text;
        Matcher matcher = TOKEN.matcher(text);
        int end = 0;
        while (matcher.find() && matcher.start() == end) {
            tokens.add(matcher.group(1));
            end = matcher.end();
        }
        if (!text.substring(end).isBlank()) {
            throw new IllegalArgumentException("no Kconfig condition: \"" + text + "\", from \"" + text.substring(end) + "\" on");
        }
    }

    Expression parse() {
        Expression expression = or();
        if (next != tokens.size()) {
            throw new IllegalArgumentException("no Kconfig condition: \"" + text + "\": \"" + tokens.get(next) + "\" is too much");
        }
        return expression;
    }

    private Expression or() {
        return chain("||", this::and, Expression.Or::new);
    }

    private Expression and() {
        return chain("&&", this::not, Expression.And::new);
    }

    private Expression chain(String operator, Supplier<Expression> operand, Function<List<Expression>, Expression> join) {
        List<Expression> operands = new ArrayList<>(List.of(operand.get()));
        while (take(operator)) {
            operands.add(operand.get());
        }
        return operands.size() == 1 ? operands.getFirst() : join.apply(List.copyOf(operands));
    }

    private Expression not() {
        if (take("!")) {
            return new Expression.Not(not());
        }
        if (take("(")) {
            Expression inner = or();
            if (!take(")")) {
                throw new IllegalArgumentException("no Kconfig condition: \"" + text + "\": a parenthesis is not closed");
            }
            return inner;
        }
        String word = word();
        if (next < tokens.size() && tokens.get(next).matches("!?=|[<>]=?")) {
            return new Expression.Comparison(word, tokens.get(next++), word());
        }
        return new Expression.Word(word);
    }

    private String word() {
        if (next == tokens.size() || !tokens.get(next).matches("\".*\"|[\\w./-]+")) {
            throw new IllegalArgumentException("no Kconfig condition: \"" + text + "\": a symbol is missing");
        }
        return tokens.get(next++);
    }

    private boolean take(String token) {
        if (next < tokens.size() && tokens.get(next).equals(token)) {
            next++;
            return true;
        }
        return false;
    }
}
