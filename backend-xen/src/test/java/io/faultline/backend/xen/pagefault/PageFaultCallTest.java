/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.capability.AsyncPageFaultLimits;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.backend.xen.XenBackendProvider;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Discovery, registration and its end, as hypercalls of a guest. */
class PageFaultCallTest {
    private static final long EFAULT = -14;
    private static final long ENXIO = -6;
    private static final long EINVAL = -22;
    private static final long ENOENT = -2;
    private static final long ENOSYS = -38;

    private static long gfn(long address) {
        return address >> 12;
    }

    @Test
    void aGuestAsksForWhatThereIs() {
        PageFaultRig rig = new PageFaultRig(1, Map.of("xen.apf-slots", "7"));
        assertEquals(1, rig.call(0, PageFaultRig.APF, PageFaultOp.QUERY, PageFaultOp.ASK_VERSION));
        assertEquals(1, rig.call(0, PageFaultRig.APF, PageFaultOp.QUERY, PageFaultOp.ASK_FLAGS));
        assertEquals(7, rig.call(0, PageFaultRig.APF, PageFaultOp.QUERY, PageFaultOp.ASK_SLOTS));
        assertEquals(256, rig.call(0, PageFaultRig.APF, PageFaultOp.QUERY, PageFaultOp.ASK_ENTRIES));
        assertEquals(EINVAL, rig.call(0, PageFaultRig.APF, PageFaultOp.QUERY, 4));
        assertEquals(ENOSYS, rig.call(0, PageFaultRig.APF, 3, 0));
        assertEquals(ENOSYS, rig.call(0, PageFaultRig.APF, -1, 0));
        assertTrue(rig.driver.discover(rig.cpu(0)));
    }

    @Test
    void whatIsNotOfferedDoesNotExist() {
        PageFaultRig rig = new PageFaultRig(1);
        MachineRequest request = MachineRequest.builder()
                .memory(MemoryRegion.ram(PageFaultRig.RAM, PageFaultRig.RAM_BYTES))
                .build();
        rig.machine = rig.backend.plan(request).build();
        rig.start(0);
        assertEquals(ENOSYS, rig.call(0, PageFaultRig.APF, PageFaultOp.QUERY, PageFaultOp.ASK_VERSION));
        assertFalse(rig.driver.discover(rig.cpu(0)));
        CapabilitySet capabilities = rig.machine.capabilities();
        assertEquals(
                "the request does not offer asynchronous page faults to the guest",
                capabilities.absence(Capabilities.APF_XEN).orElseThrow());
        assertFalse(capabilities.has(Capabilities.ASYNC_PAGE_FAULTS));
        assertEquals(
                new AsyncPageFaultLimits("xen-event", 64, true, false, false),
                rig.backend.capabilities().get(Capabilities.ASYNC_PAGE_FAULTS).orElseThrow());
        rig.machine.save();
    }

    @Test
    void aRequestNamesNoNumbers() {
        PageFaultRig rig = new PageFaultRig(1);
        MachineRequest.Builder request =
                MachineRequest.builder().memory(MemoryRegion.ram(PageFaultRig.RAM, PageFaultRig.RAM_BYTES));
        assertEquals(
                List.of("PPI 20 for asynchronous page faults is not possible: xen-event has no interrupt of its own,"
                        + " leave it out."),
                rig.backend.plan(request.asyncPageFaults(20).build()).refusals());
        assertEquals(
                List.of(), rig.backend.plan(request.asyncPageFaults().build()).refusals());
    }

    @Test
    void settingsAreInRange() {
        for (Map<String, String> wrong : List.of(
                Map.of("xen.apf-slots", "0"), Map.of("xen.apf-slots", "256"), Map.of("xen.apf-failures", "0"))) {
            BackendConfiguration configuration = BackendConfiguration.of(new XenBackendProvider().descriptor(), wrong);
            HypervisorException refused = Assertions.assertThrows(
                    HypervisorException.class, () -> new XenBackendProvider().open(configuration));
            assertEquals(ErrorId.INVALID_SETTING, refused.id());
        }
    }

    @Test
    void whatCannotBeRegisteredIsRefusedAndChangesNothing() {
        PageFaultRig rig = new PageFaultRig(2);
        int port = rig.ipi(0);
        int other = rig.ipi(1);
        long area = gfn(PageFaultRig.area(0));
        assertEquals(EFAULT, rig.call(0, PageFaultRig.APF, PageFaultOp.REGISTER, 0x3000_0000L));
        assertEquals(EINVAL, rig.register(0, area, 0, port, 128, 2));
        for (int entries : new int[] {0, 1, 2, 3, 5, 127, 512, -4, Integer.MIN_VALUE}) {
            assertEquals(EINVAL, rig.register(0, area, 0, port, entries, 0));
        }
        for (int offset : new int[] {8, 63, 4096, -64, Integer.MIN_VALUE}) {
            assertEquals(EINVAL, rig.register(0, area, offset, port, 4, 0));
        }
        assertEquals(EINVAL, rig.register(0, 1L << 52, 0, port, 4, 0));
        assertEquals(EINVAL, rig.register(0, -1, 0, port, 4, 0));
        assertEquals(EINVAL, rig.register(0, gfn(0x3000_0000L), 0, port, 4, 0), "no memory");
        assertEquals(EINVAL, rig.register(0, gfn(PageFaultRig.ROM), 0, port, 4, 0), "not writable");
        for (int wrong : new int[] {0, other, 63, 64, 1 << 20, -1}) {
            assertEquals(EINVAL, rig.register(0, area, 0, wrong, 4, 0), "port " + wrong);
        }
        assertEquals(ENXIO, rig.register(0, area, 4096 - 64, port, 4, 0));
        assertEquals(ENXIO, rig.register(0, area, 2048, port, 256, 0));
        assertEquals(ENOENT, rig.unregister(0));
        assertEquals(0, rig.register(0, area, 1984, port, 256, 0), "the last place");
        assertEquals(EINVAL, rig.register(0, area, 0, port, 4, 0), "twice (APF-193)");
        assertEquals(ENOENT, rig.unregister(1), "each vCPU speaks of itself");
        assertEquals(0, rig.unregister(0));
        assertEquals(ENOENT, rig.unregister(0));
    }

