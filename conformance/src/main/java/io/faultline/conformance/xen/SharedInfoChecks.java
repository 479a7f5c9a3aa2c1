/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.VcpuExit;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GicGuest;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * Section 10.3, first part: the page shared_info.
 *
 * @since 0.1
 */
public final class SharedInfoChecks {
    private static final long ELSEWHERE = GuestLayout.dataPage(201);
    private static final long ONES = -1L;
    private static final long NANOS_OF_SECOND = 1_000_000_000L;
    private static final int FOREIGN = 4;
    private static final int GMFN = 2;
    private static final int GMFN_RANGE = 3;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: shared_info",
            Check.of("XEN-025", SharedInfoChecks::fieldsAreAtTheirPlaces)
                    .witnesses("event")
                    .cut(),
            Check.of("XEN-026", SharedInfoChecks::badMappingsAreRefused).cut(),
            Check.of("XEN-027", SharedInfoChecks::aSecondMappingNeedsTheFirstRemoved)
                    .witnesses("mapped-again")
                    .cut(),
            Check.of("XEN-028", SharedInfoChecks::theReplacedPageIsNotUsed).cut(),
            Check.of("XEN-029", SharedInfoChecks::eventsAccumulateWhileThePageIsNotMapped)
                    .witnesses("hole", "event")
                    .cut(),
            Check.of("XEN-030", SharedInfoChecks::theWallClockIsStable).cut());

    private SharedInfoChecks() {}

    private static long load(XenGuest guest, long address) {
        return guest.cpu().get(address, AccessWidth.DOUBLEWORD);
    }

    /** XEN-025. */
    private static void fieldsAreAtTheirPlaces(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        guest.mapSharedInfo();
        TwoLevel bits = new TwoLevel(guest);
        int port = guest.ipi(0);
        bits.expectWords("at first", 0, 0);
        s.expectEqual(
                "bit 0 of wc_version, at 0x430",
                0,
                guest.cpu().get(XenGuest.SHARED_INFO + Xen.WALL_CLOCK, AccessWidth.WORD) & 1);
        guest.send(port);
        s.witness("event");
        s.expectEqual("pending word 0, at 0x30, after an event", TwoLevel.bit(port), bits.pendingWord(0));
        s.expectEqual("upcall byte of vCPU 0, at 0", 1, load(guest, XenGuest.SHARED_INFO) & 0xFF);
        s.expectEqual("selector of vCPU 0, at 8", 1, load(guest, XenGuest.SHARED_INFO + Xen.SELECTOR));
        bits.clearPending(port);
        bits.mask(port);
        guest.cpu().put(XenGuest.SHARED_INFO + Xen.SELECTOR, AccessWidth.DOUBLEWORD, 0);
        guest.send(port);
        s.expectEqual(
                "selector after an event that is masked at 0x230", 0, load(guest, XenGuest.SHARED_INFO + Xen.SELECTOR));
    }

    /** XEN-026. */
    private static void badMappingsAreRefused(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        long gfn = XenGuest.SHARED_INFO >>> 12;
        guest.block(XenGuest.SHARED_INFO).fill(4096, 0x33);
        s.expectEqual("result with index 1", Xen.EINVAL, guest.addToPhysmap(Xen.SELF, 0, 1, gfn));
        s.expectEqual("result with index ~0", Xen.EINVAL, guest.addToPhysmap(Xen.SELF, 0, ONES, gfn));
        for (int space : new int[] {GMFN, GMFN_RANGE, FOREIGN}) {
            s.expectEqual("result with space " + space, Xen.ENOSYS, guest.addToPhysmap(Xen.SELF, space, 0, gfn));
        }
        s.expectEqual("result with gpfn ~0", Xen.EINVAL, guest.addToPhysmap(Xen.SELF, 0, 0, ONES));
        s.expectEqual("result with an unknown domain", Xen.ESRCH, guest.addToPhysmap(Xen.NO_DOMAIN, 0, 0, gfn));
        s.expectEqual(
                "result with a bad pointer", Xen.EFAULT, guest.call(Xen.MEMORY_OP, Xen.ADD_TO_PHYSMAP, XenGuest.HOLE));
        s.expectEqual("the page after all that", 0x3333_3333_3333_3333L, load(guest, XenGuest.SHARED_INFO));
        guest.mapSharedInfo();
    }

    /** XEN-027. */
    private static void aSecondMappingNeedsTheFirstRemoved(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        guest.mapSharedInfo();
        int port = guest.ipi(0);
        guest.send(port);
        long word = XenGuest.SHARED_INFO + Xen.PENDING_BITS;
        s.expectEqual("pending word 0", TwoLevel.bit(port), load(guest, word));
        long result = guest.addToPhysmap(Xen.SELF, 0, 0, ELSEWHERE >>> 12);
        s.expectOneOf("result of mapping shared_info a second time", result, Xen.EBUSY, 0);
        long mapped = result == 0 ? ELSEWHERE : XenGuest.SHARED_INFO;
        s.expectEqual("pending word 0 where the page is mapped", TwoLevel.bit(port), load(guest, mapped + 0x30));
        s.expectEqual("result of remove_from_physmap", 0, guest.removeFromPhysmap(mapped >>> 12));
        long third = GuestLayout.dataPage(202);
        s.expectEqual("result of mapping it after it was removed", 0, guest.addToPhysmap(Xen.SELF, 0, 0, third >>> 12));
        s.witness("mapped-again");
        s.expectEqual("pending word 0 in the new place", TwoLevel.bit(port), load(guest, third + 0x30));
        int second = guest.ipi(0);
        guest.send(second);
        s.expectEqual(
                "pending word 0 in the new place after another event",
                TwoLevel.bit(port) | TwoLevel.bit(second),
                load(guest, third + 0x30));
    }

    /** XEN-028. */
    private static void theReplacedPageIsNotUsed(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        guest.block(XenGuest.SHARED_INFO).fill(4096, 0xFF);
        guest.mapSharedInfo();
        TwoLevel bits = new TwoLevel(guest);
        GuestBlock copy = bits.copy();
        for (int offset = 0; offset < Xen.WALL_CLOCK; offset += 8) {
            s.expectEqual("shared_info at 0x" + Integer.toHexString(offset), 0, copy.quad(offset));
        }
        int port = guest.ipi(0);
        guest.send(port);
        bits.expectPending("after a send", port, true);
        s.expectEqual("upcall byte, which the old content would have set", 1, load(guest, XenGuest.SHARED_INFO) & 0xFF);
    }

    /** XEN-029. */
    private static void eventsAccumulateWhileThePageIsNotMapped(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        s.expectEqual(
                "result of remove_from_physmap of a hole", Xen.ENOENT, guest.removeFromPhysmap(XenGuest.HOLE >>> 12));
        guest.mapSharedInfo();
        int port = guest.ipi(0);
        long gfn = XenGuest.SHARED_INFO >>> 12;
        s.expectEqual("result of remove_from_physmap of shared_info", 0, guest.removeFromPhysmap(gfn));
        s.expectEqual("result of removing it again", Xen.ENOENT, guest.removeFromPhysmap(gfn));
        expectHole(s, guest.cpu(), XenGuest.SHARED_INFO + Xen.PENDING_BITS);
        s.witness("hole");
        guest.send(port);
        s.witness("event");
        guest.mapSharedInfo();
        new TwoLevel(guest).expectPending("when the page is mapped again", port, true);
        s.expectEqual("upcall byte when the page is mapped again", 1, load(guest, XenGuest.SHARED_INFO) & 0xFF);
    }

    /** Demands that a load finds no memory: the VMM is asked, and says that nothing is there. */
    private static void expectHole(Scenario s, SteppingGuestCpu cpu, long address) {
        cpu.x(17, address);
        GuestStep step = cpu.load(AccessWidth.DOUBLEWORD, 16, 17);
        if (step instanceof GuestStep.Stopped stopped && stopped.exit() instanceof VcpuExit.MmioRead read) {
            s.expectEqual("address of the access without memory", address, read.address());
            cpu.vcpu().completeMmioRead(0);
            return;
        }
        s.expectDiverted("load from a page that was removed", step, cpu.layout().vectorFromEl1(0));
        s.expectEqual("FAR_EL1", address, cpu.read(SystemRegister.FAR_EL1));
        cpu.write(CoreRegister.PC, cpu.layout().el1());
    }

    /** XEN-030: what the real time is, the API does not say; the clock is checked against itself. */
    private static void theWallClockIsStable(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        guest.mapSharedInfo();
        long first = bootTime(s, guest);
        guest.rig().advance(5 * NANOS_OF_SECOND + 123);
        s.expectEqual("the time at which the counter was zero, five seconds later", first, bootTime(s, guest));
        XenGuest other = XenGuest.boot(s);
        other.mapSharedInfo();
        bootTime(s, other);
    }

    private static long bootTime(Scenario s, XenGuest guest) {
        long base = XenGuest.SHARED_INFO + Xen.WALL_CLOCK;
        long version = guest.cpu().get(base, AccessWidth.WORD);
        s.expectEqual("bit 0 of wc_version", 0, version & 1);
        long seconds = guest.cpu().get(base + 4, AccessWidth.WORD) | guest.cpu().get(base + 12, AccessWidth.WORD) << 32;
        long nanos = guest.cpu().get(base + 8, AccessWidth.WORD);
        s.expectThat("wc_nsec " + nanos + " is less than a second", nanos >= 0 && nanos < NANOS_OF_SECOND);
        s.expectEqual("wc_version after reading", version, guest.cpu().get(base, AccessWidth.WORD));
        return seconds * NANOS_OF_SECOND + nanos;
    }

    /** A device page, for checks that need an address which is no memory. */
    static long deviceFrame() {
        return GicGuest.DISTRIBUTOR >>> 12;
    }
}
