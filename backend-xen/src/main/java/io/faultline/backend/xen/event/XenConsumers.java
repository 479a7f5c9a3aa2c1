/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/** Those in the hypervisor who consume events of ports, by number. Who they are is no state: they are the same in every run. */
@Singleton
final class XenConsumers {
    private final List<HostEnd> consumers = new ArrayList<>();

    @Inject
    XenConsumers() {}

    /** Returns the number of a new consumer, at least 1. */
    int register(HostEnd consumer) {
        consumers.add(consumer);
        return consumers.size();
    }

    int count() {
        return consumers.size();
    }

    void notified(int consumer) {
        consumers.get(consumer - 1).notified();
    }
}
