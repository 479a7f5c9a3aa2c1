/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.capability.Capabilities;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.state.SavedState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** As many vCPUs as the setting allows. */
class ManyVcpusTest {
    private static final int MOST = 512;
    private static final int PPI = 31;

    private static List<String> refusals(HypervisorBackend backend, int vcpus) {
        return backend.plan(MachineRequest.builder()
                        .vcpus(vcpus)
                        .memory(MemoryRegion.ram(XenRig.RAM, XenRig.RAM_BYTES))
                        .build())
                .refusals();
    }

    @Test
    void thereAreAsManyAsXenHasUnlessTheSettingSaysOtherwise() {
        HypervisorBackend xen = XenRig.open(Map.of());
        assertEquals(Optional.of(128), xen.capabilities().get(Capabilities.VCPUS));
        assertEquals(List.of(), refusals(xen, 128));
        assertEquals(List.of("129 vCPUs are not possible: a machine has 1 to 128."), refusals(xen, 129));

        HypervisorBackend more = XenRig.open(Map.of("xen.vcpu-limit", "512"));
        assertEquals(Optional.of(MOST), more.capabilities().get(Capabilities.VCPUS));
        assertEquals(List.of(), refusals(more, MOST));
        assertEquals(List.of("513 vCPUs are not possible: a machine has 1 to 512."), refusals(more, 513));

        HypervisorBackend one = XenRig.open(Map.of("xen.vcpu-limit", "1"));
        assertEquals(List.of("2 vCPUs are not possible: a machine has 1 to 1."), refusals(one, 2));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void eachOf512IsToldOfItsOwnEventsAndOfNoOthers(boolean fifo) {
        EventRig rig = EventRig.of(MOST, fifo, 520);
        assertEquals(-2, rig.rig.event(7, MOST, 0), "there is no vCPU 512");
        // Port p belongs to vCPU p modulo 512.
        for (int port : new int[] {3, 127, 128, 129, 255, 511, 512}) {
            int vcpu = port % MOST;
            assertEquals(0, rig.rig.event(4, port));
            for (int other = 0; other < MOST; other++) {
                boolean told = other == vcpu;
                assertEquals(told ? 1 : 0, rig.rig.word(EventRig.info(other)), port + " at " + other);
                assertEquals(told, rig.host.gic().redistributor(other).isPending(PPI), port + " at " + other);
            }
            assertEquals(rig.selected(port), rig.rig.word(rig.selector(vcpu)) & 0xFFFF_FFFFL);
            rig.rig.longs(EventRig.info(vcpu), 0, 0);
            rig.rig.longs(rig.selector(vcpu), 0);
            assertFalse(rig.host.gic().redistributor(vcpu).isPending(PPI));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSavedMachineOf512GoesOn(boolean fifo) {
        EventRig rig = EventRig.of(MOST, fifo, 16);
        assertEquals(0, rig.rig.event(4, 16));
        SavedState state = rig.rig.machine.save();
        EventRig other = EventRig.bare(MOST, fifo, 16);
        other.rig.machine.restore(state);
        assertTrue(other.host.gic().redistributor(MOST - 1).isPending(PPI));
        other.rig.longs(EventRig.info(MOST - 1), 0, 0);
        other.rig.longs(other.selector(MOST - 1), 0);
        other.rig.longs(other.pending(16), 0);
        assertFalse(other.host.gic().redistributor(MOST - 1).isPending(PPI));
        assertEquals(0, other.rig.event(4, 16));
        assertTrue(other.host.gic().redistributor(MOST - 1).isPending(PPI));
    }
}
