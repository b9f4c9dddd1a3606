package io.kubeqat.nodesetup;

import io.kubeqat.nodesetup.plan.CardPlan;
import io.kubeqat.nodesetup.plan.Holder;
import io.kubeqat.nodesetup.plan.SetupStep;
import io.kubeqat.pci.PciAddress;
import io.kubeqat.sysfs.Sysfs;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// Prints the plans of a dry run, one card after the other.
sealed interface PlanPrinter {

    /// @param driver what the VFs shall be bound to in the end
    void print(PciAddress card, String driver, CardPlan plan);

    /// To be called once, after the last card.
    ///
    /// @param problems what the node lacks
    void finish(List<String> problems);

    static PlanPrinter of(Settings.Output output, Sysfs sysfs, PrintStream out) {
        return switch (output) {
            case TEXT -> new Text(sysfs, out);
            case JSON -> new JsonDocument(sysfs, out, new ArrayList<>());
        };
    }

    private static boolean bindsLater(List<SetupStep> steps) {
        return steps.stream().anyMatch(SetupStep.CreateVirtualFunctions.class::isInstance);
    }

    /// A sentence a line.
    record Text(Sysfs sysfs, PrintStream out) implements PlanPrinter {
        @Override
        public void print(PciAddress card, String driver, CardPlan plan) {
            switch (plan) {
                case CardPlan.Steps(List<SetupStep> steps) -> {
                    if (steps.isEmpty()) {
                        out.println(card + " is as it should be");
                    }
                    print("would ", card, driver, steps);
                }
                case CardPlan.LeftAlone(String reason) -> out.println("would leave " + card + " alone because " + reason);
                case CardPlan.Impossible(String reason) -> out.println("could not set " + card + " up because " + reason);
                case CardPlan.InUse inUse -> {
                    out.println("would refuse to change " + card + " because " + inUse.reason());
                    print("with --force would ", card, driver, inUse.steps());
                }
            }
        }

        private void print(String would, PciAddress card, String driver, List<SetupStep> steps) {
            for (SetupStep step : steps) {
                out.println(would + "write " + step.value() + " to " + sysfs.describe(step.path()) + " because " + step.reason());
            }
            if (bindsLater(steps)) {
                out.println(would + "then bind the new VFs of " + card + " to " + driver);
            }
        }

        @Override
        public void finish(List<String> problems) {
            // The log has them.
        }
    }

    /// One JSON object for the whole run: `cards`, each with `bdf`, `plan`, and what the plan has; and `problems`.
    record JsonDocument(Sysfs sysfs, PrintStream out, List<Map<String, Object>> cards) implements PlanPrinter {
        @Override
        public void print(PciAddress card, String driver, CardPlan plan) {
            SequencedMap<String, Object> json = new LinkedHashMap<>();
            json.put("bdf", card);
            switch (plan) {
                case CardPlan.Steps(List<SetupStep> steps) -> {
                    json.put("plan", steps.isEmpty() ? "nothing" : "write");
                    steps(json, driver, steps);
                }
                case CardPlan.LeftAlone(String reason) -> {
                    json.put("plan", "leave-alone");
                    json.put("reason", reason);
                }
                case CardPlan.Impossible(String reason) -> {
                    json.put("plan", "impossible");
                    json.put("reason", reason);
                }
                case CardPlan.InUse inUse -> {
                    json.put("plan", "in-use");
                    json.put("reason", inUse.reason());
                    json.put("holders", inUse.holders().stream().map(JsonDocument::holder).toList());
                    steps(json, driver, inUse.steps());
                }
            }
            cards.add(json);
        }

        private void steps(Map<String, Object> json, String driver, List<SetupStep> steps) {
            json.put("writes", steps.stream().map(this::step).toList());
            if (bindsLater(steps)) {
                json.put("then-bind-to", driver);
            }
        }

        private Map<String, Object> step(SetupStep step) {
            SequencedMap<String, Object> json = new LinkedHashMap<>();
            json.put("path", sysfs.describe(step.path()));
            json.put("value", step.value());
            json.put("reason", step.reason());
            return json;
        }

        private static Map<String, Object> holder(Holder holder) {
            SequencedMap<String, Object> json = new LinkedHashMap<>();
            json.put("bdf", holder.vf());
            json.put("device", holder.device());
            holder.process().ifPresent(process -> {
                json.put("pid", process.pid());
                json.put("name", process.name());
            });
            return json;
        }

        @Override
        public void finish(List<String> problems) {
            SequencedMap<String, Object> json = new LinkedHashMap<>();
            json.put("cards", cards);
            json.put("problems", problems);
            out.println(Json.of(json));
        }
    }
}
