/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.NotificationChannel.Virq;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GuestCode;
import io.faultline.conformance.scenario.Interleaving;
import io.faultline.conformance.scenario.Scenario;
import java.util.List;

/**
 * Section 10.4: virtual interrupts that the VMM raises.
 *
 * @since 0.1
 */
public final class VirqChecks {
    private static final Virq DEBUG = new Virq(Xen.VIRQ_DEBUG);
    private static final String DELIVERED = "delivered";
    private static final String DROPPED = "dropped";

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: virtual interrupts",
            Check.of("XEN-075", VirqChecks::aVirqReachesItsOwnPortOnly).witnesses(DELIVERED, DROPPED));

    private VirqChecks() {}

    private static TwoLevel boot(Scenario s) {
        TwoLevel bits = TwoLevel.listening(XenGuest.boot(s, 2, DEBUG));
        bits.guest().virq(Xen.VIRQ_DEBUG, 1);
        return bits;
    }

    private static void raise(XenGuest guest) {
        DeliveryOutcome outcome = guest.rig().notifications().inject(DEBUG, 0);
        guest.scenario().witness(outcome.kind() == DeliveryOutcome.Kind.REJECTED ? DROPPED : DELIVERED);
    }

    /**
     * XEN-075: the host raises the VIRQ of vCPU 0 at every point of programs that close its port, let others have the
     * number, and bind it again.
     */
    private static void aVirqReachesItsOwnPortOnly(Scenario s) {
        Programs.Call bind = new Programs.Call(Xen.BIND_VIRQ, Xen.VIRQ_DEBUG, 0, 0);
        Programs.Call offer = new Programs.Call(Xen.ALLOC_UNBOUND, Xen.SELF | (long) Xen.SELF << 16, 0);
        for (Programs.Call next : List.of(
                new Programs.Call(Xen.BIND_IPI, 1, 0), offer, new Programs.Call(Xen.BIND_VIRQ, Xen.VIRQ_TIMER, 1, 0))) {
            Interleaving.explore(s, () -> {
                TwoLevel bits = boot(s);
                XenGuest guest = bits.guest();
                int port = guest.virq(Xen.VIRQ_DEBUG, 0);
                GuestCode code = Programs.calls(guest, guest.cpu(), new Programs.Call(Xen.CLOSE, port), next);
                return new Interleaving.Race(guest.rig(), code, () -> raise(guest), when -> {
                    expectResults(s, guest, 2, when);
                    s.expectThat("the number was used again " + when, guest.state(port) != Xen.CLOSED);
                    s.expectEqual("pending word 0, of which no port is the VIRQ's, " + when, 0, bits.pendingWord(0));
                });
            });
        }
        Interleaving.explore(s, () -> {
            TwoLevel bits = boot(s);
            XenGuest guest = bits.guest();
            int port = guest.virq(Xen.VIRQ_DEBUG, 0);
            GuestCode code = Programs.calls(guest, guest.cpu(), new Programs.Call(Xen.CLOSE, port), offer, bind);
            return new Interleaving.Race(guest.rig(), code, () -> raise(guest), when -> {
                expectResults(s, guest, 3, when);
                expectOnly(bits, guest.arguments().word(2 * Programs.CALL_BYTES + 8), when);
            });
        });
    }

    private static void expectResults(Scenario s, XenGuest guest, int calls, String when) {
        for (int i = 0; i < calls; i++) {
            s.expectEqual(
                    "result of call " + i + " of the program " + when,
                    0,
                    guest.cpu().x(24 + i));
        }
    }

    /** Demands that no port is pending but the one, and that its vCPU was told if it is. */
    private static void expectOnly(TwoLevel bits, int port, String when) {
        XenGuest guest = bits.guest();
        Scenario s = guest.scenario();
        boolean pending = bits.isPending(port);
        s.expectEqual(
                "state of the port that the VIRQ is bound to " + when,
                Xen.VIRQ,
                guest.status(port).state());
        s.expectEqual("pending word 0 " + when, pending ? TwoLevel.bit(port) : 0, bits.pendingWord(0));
        if (pending) {
            guest.expectUpcall(when, 0, true);
        }
        guest.expectUpcall(when, 1, false);
        guest.quiet();
        bits.setPendingWord(0, 0);
        raise(guest);
        s.expectEqual("pending word 0 when it is raised once more " + when, TwoLevel.bit(port), bits.pendingWord(0));
        guest.expectUpcalls("when it is raised once more " + when, 0, 1);
    }
}