    @Test
    void anAbsentAreaIsBroughtInFirst() {
        PageFaultRig rig = new PageFaultRig(1);
        int port = rig.ipi(0);
        long area = rig.absent(3);
        long at = PageFaultRig.struct(0);
        rig.machine.memory().store(at, AccessWidth.DOUBLEWORD, gfn(area));
        rig.word(at + 8, 0);
        rig.word(at + 12, port);
        rig.word(at + 16, 8);
        rig.word(at + 20, 0);
        rig.start(0);
        rig.cpu(0).x(0, PageFaultOp.REGISTER);
        rig.cpu(0).x(1, at);
        rig.cpu(0).x(16, PageFaultRig.APF);
        PageFaultRig.waits(rig.cpu(0).hypervisorCall(0xEA1));
        rig.complete(area);
        rig.cpu(0).resume();
        assertEquals(0, rig.cpu(0).x(0));
        assertTrue(rig.pages().isPinned(area));
        assertEquals(0, rig.unregister(0));
        assertFalse(rig.pages().isPinned(area));
    }

    @Test
    void registeringClearsTheWordsAndWakesAll() {
        PageFaultRig rig = new PageFaultRig(1);
        int port = rig.ipi(0);
        for (int at = 0; at < 0x80; at += 4) {
            rig.word(PageFaultRig.area(0) + at, 0x5A5A_5A5AL);
        }
        assertEquals(0, rig.register(0, gfn(PageFaultRig.area(0)), 0, port, 4, 0));
        assertEquals(0, rig.state(0));
        assertEquals(1, rig.producer(0));
        assertEquals(0, rig.word(PageFaultRig.area(0) + SharedArea.CONSUMER));
        assertEquals(0x2_FFFF_FFFFL, rig.entry(0, 0));
        for (int at = 0x10; at < 0x40; at += 4) {
            assertEquals(0x5A5A_5A5AL, rig.word(PageFaultRig.area(0) + at));
        }
        assertEquals(1, rig.counters().wakeAlls());
    }

    @Test
    void unregisteringLeavesAWakeAllForWhatIsOutstandingAndWritesNothingAfterwards() {
        PageFaultRig rig = new PageFaultRig(1);
        rig.enable(0);
        long page = rig.absent(0);
        rig.waitFor(0, page);
        long before = rig.producer(0);
        assertEquals(0, rig.unregister(0));
        assertEquals(before + 1, rig.producer(0));
        assertEquals(0x2_FFFF_FFFFL, rig.entry(0, (int) before));
        assertEquals(1, rig.counters().coveredByWakeAll());
        assertEquals(0, rig.counters().outstanding());
        rig.complete(page);
        assertEquals(before + 1, rig.producer(0));
        assertEquals(new GuestNotification.WakeAll(), rig.take(0), "the guest looks once more");
        rig.vetoed(0, rig.absent(1), Veto.NOT_ENABLED);
    }

    @Test
    void unregisteringWithNothingOutstandingIsSilent() {
        PageFaultRig rig = new PageFaultRig(1);
        rig.enable(0);
        long before = rig.producer(0);
        assertEquals(0, rig.unregister(0));
        assertEquals(before, rig.producer(0));
    }

    @Test
    void aRingWithoutRoomForTheWakeAllCancels() {
        PageFaultRig rig = new PageFaultRig(1);
        rig.enable(0);
        rig.waitFor(0, rig.absent(0));
        rig.consumer(0, 0x8000_0000L);
        assertEquals(0, rig.unregister(0));
        assertEquals(1, rig.counters().cancelled());
        assertEquals(1, rig.producer(0));
    }

    @Test
    void closingThePortEndsTheRegistration() {
        PageFaultRig rig = new PageFaultRig(2);
        rig.enable(0);
        rig.enable(1);
        rig.waitFor(0, rig.absent(0));
        rig.waitFor(1, rig.absent(1));
        assertEquals(0, rig.event(0, 3, rig.port(0)));
        assertEquals(0x2_FFFF_FFFFL, rig.entry(0, 1));
        assertEquals(ENOENT, rig.unregister(0));
        assertEquals(1, rig.counters().outstanding(), "vCPU 1 does not notice");
    }

    @Test
    void resettingAllPortsEndsEveryRegistration() {
        PageFaultRig rig = new PageFaultRig(2);
        rig.enable(0);
        rig.enable(1);
        rig.waitFor(0, rig.absent(0));
        rig.waitFor(1, rig.absent(1));
        assertEquals(0, rig.event(0, 10, 0x7FF0));
        assertEquals(0x2_FFFF_FFFFL, rig.entry(0, 1));
        assertEquals(0x2_FFFF_FFFFL, rig.entry(1, 1));
        assertEquals(0, rig.counters().outstanding());
        assertEquals(ENOENT, rig.unregister(1));
        rig.enable(0);
        long token = rig.waitFor(0, rig.absent(2));
        rig.complete(PageFaultRig.page(2));
        assertEquals(new GuestNotification.Ready(token), rig.take(0));
    }
}
