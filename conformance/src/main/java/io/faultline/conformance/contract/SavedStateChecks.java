/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.contract;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.error.ErrorId;
import io.faultline.api.machine.Machine;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.RegisterFile;
import io.faultline.conformance.scenario.Rig;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.Map;
import java.util.TreeMap;

/**
 * Saved state.
 *
 * @since 0.1
 */
public final class SavedStateChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "API: saved state",
            Check.of("API-032", SavedStateChecks::aRestoredMachineGoesOnTheSame).seeds(3),
            Check.of("API-033", SavedStateChecks::savingChangesNothing),
            Check.of("API-034", SavedStateChecks::unknownStateIsRefused),
            Check.of("API-035", SavedStateChecks::stateOfAnotherMachineIsRefused));

    private SavedStateChecks() {}

    private static void aRestoredMachineGoesOnTheSame(Scenario s) {
        Rig plain = working(s);
        Rig restored = working(s);
        int before = s.random().nextInt(1, 200);
        plain.run(0, before);
        restored.run(0, before);
        RegisterFile registers = restored.cpu(0).registers();
        restored.cut();
        s.expectEqual("registers after restore", registers, restored.cpu(0).registers());
        plain.run(0, 500);
        restored.run(0, 500);
        s.expectEqual(
                "registers at the end",
                plain.cpu(0).registers(),
                restored.cpu(0).registers());
        s.expectEqual(
                "memory at the end",
                plain.machine().memory().load(GuestLayout.DATA, AccessWidth.DOUBLEWORD),
                restored.machine().memory().load(GuestLayout.DATA, AccessWidth.DOUBLEWORD));
        s.expectEqual(
                "virtual time at the end",
                plain.machine().clock().nanos(),
                restored.machine().clock().nanos());
    }

    private static void savingChangesNothing(Scenario s) {
        Rig rig = working(s);
        rig.run(0, 100);
        SavedState first = rig.machine().save();
        s.expectThat("two saves in a row are equal", first.equals(rig.machine().save()));
        s.expectThat("state survives being written to bytes", first.equals(SavedState.fromBytes(first.toBytes())));
        rig.cut();
        s.expectEqual(
                "values of the state of a restored machine that differ",
                "none",
                firstDifference(first, rig.machine().save()));
    }

    private static void unknownStateIsRefused(Scenario s) {
        Rig rig = working(s);
        rig.run(0, 100);
        SavedState good = rig.machine().save();
        rig.run(0, 7);
        RegisterFile registers = rig.cpu(0).registers();
        Map<String, StateValue> more = new TreeMap<>(good.values());
        more.put("zzz-nobody-knows-this", new StateValue.Word(1));
        s.expectRefused(
                "restoring a value that nobody knows",
                ErrorId.INVALID_STATE,
                () -> rig.machine().restore(new SavedState(good.backend(), good.version(), more)));
        s.expectEqual("registers after the refusal", registers, rig.cpu(0).registers());
        Map<String, StateValue> less = new TreeMap<>(good.values());
        less.remove(less.keySet().iterator().next());
        s.expectRefused(
                "restoring with a value missing",
                ErrorId.INVALID_STATE,
                () -> rig.machine().restore(new SavedState(good.backend(), good.version(), less)));
        s.expectEqual("registers after the refusal", registers, rig.cpu(0).registers());
        rig.machine().restore(good);
    }

    private static void stateOfAnotherMachineIsRefused(Scenario s) {
        Rig rig = working(s);
        RegisterFile registers = rig.cpu(0).registers();
        SavedState good = rig.machine().save();
        s.expectRefused(
                "restoring state of another backend",
                ErrorId.INCOMPATIBLE_STATE,
                () -> rig.machine().restore(new SavedState("someone-else", good.version(), good.values())));
        try (Machine other = s.plan(request -> request.memory(MemoryRegion.ram(0x8000_0000L, 0x1000)))
                .build()) {
            SavedState foreign = other.save();
            s.expectRefused(
                    "restoring state of a machine with more memory",
                    ErrorId.INCOMPATIBLE_STATE,
                    () -> rig.machine().restore(foreign));
        }
        if (s.capability(Capabilities.VCPUS) >= 2) {
            try (Machine other = s.plan(request -> request.vcpus(2)).build()) {
                SavedState foreign = other.save();
                s.expectRefused(
                        "restoring state of a machine with more vCPUs",
                        ErrorId.INCOMPATIBLE_STATE,
                        () -> rig.machine().restore(foreign));
            }
        }
        s.expectEqual("registers after the refusals", registers, rig.cpu(0).registers());
    }

    /** A guest that counts and writes the count to memory. */
    private static Rig working(Scenario s) {
        Rig rig = s.machine();
        SteppingGuestCpu cpu = rig.cpu(0);
        cpu.x(0, 0);
        cpu.x(1, GuestLayout.DATA);
        rig.program(cpu.pc(), A64.add(0, 0, 3), A64.str(AccessWidth.DOUBLEWORD, 0, 1, 0), A64.sub(2, 0, 1), A64.b(-12));
        return rig;
    }

    private static String firstDifference(SavedState expected, SavedState actual) {
        for (Map.Entry<String, StateValue> entry : expected.values().entrySet()) {
            StateValue other = actual.values().get(entry.getKey());
            if (!entry.getValue().equals(other)) {
                return entry.getKey() + " was " + entry.getValue() + " and is " + other;
            }
        }
        return expected.values().size() == actual.values().size() ? "none" : "there are more values";
    }
}
