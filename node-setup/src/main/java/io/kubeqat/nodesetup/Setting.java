package io.kubeqat.nodesetup;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Everything that can be set, by flag or by environment variable; the flag wins.
enum Setting {
    SERVICES("SET", "", "What every card should be set up for, in any order with ; between: asym, sym, dc, decomp, dcc. Not given: as it is."),
    VFS("COUNT", "all", "How many VFs of every card to hand out: all, or the first so many."),
    DRIVER("NAME", "vfio-pci", "The driver that should hold those VFs."),
    PROFILES("FILE", "", "YAML file with profiles for nodes and cards, in place of --services, --vfs and --driver."),
    NODE_NAME("NAME", "", "This node's name, for the patterns in the profiles."),
    SYSFS("DIRECTORY", "/sys", "What to take for /sys."),
    MODELS("FILE", "", "Table with further kinds of card, in the form of the known one (models.txt)."),
    TIMEOUT("SECONDS", "10", "How long to wait for the effect of one step."),
    TOLERATE_FAILED_CARDS("true|false", "false", "End with 0 although cards failed, as long as one is as it should be."),
    CARDS_AT_ONCE("COUNT", "16", "How many cards to set up at the same time: a card may take seconds to come up, and does so without the others."),
    FORCE("true|false", "false", "Take VFs away also from those who use them. Without it a card whose VFs are in use stays as it is, and fails."),
    PROC("DIRECTORY", "/proc", "What to take for /proc, where it is looked up who uses a VF: the node's own, else only processes of this container are seen."),
    DEV("DIRECTORY", "/dev", "What to take for /dev, whose vfio/N answers that it is busy where /proc does not show who uses it."),
    DRY_RUN("true|false", "false", "Print what would be written and why; write nothing."),
    OUTPUT("text|json", "text", "How a dry run prints its plan."),
    VERBOSE("true|false", "false", "Log every write.");

    /// Variables with this beginning are ours; an unknown one is a mistake.
    static final String PREFIX = "NODE_SETUP_";

    private final String valueLabel;
    private final String defaultValue;
    private final String help;

    Setting(String valueLabel, String defaultValue, String help) {
        this.valueLabel = valueLabel;
        this.defaultValue = defaultValue;
        this.help = help;
    }

    String flag() {
        return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String variable() {
        return PREFIX + name();
    }

    String valueLabel() {
        return valueLabel;
    }

    /// Empty where not giving it means something of its own.
    String defaultValue() {
        return defaultValue;
    }

    String help() {
        return help;
    }

    boolean isSwitch() {
        return valueLabel.equals("true|false");
    }

    static List<String> variables() {
        return Arrays.stream(values()).map(Setting::variable).toList();
    }
}
