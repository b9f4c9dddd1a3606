package io.kubeqat.kernelconfig;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// A condition in Kconfig's language, as its own parser prints it (`A && (B || !C) && D!=y`). Its value is `n`, `m` or `y`: "and" is the least, "or" the greatest, "not" turns around
/// (kernel document kbuild/kconfig-language, "Menu dependencies").
sealed interface Expression {
    /// A symbol by name, or a constant: `y`, `m`, `n`, a number or quoted text.
    record Word(String text) implements Expression {}

    record Not(Expression operand) implements Expression {}

    /// `=`, `!=`, `<`, `<=`, `>` or `>=` between words.
    record Comparison(String left, String operator, String right) implements Expression {}

    record And(List<Expression> operands) implements Expression {}

    record Or(List<Expression> operands) implements Expression {}

    /// @throws IllegalArgumentException if the text is no condition
    static Expression parse(String text) {
        return new ExpressionParser(text).parse();
    }

    /// 0 for `n`, 1 for `m`, 2 for `y`.
    ///
    /// @param values a symbol's value, `n` if it is not set
    default int evaluate(UnaryOperator<String> values) {
        return switch (this) {
            case Word(String text) -> "nmy".indexOf(value(text, values)) < 0 ? 0 : "nmy".indexOf(value(text, values));
            case Not(Expression operand) -> 2 - operand.evaluate(values);
            case Comparison(String left, String operator, String right) -> compare(value(left, values), operator, value(right, values)) ? 2 : 0;
            case And(List<Expression> operands) -> operands.stream().mapToInt(operand -> operand.evaluate(values)).min().orElse(2);
            case Or(List<Expression> operands) -> operands.stream().mapToInt(operand -> operand.evaluate(values)).max().orElse(0);
        };
    }

    /// The symbols that must be set, but are not, for this to hold; of alternatives all. Empty if it holds, or if only what is set stands in the way.
    default Stream<String> wanting(UnaryOperator<String> values) {
        if (evaluate(values) == 2) {
            return Stream.empty();
        }
        return switch (this) {
            case Word(String text) -> Stream.of(text);
            case Not _, Comparison _ -> Stream.empty();
            case And(List<Expression> operands) -> operands.stream().flatMap(operand -> operand.wanting(values));
            case Or(List<Expression> operands) -> operands.stream().flatMap(operand -> operand.wanting(values));
        };
    }

    /// What is unmet, in words; empty if the whole holds.
    default String unmet(UnaryOperator<String> values) {
        if (evaluate(values) == 2) {
            return "";
        }
        return switch (this) {
            case Word(String text) -> value(text, values).equals("n") ? text + " (not set)" : text + " (" + value(text, values) + ")";
            case Not(Word(String text)) -> "no " + text + " (" + value(text, values) + ")";
            case Not(Expression operand) -> "not: " + operand.text();
            case Comparison(String left, String operator, String right) -> left + operator + right + " (" + left + " is " + value(left, values) + ")";
            case And(List<Expression> operands) -> join(" and ", operands, values);
            case Or(List<Expression> operands) -> "(" + join(" or ", operands, values) + ")";
        };
    }

    private static String join(String between, List<Expression> operands, UnaryOperator<String> values) {
        return String.join(between, operands.stream().map(operand -> operand.unmet(values)).filter(text -> !text.isEmpty()).toList());
    }

    default String text() {
        return switch (this) {
            case Word(String text) -> text;
            case Not(Expression operand) -> "!" + operand.text();
            case Comparison(String left, String operator, String right) -> left + operator + right;
            case And(List<Expression> operands) -> String.join(" && ", operands.stream().map(Expression::text).toList());
            case Or(List<Expression> operands) -> "(" + String.join(" || ", operands.stream().map(Expression::text).toList()) + ")";
        };
    }

    private static String value(String word, UnaryOperator<String> values) {
        return word.matches("[nmy]|-?\\d+|0x[0-9a-fA-F]+") ? word : word.startsWith("\"") ? word : values.apply(word);
    }

    private static boolean compare(String left, String operator, String right) {
        int order = left.matches("-?\\d+") && right.matches("-?\\d+")
                ? Long.compare(Long.parseLong(left), Long.parseLong(right))
                : left.replace("\"", "").compareTo(right.replace("\"", ""));
        return switch (operator) {
            case "=" -> order == 0;
            case "!=" -> order != 0;
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            case ">=" -> order >= 0;
            default -> throw new IllegalArgumentException("no operator: " + operator);
        };
    }
}
