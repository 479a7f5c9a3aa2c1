/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.contract;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.error.ErrorId;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.GuestMemory;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.Rig;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.ScriptedPageSource;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.Arrays;

/**
 * Guest memory and absent pages as the VMM sees them.
 *
 * @since 0.1
 */
public final class MemoryChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "API: memory",
            Check.of("API-025", MemoryChecks::guestAndVmmSeeTheSameMemory).cut(),
            Check.of("API-026", MemoryChecks::aRangeOutsideMemoryIsRefused),
            Check.of("API-027", MemoryChecks::newCodeIsExecuted),
            Check.of("API-028", MemoryChecks::anAbsentPageHasNoContent),
            Check.of("API-029", MemoryChecks::onePageHasOneSource),
            Check.of("API-030", MemoryChecks::anAbsentPageIsBroughtIn).witnesses("waited"),
            Check.of("API-031", MemoryChecks::aSecondAnswerIsDropped));

    private static final long PAGE = GuestLayout.dataPage(3);

    private MemoryChecks() {}

    private static void guestAndVmmSeeTheSameMemory(Scenario s) {
        Rig rig = s.machine();
        SteppingGuestCpu cpu = rig.cpu(0);
        long last = GuestLayout.RAM.end() - 8;
        s.expectEqual("memory that nobody wrote", 0, cpu.get(last, AccessWidth.DOUBLEWORD));
        rig.machine().memory().store(last, AccessWidth.DOUBLEWORD, 0x0102_0304_0506_0708L);
        s.expectEqual("what the VMM wrote", 0x0102_0304_0506_0708L, cpu.get(last, AccessWidth.DOUBLEWORD));
        s.expectEqual("its lowest byte", 8, cpu.get(last, AccessWidth.BYTE));
        cpu.put(PAGE + 4, AccessWidth.HALFWORD, 0xABCD);
        s.expectEqual(
                "what the guest wrote",
                0xABCD_0000_0000L,
                rig.machine().memory().load(PAGE, AccessWidth.DOUBLEWORD));
    }

    private static void aRangeOutsideMemoryIsRefused(Scenario s) {
        GuestMemory memory = s.machine().machine().memory();
        long end = GuestLayout.RAM.end();
        byte[] sixteen = new byte[16];
        Arrays.fill(sixteen, (byte) 1);
        s.expectRefused("a write over the end", ErrorId.NOT_GUEST_MEMORY, () -> memory.write(end - 8, sixteen));
        s.expectEqual("memory before the end", 0, memory.load(end - 8, AccessWidth.DOUBLEWORD));
        s.expectRefused("a read over the end", ErrorId.NOT_GUEST_MEMORY, () -> memory.read(end - 8, sixteen));
        s.expectEqual("what the refused read gave", 1, sixteen[0]);
        for (long address : new long[] {0, GuestLayout.RAM.base() - 16, end, -16, Long.MAX_VALUE - 8}) {
            s.expectRefused(
                    "a write to 0x" + Long.toHexString(address),
                    ErrorId.NOT_GUEST_MEMORY,
                    () -> memory.write(address, sixteen));
            s.expectRefused(
                    "the residency of 0x" + Long.toHexString(address),
                    ErrorId.NOT_GUEST_MEMORY,
                    () -> memory.residency(address));
        }
    }

    private static void newCodeIsExecuted(Scenario s) {
        Rig rig = s.machine();
        SteppingGuestCpu cpu = rig.cpu(0);
        long start = cpu.pc();
        rig.program(start, A64.movz(0, 1, 0), A64.b(-4));
        rig.run(0, 1000);
        s.expectEqual("X0 of the first program", 1, cpu.x(0));
        rig.program(start, A64.movz(0, 2, 0));
        rig.run(0, 1000);
        s.expectEqual("X0 of the second program", 2, cpu.x(0));
    }

    private static void anAbsentPageHasNoContent(Scenario s) {
        Rig rig = s.machine();
        rig.pageOut(s.pageSource(), PAGE, 1);
        GuestMemory memory = rig.machine().memory();
        s.expectEqual("residency of an evicted page", PageResidency.ABSENT, memory.residency(PAGE + 5));
        s.expectRefused("a read of an absent page", ErrorId.PAGE_ABSENT, () -> memory.read(PAGE - 4, new byte[8]));
        s.expectRefused("a write to an absent page", ErrorId.PAGE_ABSENT, () -> memory.write(PAGE - 4, new byte[8]));
        s.expectRefused(
                "evicting an absent page",
                ErrorId.ILLEGAL_STATE,
                () -> rig.faults().evict(PAGE));
        s.expectRefused(
                "evicting what is not memory",
                ErrorId.NOT_GUEST_MEMORY,
                () -> rig.faults().evict(GuestLayout.RAM.end()));
    }

    private static void onePageHasOneSource(Scenario s) {
        Rig rig = s.machine();
        AsyncPageFaults faults = rig.faults();
        MemoryRegion both = MemoryRegion.ram(PAGE, 0x2000);
        MemoryRegion second = MemoryRegion.ram(PAGE + 0x1000, 0x1000);
        AsyncPageFaults.SourceHandle handle = faults.attach(both, s.pageSource());
        s.expectRefused(
                "a second source for a page", ErrorId.RESOURCE_CONFLICT, () -> faults.attach(second, s.pageSource()));
        s.expectRefused(
                "a source for what is not memory",
                ErrorId.NOT_GUEST_MEMORY,
                () -> faults.attach(MemoryRegion.ram(GuestLayout.RAM.end() - 0x1000, 0x2000), s.pageSource()));
        handle.close();
        handle.close();
        faults.attach(second, s.pageSource()).close();
    }

    private static void anAbsentPageIsBroughtIn(Scenario s) {
        Rig rig = s.machine();
        SteppingGuestCpu cpu = rig.cpu(0);
        rig.machine().memory().write(PAGE, ScriptedPageSource.pattern(PAGE));
        ScriptedPageSource source = s.pageSource();
        rig.pageOut(source, PAGE, 1);
        cpu.x(1, PAGE + 16);
        VcpuExit.WaitForPage exit = s.expectStopped(
                "load from an absent page", cpu.load(AccessWidth.DOUBLEWORD, 0, 1), VcpuExit.WaitForPage.class);
        s.witness("waited");
        s.expectEqual("page of the ticket", PAGE, exit.ticket().page());
        s.expectEqual("requests for the page", 1, source.requests(PAGE));
        s.expectStopped("the same instruction again", cpu.resume(), VcpuExit.WaitForPage.class);
        s.expectEqual("requests for the page", 1, source.requests(PAGE));
        source.release(PAGE);
        rig.advance(0);
        s.expectRetired("the instruction after the page has come", cpu.resume());
        s.expectEqual("data", ScriptedPageSource.patternWord(PAGE + 16), cpu.x(0));
        s.expectEqual("tickets at the end", 0, rig.faults().outstanding().size());
    }

    private static void aSecondAnswerIsDropped(Scenario s) {
        Rig rig = s.machine();
        SteppingGuestCpu cpu = rig.cpu(0);
        ScriptedPageSource source = s.pageSource().answerTwice();
        rig.pageOut(source, PAGE, 1);
        cpu.x(1, PAGE);
        cpu.load(AccessWidth.DOUBLEWORD, 0, 1);
        long dropped = rig.faults().counters().dropped();
        source.release(PAGE);
        rig.advance(0);
        s.expectEqual("answers dropped", dropped + 1, rig.faults().counters().dropped());
        s.expectRetired("the access", cpu.resume());
        cpu.put(PAGE, AccessWidth.BYTE, 9);
        source.send(PAGE);
        rig.advance(0);
        s.expectEqual("the page after a late answer", 9, cpu.get(PAGE, AccessWidth.BYTE));
        s.expectThat(
                "complete() of a page that is there is dropped", !rig.faults().complete(PAGE, new byte[4096]));
    }
}
