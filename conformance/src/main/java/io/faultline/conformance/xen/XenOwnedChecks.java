/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.capability.Capabilities;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Scenario;
import java.util.ArrayList;
import java.util.List;

/**
 * Section 10.4: ports of a guest that the hypervisor owns.
 *
 * @since 0.1
 */
public final class XenOwnedChecks {
    private static final int LAST_LOOKED_AT = 63;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: ports of the hypervisor",
            Check.of("XEN-077", XenOwnedChecks::theHypervisorsPortsAreItsOwn)
                    .witnesses("owned")
                    .cut());

    private XenOwnedChecks() {}

    /** XEN-077. */
    private static void theHypervisorsPortsAreItsOwn(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 2);
        XenGuest guest = bits.guest();
        List<Integer> owned = find(s, guest);
        s.expectEqual(
                "ports of the hypervisor that the guest finds",
                (int) s.capability(Capabilities.EVENT_CHANNELS_XEN_OWNED),
                owned.size());
        for (int port : owned) {
            s.witness("owned");
            bits.mask(port);
            bits.setPending(port);
            expectRefused(guest, port, "in the two-level ABI");
            s.expectThat("port " + port + " is masked after unmask", bits.isMasked(port));
            s.expectThat("port " + port + " is pending after unmask", bits.isPending(port));
            bits.clearPending(port);
            bits.clearMask(port);
        }
        bits.expectWords("after all that", 0, 0);
        bits.expectSelector("after all that", 0, 0);
        guest.expectUpcall("after all that", 0, false);
        if (s.capabilities().has(Capabilities.EVENT_CHANNELS_FIFO)) {
            Fifo fifo = new Fifo(guest);
            fifo.start();
            for (int port : owned) {
                guest.expectEvent("set_priority of port " + port, Xen.EACCES, Xen.SET_PRIORITY, port, 3);
                fifo.setWord(port, Xen.MASKED | Xen.PENDING);
                expectRefused(guest, port, "in the FIFO ABI");
                fifo.expectWord("after unmask", port, Xen.MASKED | Xen.PENDING);
            }
        }
        guest.ipi(1);
        guest.expectEvent("reset", 0, Xen.RESET, Xen.SELF);
        s.expectEqual("ports of the hypervisor after reset", owned, find(s, guest));
    }

    private static void expectRefused(XenGuest guest, int port, String when) {
        String name = " of port " + port + " " + when;
        guest.expectEvent("close" + name, Xen.EINVAL, Xen.CLOSE, port);
        guest.expectEvent("send" + name, Xen.EINVAL, Xen.SEND, port);
        guest.expectEvent("bind_vcpu" + name, Xen.EINVAL, Xen.BIND_VCPU, port, 1);
        guest.expectEvent("unmask" + name, 0, Xen.UNMASK, port);
        guest.expectEvent("bind_interdomain to it" + name, Xen.EINVAL, Xen.BIND_INTERDOMAIN, Xen.SELF, port);
        guest.scenario().expectRetired("poll" + name, guest.poll(guest.cpu(), 1, port));
        guest.scenario()
                .expectEqual("result of poll" + name, Xen.EINVAL, guest.cpu().x(0));
    }

    /**
     * Ports of the hypervisor in a guest that has made none: in use, and nobody has told the guest of them. Versions of 2020
     * to 2024 refuse their status.
     */
    static List<Integer> find(Scenario s, XenGuest guest) {
        List<Integer> told = new ArrayList<>();
        for (int parameter : new int[] {Xen.STORE_EVTCHN, Xen.CONSOLE_EVTCHN}) {
            if (guest.getParam(Xen.SELF, parameter) == 0) {
                told.add((int) guest.arguments().quad(8));
            }
        }
        List<Integer> owned = new ArrayList<>();
        int last = Math.min(LAST_LOOKED_AT, guest.highestPort());
        for (int port = 1; port <= last; port++) {
            long result = guest.event(Xen.STATUS, Xen.SELF, port, 0, 0, 0, 0);
            s.expectOneOf("result of status of port " + port, result, 0, Xen.EINVAL, Xen.EACCES);
            int state = result == 0 ? guest.arguments().word(8) : Xen.CLOSED;
            if (!told.contains(port) && (result == Xen.EACCES || state != Xen.CLOSED)) {
                owned.add(port);
            }
        }
        return owned;
    }
}
