/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.util.Modules;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The machines of one backend. */
final class World implements PeerDomains {
    private final Map<Integer, TestMachine> machines = new TreeMap<>();

    TestMachine machine(int id, int vcpus, EventSettings settings, Module... overrides) {
        Module standard = new EventModule(settings);
        Module chosen = Modules.override(standard).with(overrides.length == 0 ? new Module[] {NONE} : overrides);
        TestMachine machine = new TestMachine(id, vcpus, this, chosen);
        machines.put(id, machine);
        return machine;
    }

    TestMachine machine(int id) {
        return machine(id, 2, EventSettings.DEFAULT);
    }

    void close(TestMachine machine) {
        machines.remove(machine.id);
        machine.channels.destroy();
    }

    /** The machine is gone, and nobody was told: its state is restored somewhere else. */
    void lose(int id) {
        machines.remove(id);
    }

    @Override
    public @Nullable EventChannels find(int domain) {
        TestMachine machine = machines.get(domain);
        return machine == null ? null : machine.channels;
    }

    private static final Module NONE = new AbstractModule() {};
}
