package io.kubeqat.kernelconfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ExpressionTest {
    private static final Map<String, String> CONFIG = Map.of("ON", "y", "MODULE", "m", "NUMBER", "64", "TEXT", "\"gcc\"");

    private static String value(String symbol) {
        return CONFIG.getOrDefault(symbol, "n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "y;2", "n;0", "ON;2", "MODULE;1", "OFF;0",
        "ON && MODULE;1", "OFF || MODULE;1", "!ON;0", "!OFF;2", "!MODULE;1",
        "ON && OFF || ON;2", "ON && (OFF || OFF);0", "!(ON && OFF);2",
        "ON=y;2", "ON!=y;0", "MODULE=m;2", "OFF=n;2", "NUMBER>=64;2", "NUMBER<9;0", "TEXT=\"gcc\";2", "ON=ON;2",
    })
    void hasTheValueThatKconfigGivesIt(String text, int value) {
        assertThat(Expression.parse(text).evaluate(ExpressionTest::value)).isEqualTo(value);
    }

    @Test
    void namesWhatIsUnmetAndNothingElse() {
        assertThat(Expression.parse("ON && OFF && (AWAY || MISSING) && !ON").unmet(ExpressionTest::value))
                .isEqualTo("OFF (not set) and (AWAY (not set) or MISSING (not set)) and no ON (y)");
        assertThat(Expression.parse("ON || OFF").unmet(ExpressionTest::value)).isEmpty();
    }

    @Test
    void saysThatAModuleIsNotEnough() {
        assertThat(Expression.parse("ON && MODULE").unmet(ExpressionTest::value)).isEqualTo("MODULE (m)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A &&", "(A", "A B", "A ? B", "A =", "!"})
    void refusesWhatIsNoConditionAndQuotesIt(String text) {
        assertThatThrownBy(() -> Expression.parse(text)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("\"" + text + "\"");
    }
}
