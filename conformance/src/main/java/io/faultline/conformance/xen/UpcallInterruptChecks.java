/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.InterruptId;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GicGuest;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.List;

/**
 * Section 10.12: the interrupt of the upcall. Hypervisors raise it as an edge, as a level that is sampled at times, or as a
 * level; what is checked is true of all three.
 *
 * @since 0.1
 */
public final class UpcallInterruptChecks {
    private static final int URGENT_SGI = 6;
    private static final int URGENT = 0x20;
    private static final int SPURIOUS = 1023;
    private static final int SENDS = 5;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: the upcall's interrupt",
            Check.of("XEN-166", UpcallInterruptChecks::onlyTheBoundVcpuIsInterrupted)
                    .cut(),
            Check.of("XEN-167", UpcallInterruptChecks::aHandledUpcallIsNotRepeated)
                    .cut(),
            Check.of("XEN-168", UpcallInterruptChecks::anEventBeforeTheEndInterruptsAgain)
                    .witnesses("active")
                    .cut(),
            Check.of("XEN-169", UpcallInterruptChecks::anEndWithTheByteSet).cut(),
            Check.of("XEN-170", UpcallInterruptChecks::aDisabledInterruptIsKept).cut(),
            Check.of("XEN-171", UpcallInterruptChecks::aHigherPriorityComesFirst)
                    .witnesses("active")
                    .cut(),
            Check.of("XEN-172", UpcallInterruptChecks::anEventForAnOfflineVcpuIsNotLost)
                    .witnesses("offline")
                    .cut(),
            Check.of("XEN-173", UpcallInterruptChecks::aSpuriousUpcallFindsNothing)
                    .cut(),
            Check.of("XEN-174", UpcallInterruptChecks::sendsCoalesce).cut());

    private UpcallInterruptChecks() {}

    /** XEN-166. */
    private static void onlyTheBoundVcpuIsInterrupted(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 3);
        XenGuest guest = bits.guest();
        for (int target = 0; target < 3; target++) {
            int port = guest.ipi(target);
            guest.send(guest.cpu((target + 1) % 3), port);
            for (int vcpu = 0; vcpu < 3; vcpu++) {
                s.expectEqual(
                        "pending state of the interrupt on vCPU " + vcpu + " for an event of vCPU " + target,
                        vcpu == target,
                        guest.isInterruptPending(vcpu));
                guest.expectUpcalls("for an event of vCPU " + target, vcpu, vcpu == target ? 1 : 0);
            }
            bits.quiet();
        }
    }

    /** XEN-167. */
    private static void aHandledUpcallIsNotRepeated(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int port = guest.ipi(0);
        for (int i = 0; i < 3; i++) {
            guest.send(port);
            s.expectThat("the upcall is due", guest.acknowledge(0));
            s.expectEqual("ports that are handled", List.of(port), bits.scan(0));
            guest.end(0);
            s.expectThat("no upcall is due after the end", !guest.acknowledge(0));
            guest.call(Xen.SCHED_OP, Xen.YIELD, 0);
            s.expectThat("no upcall is due after another call", !guest.acknowledge(0));
        }
    }

    /** XEN-168. */
    private static void anEventBeforeTheEndInterruptsAgain(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 2);
        XenGuest guest = bits.guest();
        int port = guest.ipi(0);
        guest.send(port);
        s.expectThat("the upcall is due", guest.acknowledge(0));
        s.expectEqual("ports that are handled", List.of(port), bits.scan(0));
        guest.send(guest.cpu(1), port);
        s.witness("active");
        s.expectThat("no upcall is due before the end of the first", !guest.acknowledge(0));
        guest.end(0);
        guest.expectUpcalls("for an event between the scan and the end", 0, 1);
    }

    /** XEN-169. */
    private static void anEndWithTheByteSet(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int port = guest.ipi(0);
        guest.send(port);
        s.expectThat("the upcall is due", guest.acknowledge(0));
        guest.end(0);
        boolean again = guest.acknowledge(0);
        s.note(again ? "the byte is a level" : "the byte is an edge");
        if (again) {
            guest.end(0);
            s.expectThat("a level stays high", guest.acknowledge(0));
            guest.end(0);
        }
        bits.quiet();
        guest.send(port);
        guest.expectUpcalls("for an event after the byte was cleared", 0, 1);
    }

    /** XEN-170. */
    private static void aDisabledInterruptIsKept(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int port = guest.ipi(0);
        GicGuest gic = guest.cpu().gic();
        gic.disable(new InterruptId(guest.interrupt()));
        guest.send(port);
        s.expectThat("nothing is due with the interrupt disabled", !guest.acknowledge(0));
        guest.expectUpcall("with the interrupt disabled", 0, true);
        s.expectThat("the interrupt is pending", guest.isInterruptPending(0));
        gic.enable(new InterruptId(guest.interrupt()));
        guest.expectUpcalls("once the interrupt is enabled", 0, 1);
    }

    /** XEN-171. */
    private static void aHigherPriorityComesFirst(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        SteppingGuestCpu cpu = guest.cpu();
        int port = guest.ipi(0);
        cpu.gic().enable(new InterruptId(URGENT_SGI));
        cpu.gic().prioritise(new InterruptId(URGENT_SGI), URGENT);
        cpu.gic().sendToSelf(new InterruptId(URGENT_SGI));
        s.expectEqual("the urgent interrupt", URGENT_SGI, cpu.gic().acknowledge());
        s.witness("active");
        guest.send(port);
        s.expectEqual("what is due while it is active", SPURIOUS, cpu.gic().acknowledge());
        s.expectThat("the upcall is pending", guest.isInterruptPending(0));
        cpu.gic().end(URGENT_SGI);
        guest.expectUpcalls("after the urgent interrupt's end", 0, 1);
    }

    /**
     * XEN-172: a hypervisor that raises the interrupt as an edge, which the end of an upcall with the byte set shows, may
     * lose it; others may not.
     */
    private static void anEventForAnOfflineVcpuIsNotLost(Scenario s) {
        XenGuest guest = XenGuest.bootFirst(s, 2);
        guest.mapSharedInfo();
        guest.listen();
        int port = guest.ipi(1);
        boolean edge = isEdge(guest);
        long info = guest.info(1).address();
        guest.cpu().put(info, AccessWidth.BYTE, 0);
        guest.cpu().put(info + Xen.SELECTOR, AccessWidth.DOUBLEWORD, 0);
        guest.send(port);
        guest.expectUpcall("while it is off", 1, true);
        s.witness("offline");
        guest.rig().turnOn(1);
        guest.enableInterrupt(1);
        int taken = guest.takeUpcalls(1);
        s.expectThat("the event raised the upcall once the vCPU was on", taken == 1 || edge && taken == 0);
        guest.setUpcall(1, 0);
        guest.cpu().put(info + Xen.SELECTOR, AccessWidth.DOUBLEWORD, 0);
        new TwoLevel(guest).clearPending(port);
        guest.send(port);
        guest.expectUpcalls("for a later event", 1, 1);
    }

    /** Whether the interrupt of vCPU 0 does not come again if it is ended with the byte set. */
    private static boolean isEdge(XenGuest guest) {
        int port = guest.ipi(0);
        guest.send(port);
        guest.scenario().expectThat("the upcall is due", guest.acknowledge(0));
        guest.end(0);
        boolean again = guest.acknowledge(0);
        if (again) {
            guest.end(0);
        }
        new TwoLevel(guest).clearPending(port);
        guest.quiet();
        return !again;
    }

    /** XEN-173. */
    private static void aSpuriousUpcallFindsNothing(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int port = guest.ipi(0);
        guest.send(port);
        s.expectEqual("ports that a scan without interrupt handles", List.of(port), bits.scan(0));
        boolean spurious = guest.acknowledge(0);
        s.note(spurious ? "the interrupt comes although the byte is clear" : "the interrupt is withdrawn");
        s.expectEqual("ports that a scan after it handles", List.of(), bits.scan(0));
        if (spurious) {
            guest.end(0);
        }
        s.expectThat("nothing is due afterwards", !guest.acknowledge(0));
        s.expectEqual("pending word 0 afterwards", 0, bits.pendingWord(0));
        bits.expectSelector("afterwards", 0, 0);
        guest.expectUpcall("afterwards", 0, false);
        guest.send(port);
        guest.expectUpcalls("for the next event", 0, 1);
    }

    /** XEN-174. */
    private static void sendsCoalesce(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 2);
        XenGuest guest = bits.guest();
        int port = guest.ipi(1);
        for (int i = 0; i < SENDS; i++) {
            guest.send(port);
        }
        int taken = guest.takeUpcalls(1);
        s.expectThat("there are 1 to " + SENDS + " upcalls, not " + taken, taken >= 1 && taken <= SENDS);
        bits.quiet();
        int all = 0;
        for (int i = 0; i < SENDS; i++) {
            guest.send(port);
            if (i % 2 == 1 && guest.acknowledge(1)) {
                s.expectEqual("ports that are handled", List.of(port), bits.scan(1));
                guest.end(1);
                all++;
            }
        }
        if (guest.acknowledge(1)) {
            bits.scan(1);
            guest.end(1);
            all++;
        }
        s.expectThat("there are 1 to " + SENDS + " upcalls, not " + all, all >= 1 && all <= SENDS);
        bits.expectPending("at the end", port, false);
        s.expectThat("nothing is due at the end", !guest.acknowledge(1));
    }
}
