/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.error.ErrorId;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.trace.TraceEvent;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.ScriptedPageSource;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.List;

/**
 * Section E, second part: accesses that are not announced whatever the guest does.
 *
 * @since 0.1
 */
public final class PageVetoChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: accesses that are never announced",
            Check.of("APF-057", PageVetoChecks::aPageThatIsThereAtOnce)
                    .witnesses("not-at-once", "at-once")
                    .cut(),
            Check.of("APF-058", PageVetoChecks::aPrefetch)
                    .witnesses("prefetched", "host-read")
                    .cut(),
            Check.of("APF-060", PageVetoChecks::devicesAndReadOnlyMemory)
                    .witnesses("device-read", "device-write", "read-only-write")
                    .cut(),
            Check.of("APF-061", PageVetoChecks::aPageWithoutSource)
                    .witnesses("no-source")
                    .cut());

    private static final long NOTHING_THERE = 0x0900_0000L;
    private static final long ROM = 0x5000_0000L;
    private static final int SHORT_RUN = 10;
    private static final long ANSWER = 0x1122_3344L;

    private PageVetoChecks() {}

    private static void expectNothingAnnounced(PagingScene scene, FaultCounters before, long page) {
        Scenario s = scene.scenario();
        s.expectEqual("announced faults", before.announced(), scene.counters().announced());
        s.expectEqual(
                "not-present notifications for page " + PagingScene.hex(page) + " in the trace",
                List.of(),
                s.trace().events(TraceEvent.PageNotPresent.class).stream()
                        .filter(event -> event.page() == page)
                        .toList());
    }

    /** APF-057. */
    private static void aPageThatIsThereAtOnce(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        scene.guest().startWaiting(scene.absent(0));
        s.witness("not-at-once");
        scene.source().answerAtOnce();
        long page = scene.absent(1);
        FaultCounters before = scene.counters();
        s.expectRetired(
                "an access to an absent page that its source has at once",
                scene.guest().touch(page));
        scene.expectData(scene.cpu(), page);
        expectNothingAnnounced(scene, before, page);
        s.witness("at-once");
    }

    /** APF-058. */
    private static void aPrefetch(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        FaultCounters before = scene.counters();
        long page = scene.absent(0);
        s.expectThat(
                "the VMM may hand over an absent page that nobody waits for",
                scene.rig().faults().complete(page, ScriptedPageSource.pattern(page)));
        scene.guest().expectNothingDue();
        expectNothingAnnounced(scene, before, page);
        s.expectRetired("an access after the prefetch", scene.guest().touch(page));
        scene.expectData(scene.cpu(), page);
        scene.toKernel(scene.cpu());
        s.witness("prefetched");
        long other = scene.absent(1);
        s.expectRefused(
                "reading an absent page as the VMM",
                ErrorId.PAGE_ABSENT,
                () -> scene.rig().machine().memory().load(other, AccessWidth.DOUBLEWORD));
        scene.rig().advance(0);
        scene.guest().expectNothingDue();
        expectNothingAnnounced(scene, before, other);
        s.witness("host-read");
    }

    /** APF-060. */
    private static void devicesAndReadOnlyMemory(Scenario s) {
        PagingScene scene =
                PagingScene.offered(s, 1, request -> request.memory(new MemoryRegion(ROM, 1L << 12, false)));
        SteppingGuestCpu cpu = scene.cpu();
        scene.guest().enable();
        FaultCounters before = scene.counters();
        cpu.enterEl0();
        cpu.x(1, NOTHING_THERE);
        scene.rig().program(cpu.pc(), A64.ldr(AccessWidth.WORD, 0, 1, 0), A64.NOP, A64.b(-4));
        s.expectEqual(
                "exit of a load of EL0 from an address without memory",
                new VcpuExit.MmioRead(NOTHING_THERE, AccessWidth.WORD),
                scene.rig().run(0, SHORT_RUN));
        cpu.vcpu().completeMmioRead(ANSWER);
        VcpuExit exit = scene.rig().run(0, SHORT_RUN);
        s.expectThat("the guest goes on after the load: " + exit, exit instanceof VcpuExit.BudgetExhausted);
        s.expectEqual("value of the load", ANSWER, cpu.x(0));
        s.witness("device-read");
        s.expectStopped(
                "a store of EL0 to an address without memory",
                cpu.store(AccessWidth.WORD, 0, 1),
                VcpuExit.MmioWrite.class);
        s.witness("device-write");
        cpu.x(1, ROM);
        GuestStep step = cpu.store(AccessWidth.WORD, 0, 1);
        s.expectThat(
                "a store of EL0 to read-only memory is the VMM's or ends in an abort: " + step,
                step instanceof GuestStep.Stopped stopped && stopped.exit() instanceof VcpuExit.MmioWrite
                        || step instanceof GuestStep.Diverted diverted
                                && diverted.pc() == cpu.layout().vectorFromEl0(0));
        s.expectEqual("read-only memory", 0, scene.rig().machine().memory().load(ROM, AccessWidth.WORD));
        s.witness("read-only-write");
        expectNothingAnnounced(scene, before, NOTHING_THERE);
        expectNothingAnnounced(scene, before, ROM);
    }

    /** APF-061. */
    private static void aPageWithoutSource(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        // The block of a vCPU that the machine does not have.
        long page = new GuestLayout(GuestLayout.LARGEST_VCPUS - 1).el0();
        scene.rig().faults().discard(page);
        FaultCounters before = scene.counters();
        scene.expectWaits("an access to a page without source", scene.guest().touch(page));
        scene.expectVeto("an access to a page without source", Veto.NO_SOURCE, before);
        expectNothingAnnounced(scene, before, page);
        scene.rig().faults().complete(page, ScriptedPageSource.pattern(page));
        scene.expectGoesOn(scene.cpu(), page);
        s.witness("no-source");
    }
}
