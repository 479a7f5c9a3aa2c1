/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel that comes with the project as a guest of Xen, told of pages by an event channel, and its numbers. */
class KernelGuestXenTest {
    private static final int PAGES = 512;
    /** Of 16 tasks with 8 pages each, four times. */
    private static final int OWN_PAGES = 512;
    /** 20 µs, the latency of absent pages, in ticks of 16 ns. */
    private static final long LATENCY_TICKS = 1250;

    private static KernelRun run(int cpus, String settings, String arguments, String... more) {
        List<String> options = new ArrayList<>(
                List.of("--cpus", Integer.toString(cpus), "--backend", "xen" + settings, "--append", arguments));
        options.addAll(List.of(more));
        return KernelRun.of(options.toArray(String[]::new));
    }

    /** Everything that guest and host both know. What is outstanding when a processor goes away ends by a wake-all. */
    private static void assertAgrees(KernelRun run, int cpus) {
        assertEquals(run.counted("apf.announced"), run.said("announced"));
        assertEquals(run.counted("apf.ready"), run.said("ready"));
        assertEquals(run.counted("apf.wake-alls"), run.said("wake-all"));
        assertEquals(run.counted("apf.declined"), run.said("declined"));
        assertEquals(run.counted("apf.cancelled"), run.said("declined"));
        assertEquals(
                run.said("announced"),
                run.said("ready") + run.said("declined") + run.counted("apf.covered-by-wake-all"));
        assertEquals(0, run.said("cancelled"));
        assertEquals(0, run.said("left in the area"));
        assertEquals(0, run.counted("apf.outstanding"));
        for (String name : new String[] {"announced", "ready", "wake-all", "task switches", "idle waits"}) {
            assertEquals(run.said(name), run.sum(name, cpus), name);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, fifo, 0", "1, 2l, 0", "2, fifo, 5", "2, 2l, 1", "4, fifo, 0", "4, 2l, 1", "8, fifo, 1", "8, 2l, 0"})
    void agreesWithTheCountersOfItsHostInBothAbis(int cpus, String abi, int seed) {
        KernelRun run = run(cpus, "", "route=xen abi=" + abi, "--seed", Integer.toString(seed))
                .verified(PAGES, OWN_PAGES);
        assertTrue(
                run.command()
                        .out()
                        .contains("kernel: route xen, version 1, 64 slots, 128 places, interrupt 31, "
                                + (abi.equals("fifo") ? "FIFO" : "2-level") + " event channels\n"),
                run.command().out());
        assertAgrees(run, cpus);
        long synchronous = run.counted("apf.synchronous");
        assertEquals(PAGES, run.said("announced") + synchronous, "nothing but the pages of the tasks is absent");
        assertTrue(synchronous * 20 < PAGES, synchronous + " pages came when an event was on its way already");
        assertEquals(0, run.said("declined"));
        long away = cpus > 1 ? 1 : 0;
        assertEquals(away, run.said("went offline"));
        assertEquals(away, run.said("came back"));
        assertTrue(run.said("wake-all") >= cpus + away, "one after each time that it was enabled");
        for (int i = 0; i < cpus; i++) {
            assertTrue(run.said("processor " + i + " announced") > 0, "processor " + i + " did its part");
        }
        assertTrue(run.said("longest wait") >= LATENCY_TICKS, "a page takes its time");
        assertTrue(run.said("ticks waited") >= run.said("ready") * LATENCY_TICKS / 2);
        assertTrue(run.counted("vmm.instructions") < 30_000_000);
    }

    @Test
    void waitersOfAProcessorThatGoesAwayAreWokenByItsHost() {
        KernelRun run = run(2, "", "", "--seed", "5").verified(PAGES, OWN_PAGES);
        assertTrue(run.counted("apf.covered-by-wake-all") > 0, "somebody waited on it");
        assertEquals(4, run.said("wake-all"), "two processors, one of them twice, and once as it went");
        assertAgrees(run, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"abi=fifo", "abi=2l"})
    void whatItDeclinesTheHostResolvesSynchronously(String abi) {
        KernelRun run = run(4, "", "decline=5 " + abi).verified(PAGES, OWN_PAGES);
        assertTrue(run.said("declined") > 50);
        assertAgrees(run, 4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ":xen.fifo=absent",
                ":xen.upcall=edge",
                ":xen.upcall=resampled,xen.fifo=absent",
                ":xen.apf-undeliverable=park",
                ":xen.apf-slots=255",
                ":xen.max-ports=131071,xen.undeliverable=pending",
                ":xen.event-ppi=20",
                ":xen.neighbours=machines,xen.xsm=dummy",
                ":xen.arguments=destroyed"
            })
    void worksOnEveryHost(String settings) {
        KernelRun run = run(4, settings, "").verified(PAGES, OWN_PAGES);
        assertTrue(run.said("announced") * 20 > PAGES * 19, run.said("announced") + " were announced");
        assertAgrees(run, 4);
    }

    @Test
    void aHostThatAnnouncesOneFaultAtATimeHasASmallRing() {
        KernelRun run = run(4, ":xen.apf-slots=1", "").verified(PAGES, OWN_PAGES);
        assertTrue(
                run.command().out().contains(", 1 slots, 4 places, "),
                run.command().out());
        assertTrue(run.counted("apf.veto.limit-reached") > 100);
        assertAgrees(run, 4);
    }

    @Test
    void worksWithoutARouteToo() {
        KernelRun run = run(4, "", "route=none").verified(PAGES, OWN_PAGES);
        assertEquals(0, run.said("announced"));
        assertEquals(PAGES, run.counted("apf.veto.not-enabled"));
        assertEquals(0, run.said("ticks waited"));
    }

    @Test
    void oneTaskAloneLetsItsProcessorWait() {
        KernelRun run = run(1, "", "tasks=1 rounds=0").verified(PAGES, 0);
        assertEquals(PAGES, run.said("announced"));
        assertEquals(PAGES, run.said("idle waits"));
        assertEquals(0, run.said("task switches"));
    }

    /** The kernel's code and data, its tables and areas, and what it shares with the host before it is shared. */
    @ParameterizedTest
    @ValueSource(strings = {"abi=fifo", "abi=2l"})
    void pagesOfTheKernelMayBeAbsentToo(String abi) {
        KernelRun run = run(4, "", abi, "--absent", "0x40101000:0x2ff000:3000").verified(PAGES, OWN_PAGES);
        assertAgrees(run, 4);
        assertTrue(run.counted("apf.synchronous") > 10, "the kernel stood still for its own");
        assertTrue(run.said("announced") > PAGES + 64, "and tasks waited for theirs");
    }

    @ParameterizedTest
    @CsvSource({
        "'', route=sdei, 'boot argument route=sdei: the host does not offer it'",
        ":xen.fifo=absent, abi=fifo, 'boot argument abi=fifo: the host has the 2-level ABI only'",
        "'', abi=3l, 'boot argument abi=3l is not known; there are '"
    })
    void aHostThatIsNotTheOneWantedIsOneLine(String settings, String arguments, String line) {
        KernelRun run = run(1, settings, arguments);
        assertEquals(1, run.command().status());
        assertTrue(
                run.command().out().contains("FAILED: " + line), run.command().out());
    }
}
