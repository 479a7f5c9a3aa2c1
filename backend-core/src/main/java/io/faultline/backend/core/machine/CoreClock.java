/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.machine.VirtualClock;
import java.util.OptionalLong;

/** The clock of a machine for its VMM. */
final class CoreClock implements VirtualClock {
    private final CoreMachine machine;

    CoreClock(CoreMachine machine) {
        this.machine = machine;
    }

    @Override
    public long nanos() {
        machine.requireOpen();
        return machine.now();
    }

    @Override
    public OptionalLong nextDeadline() {
        machine.requireOpen();
        return machine.nextDeadline();
    }

    @Override
    public void skipTo(long nanos) {
        machine.requireOpen();
        machine.skipTo(nanos);
    }
}
