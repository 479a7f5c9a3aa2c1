/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.Interleaving;
import io.faultline.conformance.scenario.Scenario;
import java.util.Arrays;

/**
 * Section 10.3, second part: the vcpu_info of each vCPU, and what else is registered.
 *
 * @since 0.1
 */
public final class VcpuInfoChecks {
    private static final long ONES = -1L;
    private static final int PATTERN = 0x5A;
    private static final int PAGE = 4096;
    private static final int LAST_OFFSET = PAGE - Xen.VCPU_INFO_BYTES;
    private static final int BEYOND_SHARED_INFO = 0x800;
    private static final int RUNSTATE_FLAG = 5;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: vcpu_info",
            Check.of("XEN-031", VcpuInfoChecks::theFirstVcpuKeepsItsContent)
                    .witnesses("upcall")
                    .cut(),
            Check.of("XEN-032", VcpuInfoChecks::otherVcpusBeginWithZeros)
                    .witnesses("upcall")
                    .cut(),
            Check.of("XEN-033", VcpuInfoChecks::aVcpuIsRegisteredOnce).cut(),
            Check.of("XEN-034", VcpuInfoChecks::badOffsetsAreRefused).cut(),
            Check.of("XEN-035", VcpuInfoChecks::unknownVcpusAndCommandsAreRefused)
                    .cut(),
            Check.of("XEN-036", VcpuInfoChecks::aFrameThatIsNoMemoryChangesNothing)
                    .witnesses("event")
                    .cut(),
            Check.of("XEN-037", VcpuInfoChecks::theOldPlaceIsNotWrittenAgain)
                    .witnesses("event")
                    .cut(),
            Check.of("XEN-038", VcpuInfoChecks::anEventDuringRegistrationIsFound)
                    .witnesses("before", "after"),
            Check.of("XEN-039", VcpuInfoChecks::thePlaceIsAFrame)
                    .witnesses("event")
                    .cut(),
            Check.of("XEN-040", VcpuInfoChecks::thereIsNoUpcallMask).cut(),
            Check.of("XEN-041", VcpuInfoChecks::paddingSurvives).cut(),
            Check.of("XEN-042", VcpuInfoChecks::runstateIsAccepted).cut(),
            Check.of("XEN-043", VcpuInfoChecks::assistsAreJudgedByNumber).cut());

    private VcpuInfoChecks() {}

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    /** XEN-031. */
    private static void theFirstVcpuKeepsItsContent(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        guest.mapSharedInfo();
        guest.enableInterrupt(0);
        long legacy = XenGuest.SHARED_INFO;
        guest.cpu().put(legacy, AccessWidth.DOUBLEWORD, 0x1122_3344_5566_7700L);
        for (int offset = 0x10; offset < Xen.VCPU_INFO_BYTES; offset += 8) {
            guest.cpu().put(legacy + offset, AccessWidth.DOUBLEWORD, 0xABCD_0000_0000_0000L | offset);
        }
        guest.info(0).fill(64, PATTERN);
        guest.register(0);
        s.expectEqual(
                "bytes 0 to 7 after registering",
                0x1122_3344_5566_7701L,
                guest.info(0).quad(0));
        s.expectEqual("selector after registering", ONES, guest.selector(0));
        for (int offset = 0x10; offset < Xen.VCPU_INFO_BYTES; offset += 8) {
            s.expectEqual(
                    "vcpu_info at " + hex(offset) + ", copied from shared_info",
                    0xABCD_0000_0000_0000L | offset,
                    guest.info(0).quad(offset));
        }
        s.expectEqual(
                "memory behind vcpu_info", 0x5A5A_5A5A_5A5A_5A5AL, guest.info(0).quad(Xen.VCPU_INFO_BYTES));
        guest.expectUpcalls("after registering", 0, 1);
        s.witness("upcall");
    }

    /** XEN-032. */
    private static void otherVcpusBeginWithZeros(Scenario s) {
        XenGuest guest = XenGuest.boot(s, 2);
        guest.enableInterrupt(1);
        guest.info(1).fill(64, PATTERN);
        GuestBlock info = guest.info(1);
        long byAnother = guest.registerVcpuInfo(guest.cpu(), 1, info.gfn(), info.address() & 0xFFF);
        s.expectOneOf("result of registering vCPU 1, which is on, by vCPU 0", byAnother, 0, Xen.EINVAL);
        if (byAnother != 0) {
            s.expectEqual("vcpu_info after a refusal", 0x5A5A_5A5A_5A5A_5A5AL, info.quad(0));
            guest.register(1);
        }
        s.expectEqual("bytes 0 to 7 after registering", 1, guest.info(1).quad(0));
        s.expectEqual("selector after registering", ONES, guest.selector(1));
        for (int offset = 0x10; offset < Xen.VCPU_INFO_BYTES; offset += 8) {
            s.expectEqual(
                    "vcpu_info of vCPU 1 at " + hex(offset), 0, guest.info(1).quad(offset));
        }
        guest.expectUpcalls("after registering", 1, 1);
        s.witness("upcall");
    }

    /** XEN-033. */
    private static void aVcpuIsRegisteredOnce(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        int port = guest.ipi(0);
        guest.listen();
        GuestBlock other = guest.scratch(0).fill(64, PATTERN);
        for (GuestBlock place : new GuestBlock[] {other, guest.info(0)}) {
            s.expectOneOf(
                    "result of registering again",
                    guest.registerVcpuInfo(guest.cpu(), 0, place.gfn(), place.address() & 0xFFF),
                    Xen.EBUSY,
                    Xen.EINVAL);
        }
        s.expectEqual("the second place", 0x5A5A_5A5A_5A5A_5A5AL, other.quad(0));
        guest.expectUpcall("after registering again", 0, false);
        s.expectEqual("selector after registering again", 0, guest.selector(0));
        guest.send(port);
        guest.expectUpcall("in the first place after a send", 0, true);
        s.expectEqual("the second place after a send", 0x5A5A_5A5A_5A5A_5A5AL, other.quad(0));
    }

    /** XEN-034. */
    private static void badOffsetsAreRefused(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        GuestBlock page = guest.scratch(0).fill(PAGE, PATTERN);
        long crossing = 0;
        for (long offset = LAST_OFFSET + 8; offset < PAGE; offset += 8) {
            long result = guest.registerVcpuInfo(guest.cpu(), 0, page.gfn(), offset);
            s.expectOneOf("result with offset " + offset, result, Xen.ENXIO, Xen.EINVAL);
            s.expectThat("every crossing offset has the same result", crossing == 0 || crossing == result);
            crossing = result;
        }
        long misaligned = 0;
        for (long offset : new long[] {1, 2, 3, 4, 5, 6, 7, 12, 2049, LAST_OFFSET - 4}) {
            long result = guest.registerVcpuInfo(guest.cpu(), 0, page.gfn(), offset);
            s.expectOneOf("result with offset " + offset, result, Xen.ENXIO, Xen.EINVAL);
            s.expectThat("every misaligned offset has the same result", misaligned == 0 || misaligned == result);
            misaligned = result;
        }
        s.expectOneOf(
                "result with an offset that is both",
                guest.registerVcpuInfo(guest.cpu(), 0, page.gfn(), LAST_OFFSET + 1),
                Xen.ENXIO,
                Xen.EINVAL);
        for (long offset : new long[] {PAGE, PAGE + 8, 0x8000_0000L, 0xFFFF_FFF8L}) {
            s.expectOneOf(
                    "result with offset " + hex(offset),
                    guest.registerVcpuInfo(guest.cpu(), 0, page.gfn(), offset),
                    Xen.EINVAL,
                    Xen.ENXIO);
        }
        byte[] expected = new byte[PAGE];
        Arrays.fill(expected, (byte) PATTERN);
        s.expectThat("the page is as it was", Arrays.equals(expected, page.bytes(PAGE)));
        s.expectEqual(
                "result with offset " + LAST_OFFSET,
                0,
                guest.registerVcpuInfo(guest.cpu(), 0, page.gfn(), LAST_OFFSET));
    }

    /** XEN-035. */
    private static void unknownVcpusAndCommandsAreRefused(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        GuestBlock block = guest.arguments();
        for (long vcpu : new long[] {1, 128, 0x7FFF_FFFFL, 0xFFFF_FFFFL}) {
            for (long command : new long[] {Xen.REGISTER_VCPU_INFO, Xen.REGISTER_RUNSTATE, 0, 14, 99}) {
                block.quad(0, guest.info(0).gfn()).word(8, 0).word(12, 0);
                s.expectEqual(
                        "result of vcpu_op command " + command + " for vCPU " + vcpu,
                        Xen.ENOENT,
                        guest.call(Xen.VCPU_OP, command, vcpu, block.address()));
            }
        }
        for (long command : new long[] {0, 1, 2, 3, 4, 6, 7, 8, 9, 11, 12, 13, 14, 99, 0xFFFF_FFFFL}) {
            block.quad(0, guest.info(0).gfn()).word(8, 0).word(12, 0);
            s.expectEqual(
                    "result of vcpu_op command " + command,
                    Xen.EINVAL,
                    guest.call(Xen.VCPU_OP, command, 0, block.address()));
        }
        s.expectEqual(
                "result of register_vcpu_info with a bad pointer",
                Xen.EFAULT,
                guest.call(Xen.VCPU_OP, Xen.REGISTER_VCPU_INFO, 0, XenGuest.HOLE));
    }

    /** XEN-036. */
    private static void aFrameThatIsNoMemoryChangesNothing(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        guest.mapSharedInfo();
        for (long gfn : new long[] {
            XenGuest.HOLE >>> 12, SharedInfoChecks.deviceFrame(), GuestLayout.RAM.end() >>> 12, 1L << 40, ONES - 1
        }) {
            s.expectEqual("result with gfn " + hex(gfn), Xen.EINVAL, guest.registerVcpuInfo(guest.cpu(), 0, gfn, 0));
        }
        int port = guest.ipi(0);
        guest.send(port);
        s.witness("event");
        s.expectEqual(
                "upcall byte in shared_info, the place that is still in use",
                1,
                guest.cpu().get(XenGuest.SHARED_INFO, AccessWidth.BYTE));
        guest.register(0);
    }

    /** XEN-037. */
    private static void theOldPlaceIsNotWrittenAgain(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        for (int offset = 0; offset < Xen.VCPU_INFO_BYTES; offset += 8) {
            guest.cpu().put(XenGuest.SHARED_INFO + offset, AccessWidth.DOUBLEWORD, 0);
        }
        for (int i = 0; i < 3; i++) {
            guest.send(guest.ipi(0));
            guest.expectUpcall("after a send", 0, true);
            guest.quiet();
        }
        int port = guest.ipi(0);
        bits.mask(port);
        guest.send(port);
        guest.unmask(port);
        guest.expectUpcall("after an unmask", 0, true);
        s.witness("event");
        for (int offset = 0; offset < Xen.VCPU_INFO_BYTES; offset += 8) {
            s.expectEqual(
                    "the slot in shared_info at " + hex(offset),
                    0,
                    guest.cpu().get(XenGuest.SHARED_INFO + offset, AccessWidth.DOUBLEWORD));
        }
    }

    /** XEN-038: of the vCPU that registers itself, and of one that is off. */
    private static void anEventDuringRegistrationIsFound(Scenario s) {
        for (int vcpu : new int[] {0, 2}) {
            Interleaving.explore(s, () -> {
                XenGuest guest = XenGuest.bootFirst(s, 3);
                guest.rig().turnOn(1);
                guest.mapSharedInfo();
                int port = guest.ipi(vcpu);
                GuestBlock info = guest.info(vcpu);
                guest.arguments()
                        .quad(0, info.gfn())
                        .word(8, info.address() & 0xFFF)
                        .word(12, 0);
                return new Interleaving.Race(
                        guest.rig(),
                        Programs.vcpuOperation(guest, Xen.REGISTER_VCPU_INFO, vcpu),
                        () -> {
                            s.witness(guest.cpu().x(21) == 0 ? "after" : "before");
                            guest.send(guest.cpu(1), port);
                        },
                        when -> {
                            s.expectEqual(
                                    "result of register_vcpu_info " + when,
                                    0,
                                    guest.cpu().x(0));
                            if (vcpu != 0) {
                                guest.rig().turnOn(vcpu);
                            }
                            s.expectEqual(
                                    "ports that the scan of vCPU " + vcpu + " finds " + when,
                                    java.util.List.of(port),
                                    new TwoLevel(guest).scan(vcpu));
                        });
            });
        }
    }

    /** XEN-039: shared_info is mapped over the page; the part of the page behind it shows what is written there. */
    private static void thePlaceIsAFrame(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        int port = guest.ipi(0);
        guest.enableInterrupt(0);
        GuestBlock place = guest.scratch(0).at(BEYOND_SHARED_INFO);
        s.expectEqual(
                "result of register_vcpu_info",
                0,
                guest.registerVcpuInfo(guest.cpu(), 0, place.gfn(), BEYOND_SHARED_INFO));
        guest.cpu().put(place.address(), AccessWidth.BYTE, 0);
        guest.cpu().put(place.address() + Xen.SELECTOR, AccessWidth.DOUBLEWORD, 0);
        while (guest.acknowledge(0)) {
            guest.end(0);
        }
        s.expectEqual("result of mapping shared_info there", 0, guest.addToPhysmap(Xen.SELF, 0, 0, place.gfn()));
        for (int offset = 0; offset < Xen.VCPU_INFO_BYTES; offset += 8) {
            guest.cpu().put(place.address() + offset, AccessWidth.DOUBLEWORD, 0);
        }
        guest.send(port);
        s.witness("event");
        for (int offset = 0; offset < Xen.VCPU_INFO_BYTES; offset += 8) {
            s.expectEqual(
                    "the page that was mapped over vcpu_info, at " + hex(BEYOND_SHARED_INFO + offset),
                    0,
                    guest.cpu().get(place.address() + offset, AccessWidth.DOUBLEWORD));
        }
        s.expectThat("the upcall is raised", guest.acknowledge(0));
    }

    /** XEN-040. */
    private static void thereIsNoUpcallMask(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 1);
        XenGuest guest = bits.guest();
        int port = guest.ipi(0);
        for (int value : new int[] {0, 1, 0xFF}) {
            guest.cpu().put(guest.info(0).address() + 1, AccessWidth.BYTE, value);
            guest.send(port);
            guest.expectUpcall("with byte 1 = " + value, 0, true);
            guest.expectUpcalls("with byte 1 = " + value, 0, 1);
            s.expectEqual(
                    "byte 1 after an event",
                    value,
                    guest.cpu().get(guest.info(0).address() + 1, AccessWidth.BYTE));
            bits.quiet();
        }
    }

    /** XEN-041. */
    private static void paddingSurvives(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 2);
        XenGuest guest = bits.guest();
        for (int vcpu = 0; vcpu < 2; vcpu++) {
            int port = guest.ipi(vcpu);
            for (long pattern : new long[] {0xFFFF_FFFF_FFFF_FF00L, 0x0123_4567_89AB_CD00L, 0xFEL}) {
                guest.cpu(vcpu).put(guest.info(vcpu).address(), AccessWidth.DOUBLEWORD, pattern & ~1);
                guest.send(port);
                s.expectEqual(
                        "bytes 0 to 7 of vcpu_info of vCPU " + vcpu + " after an event",
                        pattern | 1,
                        guest.info(vcpu).quad(0));
                bits.quiet();
            }
        }
    }

    /** XEN-042. */
    private static void runstateIsAccepted(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        GuestBlock page = guest.scratch(0).fill(PAGE, 0xEE);
        GuestBlock block = guest.arguments();
        for (long pointer : new long[] {page.address() + 0x100, XenGuest.HOLE, -8}) {
            block.quad(0, pointer);
            s.expectEqual(
                    "result of register_runstate_memory_area with " + hex(pointer),
                    0,
                    guest.call(Xen.VCPU_OP, Xen.REGISTER_RUNSTATE, 0, block.address()));
        }
        guest.call(Xen.SCHED_OP, Xen.YIELD, 0);
        byte[] bytes = page.bytes(PAGE);
        for (int i = 0; i < PAGE; i++) {
            boolean inside = i >= 0x100 && i < 0x100 + 48;
            s.expectThat("byte " + hex(i) + " outside the area is as it was", inside || bytes[i] == (byte) 0xEE);
        }
        int state = page.word(0x100);
        s.expectThat("state " + state + " is running, or nothing was written", state == 0 || state == 0xEEEE_EEEE);
    }

    /** XEN-043. */
    private static void assistsAreJudgedByNumber(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        s.expectEqual("enabling assist 5", 0, guest.call(Xen.VM_ASSIST, 0, RUNSTATE_FLAG));
        s.expectEqual("disabling assist 5", 0, guest.call(Xen.VM_ASSIST, 1, RUNSTATE_FLAG));
        for (long type : new long[] {0, 3, 4, 6, 31, 32, 64, 0xFFFF_FFFFL}) {
            s.expectEqual("enabling assist " + type, Xen.EINVAL, guest.call(Xen.VM_ASSIST, 0, type));
        }
        s.expectEqual("command 2", Xen.ENOSYS, guest.call(Xen.VM_ASSIST, 2, RUNSTATE_FLAG));
        s.expectEqual("command ~0", Xen.ENOSYS, guest.call(Xen.VM_ASSIST, 0xFFFF_FFFFL, RUNSTATE_FLAG));
    }
}
