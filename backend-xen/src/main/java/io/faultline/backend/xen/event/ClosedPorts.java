/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.function.IntConsumer;

/** Who in the hypervisor wants to know that the guest has closed a port, by itself or by a reset. */
@Singleton
final class ClosedPorts {
    private IntConsumer listener = port -> {};

    @Inject
    ClosedPorts() {}

    void listen(IntConsumer newListener) {
        listener = newListener;
    }

    void closed(int port) {
        listener.accept(port);
    }
}
