/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** What the backend is like in a sequence. */
final class RandomSettings {
    private RandomSettings() {}

    /** Makes the settings of a sequence. */
    static Map<String, String> of(RandomGenerator random, boolean calm, boolean transparent) {
        Map<String, String> settings = new TreeMap<>();
        maybe(random, settings, "hyperv.reps-per-entry", "1", "3", "64", "4095");
        maybe(random, settings, "hyperv.straddle-status", "3", "4");
        maybe(random, settings, "hyperv.unreadable-status", "3", "4");
        maybe(random, settings, "hyperv.gate-status", "2", "6", "3");
        maybe(random, settings, "hyperv.other-vcpus", "allowed", "denied");
        maybe(random, settings, "hyperv.crash-registers", "absent", "present");
        maybe(random, settings, "hyperv.polling", "absent", "present");
        maybe(random, settings, "hyperv.synthetic-timers", "message", "absent", "direct");
        if (transparent) {
            settings.put("hyperv.synthetic-timers", "absent");
        }
        maybe(random, settings, "hyperv.apf-ready", "message", "flag");
        maybe(random, settings, "hyperv.apf-slots", "1", "2", "5");
        maybe(random, settings, "hyperv.apf-slots", "2", "3");
        maybe(random, settings, "hyperv.unmask", "scans", "silent");
        maybe(random, settings, "hyperv.wrong-port-kind", "connection", "port");
        if (random.nextInt(3) == 0) {
            maybe(random, settings, "hyperv.scontrol-reset", "on", "off");
            maybe(random, settings, "hyperv.sint-vectors", "any", "private");
            maybe(random, settings, "hyperv.masked-message", "held", "placed");
            maybe(random, settings, "hyperv.masked-signal", "set", "refused");
            maybe(random, settings, "hyperv.post-while-off", "queued", "refused");
            maybe(random, settings, "hyperv.sversion", "7", "1");
        }
        if (random.nextInt(3) == 0) {
            settings.put("hyperv.privileges", "0x000a00f200000e7f");
        }
        if (!calm) {
            maybe(
                    random,
                    settings,
                    "hyperv.privileges",
                    "0x000a003200000e7f",
                    "0x000a003000000277",
                    "0x0002003000000e7f",
                    "0x000a001000000277",
                    "0x000a002000000277",
                    "0x000a003000000203");
        }
        return settings;
    }

    private static void maybe(RandomGenerator random, Map<String, String> settings, String key, String... values) {
        if (random.nextInt(3) == 0) {
            settings.put(key, values[random.nextInt(values.length)]);
        }
    }
}
