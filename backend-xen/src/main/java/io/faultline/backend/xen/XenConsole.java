/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import io.faultline.api.machine.ParavirtualConsole;
import io.faultline.backend.xen.host.Domain;
import java.util.function.Supplier;

/** The console of whichever domain a machine is. */
record XenConsole(Supplier<Domain> domain) implements ParavirtualConsole {
    @Override
    public byte[] takeOutput() {
        return domain.get().console().takeOutput();
    }

    @Override
    public int offer(byte[] input) {
        return domain.get().console().offer(input);
    }

    @Override
    public boolean isInUse() {
        return domain.get().isConsoleInUse();
    }
}
