package io.kubeqat.simulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// The text of `qat/cfg_services`, as the two generations of the driver take it.
enum Services {
    /// Newer kernels parse a mask: any order, no service twice, and the text reads back in one fixed order (`adf_cfg_services.c`, `adf_parse_service_string`).
    CANONICAL {
        @Override
        Optional<String> stored(String written, CardModel model) {
            List<Service> services = new ArrayList<>();
            for (String name : written.split(";", -1)) {
                Optional<Service> service = Arrays.stream(Service.values()).filter(s -> s.text().equals(name)).findFirst();
                if (service.isEmpty() || services.contains(service.get())) {
                    return Optional.empty();
                }
                services.add(service.get());
            }
            boolean onlyGen6 = services.contains(Service.DECOMP) && model.family() != CardModel.Family.GEN6;
            // Chaining takes all engines of the card.
            boolean chainedWithOthers = services.contains(Service.DCC) && services.size() > 1;
            if (onlyGen6 || chainedWithOthers || services.size() > model.maxServices()) {
                return Optional.empty();
            }
            return Optional.of(services.stream().sorted().map(Service::text).collect(Collectors.joining(";")));
        }
    },
    /// Older kernels know ten exact strings and keep the one that was written (`adf_cfg_services.c`, `adf_cfg_services[]`).
    VERBATIM {
        @Override
        Optional<String> stored(String written, CardModel model) {
            return EXACT.contains(written) ? Optional.of(written) : Optional.empty();
        }
    };

    private static final List<String> EXACT =
            List.of("sym;asym", "asym;sym", "dc", "dcc", "sym", "asym", "dc;asym", "asym;dc", "dc;sym", "sym;dc");

    /// In the order of the canonical text (`adf_cfg_services.h`, `enum adf_base_services`).
    private enum Service {
        ASYM,
        SYM,
        DC,
        DECOMP,
        DCC;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// What the card keeps of a written text; empty where it answers EINVAL.
    abstract Optional<String> stored(String written, CardModel model);

    /// What the driver sets at boot: crypto on even cards, compression on odd ones (`adf_gen4_config.c`, `adf_gen4_cfg_dev_init`).
    static String ofBoot(int acceleratorNumber) {
        return acceleratorNumber % 2 == 0 ? "sym;asym" : "dc";
    }

    /// The service of a ring pair. Of a VF's four, the first and third serve one half of the engines, the others the other half; dc, else asym, has the
    /// first half (`adf_gen4_hw_data.c`, `adf_gen4_get_ring_to_svc_map`).
    static String ofRing(String services, int ring) {
        List<String> names = new ArrayList<>(List.of(services.replace("dcc", "dc").split(";")));
        names.sort((a, b) -> Integer.compare(rank(a), rank(b)));
        return names.get(ring % 2 % names.size());
    }

    private static int rank(String name) {
        return switch (name) {
            case "dc", "decomp" -> 0;
            case "asym" -> 1;
            default -> 2;
        };
    }
}
