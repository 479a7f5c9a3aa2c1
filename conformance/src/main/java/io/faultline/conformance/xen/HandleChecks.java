/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.capability.Capabilities;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GicGuest;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.Scenario;

/**
 * Section 10.1, second part: where the structures of calls are, and what happens if they are nowhere.
 *
 * @since 0.1
 */
public final class HandleChecks {
    private static final int PAGE = 4096;
    private static final int STATUS_BYTES = 24;
    /** Bytes of the structure of every command from 0. */
    private static final int[] BYTES = {12, 12, 12, 4, 4, 24, 8, 8, 8, 4, 2, 24, 8, 8};

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: structures of hypercalls",
            Check.of("XEN-006", HandleChecks::aPointerIsAVirtualAddress)
                    .witnesses("translated")
                    .cut(),
            Check.of("XEN-007", HandleChecks::aStructureMayStraddlePages)
                    .witnesses("straddled")
                    .cut(),
            Check.of("XEN-008", HandleChecks::withoutTranslationTheCallFaults).cut(),
            Check.of("XEN-009", HandleChecks::whatIsNotMemoryFaults).cut(),
            Check.of("XEN-010", HandleChecks::aFailedCopyBackUndoesNothing)
                    .witnesses("allocated")
                    .cut(),
            Check.of("XEN-011", HandleChecks::halfAStructureFaults).cut());

    private HandleChecks() {}

    private static long status(XenGuest guest, long pointer) {
        return guest.call(Xen.EVENT_CHANNEL_OP, Xen.STATUS, pointer);
    }

    /** The number that the next allocation will give. */
    private static int next(XenGuest guest) {
        int port = guest.unbound();
        guest.close(port);
        return port;
    }

    /** XEN-006. */
    private static void aPointerIsAVirtualAddress(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        int port = guest.ipi(0);
        Stage1 tables = Stage1.turnOn(guest.cpu());
        GuestBlock real = guest.scratch(0);
        long one = tables.map(3, real.address());
        long two = tables.map(9, real.address());
        for (long pointer : new long[] {one, two, real.address()}) {
            real.fill(STATUS_BYTES, 0).half(0, Xen.SELF).word(4, port);
            String where = " through 0x" + Long.toHexString(pointer);
            s.expectEqual("result of status" + where, 0, status(guest, pointer));
            s.expectEqual("state that status says" + where, Xen.IPI, real.word(8));
        }
        GuestBlock other = guest.scratch(1);
        tables.map(3, other.address());
        real.fill(STATUS_BYTES, 0);
        other.fill(STATUS_BYTES, 0).half(0, Xen.SELF).word(4, port);
        s.expectEqual("result of status after the address was mapped elsewhere", 0, status(guest, one));
        s.expectEqual("state that status says after the address was mapped elsewhere", Xen.IPI, other.word(8));
        s.expectEqual("the page that was mapped there before", 0, real.word(8));
        s.witness("translated");
    }

    /** XEN-007. */
    private static void aStructureMayStraddlePages(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        int port = guest.ipi(0);
        Stage1 tables = Stage1.turnOn(guest.cpu());
        GuestBlock first = guest.scratch(5);
        GuestBlock second = guest.scratch(2);
        long window = tables.map(0, first.address());
        tables.map(1, second.address());
        for (int inFirst = 4; inFirst < STATUS_BYTES; inFirst += 4) {
            first.fill(PAGE, 0);
            second.fill(PAGE, 0);
            piece(first, second, inFirst, 0).word(0, Xen.SELF);
            piece(first, second, inFirst, 4).word(0, port);
            piece(first, second, inFirst, 12).word(0, -1);
            String where = " with " + inFirst + " bytes in the first page";
            s.expectEqual("result of status" + where, 0, status(guest, window + PAGE - inFirst));
            s.expectEqual(
                    "state that status says" + where,
                    Xen.IPI,
                    piece(first, second, inFirst, 8).word(0));
            s.expectEqual(
                    "vCPU that status says" + where,
                    0,
                    piece(first, second, inFirst, 12).word(0));
        }
        s.witness("straddled");
    }

    /** The place of a word of a structure of which some bytes are at the end of the first page. */
    private static GuestBlock piece(GuestBlock first, GuestBlock second, int inFirst, int offset) {
        return offset < inFirst ? first.at(PAGE - inFirst + offset) : second.at(offset - inFirst);
    }

    /** XEN-008. */
    private static void withoutTranslationTheCallFaults(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        Stage1 tables = Stage1.turnOn(guest.cpu());
        int port = guest.ipi(0);
        int next = next(guest);
        long nowhere = tables.unmap(7);
        for (int command : new int[] {
            Xen.BIND_INTERDOMAIN,
            Xen.BIND_VIRQ,
            Xen.CLOSE,
            Xen.SEND,
            Xen.STATUS,
            Xen.ALLOC_UNBOUND,
            Xen.BIND_IPI,
            Xen.BIND_VCPU,
            Xen.UNMASK,
            Xen.RESET
        }) {
            for (long pointer : new long[] {nowhere, 0x7F_0000_0000L, -8}) {
                s.expectEqual(
                        "result of command " + command + " with 0x" + Long.toHexString(pointer),
                        Xen.EFAULT,
                        guest.call(Xen.EVENT_CHANNEL_OP, command, pointer));
            }
        }
        guest.expectState(port, Xen.IPI);
        s.expectEqual("the next port that is allocated", next, guest.unbound());
    }

    /** XEN-009. */
    private static void whatIsNotMemoryFaults(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        int next = next(guest);
        expectFaults(s, guest, XenGuest.HOLE, GicGuest.DISTRIBUTOR, GicGuest.REDISTRIBUTORS, 1L << 47, -4096);
        Stage1 tables = Stage1.turnOn(guest.cpu());
        expectFaults(s, guest, tables.map(0, XenGuest.HOLE), tables.map(1, GicGuest.DISTRIBUTOR), GicGuest.DISTRIBUTOR);
        s.expectEqual("the next port that is allocated", next, guest.unbound());
    }

    private static void expectFaults(Scenario s, XenGuest guest, long... pointers) {
        for (long pointer : pointers) {
            String where = " with 0x" + Long.toHexString(pointer);
            s.expectEqual("result of status" + where, Xen.EFAULT, status(guest, pointer));
            s.expectEqual(
                    "result of alloc_unbound" + where,
                    Xen.EFAULT,
                    guest.call(Xen.EVENT_CHANNEL_OP, Xen.ALLOC_UNBOUND, pointer));
        }
    }

    /** XEN-010. */
    private static void aFailedCopyBackUndoesNothing(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        int next = next(guest);
        Stage1 tables = Stage1.turnOn(guest.cpu());
        GuestBlock page =
                guest.scratch(0).fill(64, 0).half(0, Xen.SELF).half(2, Xen.SELF).word(4, 0x1234);
        long pointer = tables.mapReadOnly(0, page.address());
        s.expectEqual(
                "result of alloc_unbound with a structure that is read only",
                Xen.EFAULT,
                guest.call(Xen.EVENT_CHANNEL_OP, Xen.ALLOC_UNBOUND, pointer));
        s.expectEqual("the port field of the structure", 0x1234, page.word(4));
        guest.expectState(next, Xen.UNBOUND);
        s.witness("allocated");
        s.expectThat("the port stays allocated", guest.unbound() != next);
    }

    /** XEN-011. */
    private static void halfAStructureFaults(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        int next = next(guest);
        Stage1 tables = Stage1.turnOn(guest.cpu());
        guest.scratch(0).fill(PAGE, 0);
        long window = tables.map(0, guest.scratch(0).address());
        tables.unmap(1);
        for (int command = 0; command < BYTES.length; command++) {
            int inFirst = Math.max(1, BYTES[command] / 2);
            long result = guest.call(Xen.EVENT_CHANNEL_OP, command, window + PAGE - inFirst);
            String what = "result of command " + command + " with half a structure";
            if (command >= Xen.INIT_CONTROL && !s.capabilities().has(Capabilities.EVENT_CHANNELS_FIFO)) {
                s.expectOneOf(what, result, Xen.EFAULT, Xen.ENOSYS);
            } else if (command == Xen.BIND_PIRQ) {
                s.expectOneOf(what, result, Xen.EFAULT, Xen.EOPNOTSUPP);
            } else {
                s.expectEqual(what, Xen.EFAULT, result);
            }
        }
        s.expectEqual("the next port that is allocated", next, guest.unbound());
    }
}
