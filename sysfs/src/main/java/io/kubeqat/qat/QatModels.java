package io.kubeqat.qat;

import io.kubeqat.pci.PciId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The table of cards, as data: a new generation is one row, and any SR-IOV device can stand in for a card where no card is at hand.
///
/// @param rows the known cards; no name and no device id twice
public record QatModels(List<QatModel> rows) {
    private static final int COLUMNS = 9;

    /// Checks the parts.
    ///
    /// @throws IllegalArgumentException if a name or a device id is there twice
    public QatModels {
        rows = List.copyOf(rows);
        Set<Object> seen = new HashSet<>();
        for (QatModel row : rows) {
            for (Object key : List.of(row.name(), row.pfId(), row.vfId())) {
                if (!seen.add(key)) {
                    throw new IllegalArgumentException(key + " is in the table of cards twice");
                }
            }
        }
    }

    /// {@return the cards that kube-qat knows by itself (`models.txt` beside this class)}
    public static QatModels known() {
        return Known.TABLE;
    }

    /// Read when first asked for, and once.
    private static final class Known {
        private static final QatModels TABLE = fromResource();
    }

    private static QatModels fromResource() {
        try (InputStream in = QatModels.class.getResourceAsStream("models.txt")) {
            if (in == null) {
                throw new IllegalStateException("the table of cards, models.txt, is missing beside " + QatModels.class.getName());
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the table of cards", e);
        }
    }

    /// Reads a table in the form of `models.txt`: nine columns, `#` starts a comment.
    ///
    /// @param text the table
    /// @return its rows, in their order
    /// @throws IllegalArgumentException for the first line that is wrong, with its number and what it says
    public static QatModels parse(String text) {
        List<QatModel> rows = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String row = line.replaceFirst("#.*", "").strip();
            if (!row.isEmpty()) {
                try {
                    rows.add(row(row.split("\\s+")));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("table of cards, line " + number + " (\"" + row + "\"): " + e.getMessage(), e);
                }
            }
        }
        return new QatModels(rows);
    }

    /// This table with further rows; one with the name of a known card takes its place.
    ///
    /// @param more the further rows
    /// @return a new table, the further rows last
    /// @throws IllegalArgumentException if an id is there twice then
    public QatModels with(List<QatModel> more) {
        Set<String> replaced = new HashSet<>();
        more.forEach(row -> replaced.add(row.name()));
        return new QatModels(
                Stream.concat(rows.stream().filter(row -> !replaced.contains(row.name())), more.stream()).toList());
    }

    /// The kind of card whose PF has an id.
    ///
    /// @param id the content of the files `vendor` and `device`
    /// @return empty for a device that is no card's PF
    public Optional<QatModel> ofPf(PciId id) {
        return rows.stream().filter(row -> row.pfId().equals(id)).findFirst();
    }

    /// The kind of card whose VFs have an id.
    ///
    /// @param id the content of the files `vendor` and `device`
    /// @return empty for a device that is no card's VF
    public Optional<QatModel> ofVf(PciId id) {
        return rows.stream().filter(row -> row.vfId().equals(id)).findFirst();
    }

    private static QatModel row(String[] cells) {
        if (cells.length != COLUMNS) {
            throw new IllegalArgumentException("expected " + COLUMNS + " columns, found " + cells.length);
        }
        return new QatModel(
                cells[0],
                cells[1],
                PciId.parse(cells[2]),
                PciId.parse(cells[3]),
                cells[4],
                cells[5],
                yes("qat-directory", cells[6]),
                yes("vfio-denylisted", cells[7]),
                number("max-services", cells[8]));
    }

    private static boolean yes(String column, String cell) {
        return switch (cell) {
            case "yes" -> true;
            case "no" -> false;
            default -> throw new IllegalArgumentException(column + ": \"" + cell + "\" is neither yes nor no");
        };
    }

    private static int number(String column, String cell) {
        try {
            return Integer.parseInt(cell);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(column + ": \"" + cell + "\" is not a number", e);
        }
    }
}
