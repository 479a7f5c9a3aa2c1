/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateValue;
import io.faultline.api.state.StateWriter;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A guest that stands still, but for the content of its pages: the shape of its machine, the state of the machine, and what
 * the VMM keeps for it (devices, run loop).
 *
 * @param shape what machine it needs
 * @param machine state of the machine, in which every page that holds something is absent
 * @param devices state of the VMM's own parts
 * @since 0.1
 */
public record GuestState(MachineShape shape, SavedState machine, Map<String, StateValue> devices) {
    private static final String NAME = "vmm";
    private static final int VERSION = 1;

    /** Copies the map. */
    public GuestState {
        Objects.requireNonNull(shape, "shape");
        Objects.requireNonNull(machine, "machine");
        devices = Collections.unmodifiableMap(new TreeMap<>(devices));
    }

    /**
     * Writes the byte form, which is that of a {@link SavedState}: it has a version and a checksum.
     *
     * @return the bytes
     */
    public byte[] toBytes() {
        StateWriter writer = new StateWriter();
        shape.save(writer.section("shape"));
        writer.bytes("machine", machine.toBytes());
        writer.bytes("devices", new SavedState(NAME, VERSION, devices).toBytes());
        return new SavedState(NAME, VERSION, writer.values()).toBytes();
    }

    /**
     * Reads the byte form.
     *
     * @param bytes what {@link #toBytes()} wrote
     * @return the state
     * @throws HypervisorException with INVALID_STATE if the bytes are damaged or impossible
     */
    public static GuestState fromBytes(byte[] bytes) {
        SavedState outer = own(SavedState.fromBytes(bytes));
        StateReader reader = outer.reader();
        MachineShape shape = MachineShape.restore(reader.section("shape"));
        SavedState machine = SavedState.fromBytes(reader.bytes("machine"));
        SavedState devices = own(SavedState.fromBytes(reader.bytes("devices")));
        reader.finish();
        return new GuestState(shape, machine, devices.values());
    }

    private static SavedState own(SavedState state) {
        if (!state.backend().equals(NAME) || state.version() != VERSION) {
            throw new HypervisorException(
                    ErrorId.INVALID_STATE,
                    "saved state is of " + state.backend() + " in version " + state.version() + " instead of a guest in"
                            + " version " + VERSION,
                    "reading a guest's state",
                    "use the same version of Faultline on both sides");
        }
        return state;
    }
}
