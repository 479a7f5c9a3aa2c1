/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.memory.PageResidency;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a guest does to its area, its port and its calls, the hypervisor and the other vCPUs go on (XEN-196). */
class HostilePageFaultGuestTest {
    @Test
    void aGuestThatNeverAnswersBlocksNobodyElse() {
        PageFaultRig rig = new PageFaultRig(2);
        rig.enable(0);
        rig.enable(1);
        rig.announced(0, rig.absent(0));
        rig.complete(PageFaultRig.page(0));
        long token = rig.waitFor(1, rig.absent(1));
        rig.complete(PageFaultRig.page(1));
        assertEquals(new GuestNotification.Ready(token), rig.take(1));
        assertEquals(1, rig.counters().outstanding());
        rig.word(PageFaultRig.area(0), 77);
        rig.pages().poll();
        assertEquals(1, rig.producer(0), "77 is no answer");
        rig.word(PageFaultRig.area(0), 0);
        rig.pages().poll();
        assertEquals(2, rig.producer(0));
    }

    @Test
    void wordsOfTheHypervisorAreNotRead() {
        PageFaultRig rig = new PageFaultRig(1);
        rig.enable(0);
        long token = rig.waitFor(0, rig.absent(0));
        rig.word(PageFaultRig.area(0) + SharedArea.PRODUCER, 0x1234_5678L);
        rig.word(PageFaultRig.area(0) + SharedArea.TOKEN, 0x5555_5555L);
        rig.complete(PageFaultRig.page(0));
        assertEquals(2, rig.producer(0));
        assertEquals(1L << 32 | token, rig.entry(0, 1));
    }

    @Test
    void twoVcpusWithOneAreaLoseOnlyTheirOwn() {
        PageFaultRig rig = new PageFaultRig(2);
        long gfn = PageFaultRig.area(0) >> 12;
        assertEquals(0, rig.register(0, gfn, 0, rig.ipi(0), 8, 0));
        assertEquals(0, rig.register(1, gfn, 0, rig.ipi(1), 8, 0));
        for (int n = 0; n < 20; n++) {
            rig.touch(n % 2, rig.absent(n));
            rig.complete(PageFaultRig.page(n));
        }
        rig.counters();
        assertEquals(0, rig.unregister(0));
        assertEquals(0, rig.unregister(1));
    }

    @Test
    void anAreaWhoseFrameNumberIsGivenBackIsWrittenWhereItWas() {
        PageFaultRig rig = new PageFaultRig(1);
        rig.enable(0);
        rig.waitFor(0, rig.absent(0));
        long at = PageFaultRig.struct(0);
        rig.machine.memory().store(at, AccessWidth.DOUBLEWORD, 0x7FF0);
        rig.machine.memory().store(at + 8, AccessWidth.DOUBLEWORD, PageFaultRig.area(0) >> 12);
        assertEquals(0, rig.call(0, 12, 15, at));
        rig.complete(PageFaultRig.page(0));
        assertEquals(1, rig.counters().ready());
        assertEquals(0, rig.unregister(0));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anythingInAnyOrderKeepsTheAccount(long seed) {
        Random random = new Random(seed);
        PageFaultRig rig = new PageFaultRig(2);
        for (int step = 0; step < 400; step++) {
            int vcpu = random.nextInt(2);
            long page = PageFaultRig.page(random.nextInt(16));
            long area = PageFaultRig.area(vcpu);
            switch (random.nextInt(12)) {
                case 0 -> rig.word(area + 4L * random.nextInt(8), random.nextInt(4));
                case 1 -> rig.word(area + 4L * random.nextInt(0x20), random.nextInt());
                case 2 -> rig.register(vcpu, area >> 12, 0, rig.ipi(vcpu), 1 << random.nextInt(9), random.nextInt(3));
                case 3 -> rig.unregister(vcpu);
                case 4 -> rig.event(vcpu, random.nextInt(11), random.nextInt(70), random.nextInt(4), 0, 0, 0, 0);
                case 5 -> rig.pages().poll();
                case 6 -> {
                    if (random.nextInt(8) == 0) {
                        rig.move();
                    }
                }
                case 7, 8 -> rig.pages().complete(page, new byte[4096]);
                default -> {
                    if (rig.machine.memory().residency(page) == PageResidency.RESIDENT) {
                        rig.pages().discard(page);
                    }
                    rig.user(vcpu);
                    if (random.nextInt(4) == 0) {
                        rig.cpu(vcpu)
                                .write(
                                        CoreRegister.PSTATE,
                                        ProcessorState.EL0T
                                                .with(ProcessorState.I)
                                                .spsr());
                    }
                    GuestStep touched = rig.touchHere(vcpu, page);
                    if (touched instanceof GuestStep.Stopped) {
                        rig.pages().complete(page, new byte[4096]);
                        rig.cpu(vcpu).resume();
                    }
                    rig.start(vcpu);
                    rig.cpu(vcpu).x(1, 31);
                    rig.cpu(vcpu).writeSystemRegister(SystemRegister.ICC_EOIR1_EL1, 1);
                }
            }
            rig.counters();
        }
        assertTrue(rig.counters().announced() + rig.counters().vetoed() > 0);
    }
}
