/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.error.HypervisorException;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.backend.xen.event.abi.EventDomain;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventSettingsTest {
    private static EventSettings of(Map<String, String> given) {
        return EventSettings.of(BackendConfiguration.of(DESCRIPTOR, given));
    }

    private static final BackendDescriptor DESCRIPTOR = descriptor();

    private static BackendDescriptor descriptor() {
        return new BackendDescriptor("xen", "Xen", "nobody", "0.1", EventSettings.settings());
    }

    @Test
    void whatIsNotSaidIsAsInPresentXen() {
        assertEquals(EventSettings.DEFAULT, of(Map.of()));
        assertEquals(1023, EventSettings.DEFAULT.maxPorts());
    }

    @Test
    void everythingCanBeSaid() {
        assertEquals(
                BindingTest.odd(),
                of(Map.of(
                        "xen.xsm", "dummy",
                        "xen.global-virq", "silent",
                        "xen.rebind-pending", "raised",
                        "xen.undeliverable", "pending",
                        "xen.expand-two-level", "enosys",
                        "xen.xen-owned-status", "refused")));
        assertEquals(EventSettings.Fifo.ABSENT, of(Map.of("xen.fifo", "absent")).fifo());
        assertEquals(131071, of(Map.of("xen.max-ports", "0x1FFFF")).maxPorts());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "131072", "-1", "many"})
    void aLimitOutOfRangeIsRefused(String limit) {
        assertThrows(HypervisorException.class, () -> of(Map.of("xen.max-ports", limit)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 131072})
    void aLimitOutOfRangeIsAMistake(int limit) {
        assertThrows(IllegalArgumentException.class, () -> BindingTest.with(limit, EventSettings.Xsm.SILO));
        assertThrows(IllegalArgumentException.class, () -> new io.faultline.backend.xen.event.port.PortTable(limit));
    }

    @Test
    void aDomainHasANumberAndAtLeastOneVcpu() {
        var shared = new World().machine(1).shared;
        assertThrows(IllegalArgumentException.class, () -> new EventDomain(0, 1, shared));
        assertThrows(IllegalArgumentException.class, () -> new EventDomain(0x7FF0, 1, shared));
        assertThrows(IllegalArgumentException.class, () -> new EventDomain(1, 0, shared));
    }
}
