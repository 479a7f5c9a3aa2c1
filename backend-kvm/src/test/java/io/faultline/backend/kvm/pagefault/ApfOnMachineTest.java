/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import static io.faultline.backend.kvm.pagefault.ApfRig.page;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.guest.GuestAnswer;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import org.junit.jupiter.api.Test;

/** The whole way: real code on a real machine, through the driver that the backend ships. */
class ApfOnMachineTest {
    private final ApfRig rig = new ApfRig(2);

    @Test
    void aFaultIsAnnouncedAndReportedReady() {
        rig.enable(0);
        rig.pages().discard(page(0));
        long token = rig.waitFor(0, page(0));
        assertEquals(rig.setup(0).resume(), rig.cpu(0).pc());
        assertEquals(ApfRig.el0(0), rig.cpu(0).read(SystemRegister.ELR_EL1), "APF-067");
        assertEquals(0x1000, token);

        rig.complete(page(0));
        assertEquals(new GuestNotification.Ready(token), rig.take(0));
        assertInstanceOf(GuestStep.Retired.class, rig.touch(0, page(0)));
        assertFalse(rig.isDue(0));
        assertEquals(1, rig.counters().announced());
        assertEquals(1, rig.counters().ready());
    }

    @Test
    void aRefusedFaultIsResolvedByTheHost() {
        rig.enable(0);
        rig.pages().discard(page(0));
        long token = rig.announced(0, page(0));
        rig.answer(0, token, GuestAnswer.SYNCHRONOUS);
        assertEquals(ApfRig.el0(0), rig.cpu(0).pc());
        assertInstanceOf(GuestStep.Stopped.class, rig.cpu(0).resume());
        rig.complete(page(0));
        assertInstanceOf(GuestStep.Retired.class, rig.cpu(0).resume());
        assertFalse(rig.isDue(0));
        assertEquals(1, rig.counters().declined());
    }
}
