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

/** The kernel that comes with the project as a guest of Hyper-V, told of pages by exceptions and messages or event flags. */
class KernelGuestHypervTest {
    private static final int PAGES = 512;
    /** Of 16 tasks with 8 pages each, four times. */
    private static final int OWN_PAGES = 512;
    /** 20 µs, the latency of absent pages, in ticks of 16 ns. */
    private static final long LATENCY_TICKS = 1250;

    private static KernelRun run(int cpus, String settings, String arguments, String... more) {
        List<String> options = new ArrayList<>(
                List.of("--cpus", Integer.toString(cpus), "--backend", "hyperv" + settings, "--append", arguments));
        options.addAll(List.of(more));
        return KernelRun.of(options.toArray(String[]::new));
    }

    /** Everything that guest and host both know. What is outstanding when a processor goes away ends with its interface. */
    private static void assertAgrees(KernelRun run, int cpus) {
        assertEquals(run.counted("apf.announced"), run.said("announced"));
        assertEquals(run.counted("apf.ready"), run.said("ready"));
        assertEquals(run.counted("apf.wake-alls"), run.said("wake-all"));
        assertEquals(run.counted("apf.declined"), run.said("declined"));
        assertEquals(run.counted("apf.cancelled"), run.said("declined") + run.said("cancelled"));
        assertEquals(run.said("announced"), run.said("ready") + run.said("declined") + run.said("cancelled"));
        assertEquals(0, run.said("unheeded"));
        assertEquals(0, run.said("left in the area"));
        assertEquals(0, run.counted("apf.outstanding"));
        for (String name : new String[] {"announced", "ready", "wake-all", "task switches", "idle waits"}) {
            assertEquals(run.said(name), run.sum(name, cpus), name);
        }
    }

    /**
     * Nothing but the pages of the tasks is absent, and nothing is in the way. Whoever waits as a processor goes away touches
     * its page once more, and is told again if it is still not there.
     */
    private static void assertEachPageIsAnnounced(KernelRun run) {
        long again = run.said("announced") - PAGES;
        assertTrue(again >= 0 && again <= run.said("cancelled"), again + " were announced again");
    }

    @ParameterizedTest
    @CsvSource({
        "1, message, 0",
        "1, flag, 0",
        "2, message, 5",
        "2, flag, 1",
        "4, message, 0",
        "4, flag, 1",
        "8, message, 1",
        "8, flag, 0"
    })
    void agreesWithTheCountersOfItsHostByEitherWay(int cpus, String way, int seed) {
        KernelRun run = run(cpus, "", "route=hyperv ready=" + way, "--seed", Integer.toString(seed))
                .verified(PAGES, OWN_PAGES);
        assertTrue(
                run.command()
                        .out()
                        .contains("kernel: route hyperv, version 1, 64 slots, interrupt 23, ready by "
                                + (way.equals("flag") ? "event flag" : "message") + "\n"),
                run.command().out());
        assertAgrees(run, cpus);
        assertEachPageIsAnnounced(run);
        assertEquals(0, run.counted("apf.synchronous") + run.counted("apf.parked"));
        assertEquals(0, run.said("declined"));
        long away = cpus > 1 ? 1 : 0;
        assertEquals(away, run.said("went offline"));
        assertEquals(away, run.said("came back"));
        assertEquals(cpus + away, run.said("wake-all"), "one after each time that it was enabled");
        for (int i = 0; i < cpus; i++) {
            assertTrue(run.said("processor " + i + " announced") > 0, "processor " + i + " did its part");
        }
        assertTrue(run.said("longest wait") >= LATENCY_TICKS, "a page takes its time");
        assertTrue(run.said("ticks waited") >= run.said("ready") * LATENCY_TICKS / 2);
        assertTrue(run.counted("vmm.instructions") < 30_000_000);
    }

    @Test
    void aMessageMayHaveManyTokens() {
        KernelRun messages = run(1, "", "ready=message").verified(PAGES, OWN_PAGES);
        KernelRun flags = run(1, "", "ready=flag").verified(PAGES, OWN_PAGES);
        assertTrue(messages.counted("calls.hvc") < PAGES, "an EOM for a part of them");
        assertTrue(flags.counted("calls.hvc") < 40, "a flag is answered without a call");
    }

    @Test
    void waitersOfAProcessorThatGoesAwayAreWokenByTheirKernel() {
        long cancelled = 0;
        for (int seed = 0; seed < 8; seed++) {
            KernelRun run = run(2, "", seed % 2 == 0 ? "ready=message" : "ready=flag", "--seed", Integer.toString(seed))
                    .verified(PAGES, OWN_PAGES);
            assertAgrees(run, 2);
            cancelled += run.said("cancelled");
        }
        assertTrue(cancelled > 0, "somebody waited on it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ready=message", "ready=flag"})
    void whatItDeclinesTheHostResolvesSynchronously(String way) {
        KernelRun run = run(4, "", "decline=5 " + way).verified(PAGES, OWN_PAGES);
        assertTrue(run.said("declined") > 50);
        assertAgrees(run, 4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ":hyperv.apf-ready=message",
                ":hyperv.apf-ready=flag",
                ":hyperv.apf-undeliverable=park",
                ":hyperv.apf-slots=511",
                ":hyperv.apf-slots=511,hyperv.apf-ready=flag",
                ":hyperv.apf-supervisor=park",
                ":hyperv.polling=absent,hyperv.synthetic-timers=absent",
                ":hyperv.privileges=0x000a00f00000027f"
            })
    void worksOnEveryHost(String settings) {
        KernelRun run = run(4, settings, "").verified(PAGES, OWN_PAGES);
        assertEachPageIsAnnounced(run);
        assertAgrees(run, 4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ready=message", "ready=flag"})
    void aHostThatAnnouncesOneFaultAtATimeDoesTheOthersItself(String way) {
        KernelRun run = run(4, ":hyperv.apf-slots=1", way).verified(PAGES, OWN_PAGES);
        assertTrue(run.command().out().contains(", 1 slots, "), run.command().out());
        assertTrue(run.said("announced") > 50);
        assertTrue(run.counted("apf.veto.limit-reached") > 50);
        assertAgrees(run, 4);
    }

    @Test
    void worksWithoutARouteToo() {
        KernelRun run = run(4, "", "route=none").verified(PAGES, OWN_PAGES);
        assertEquals(0, run.said("announced"));
        assertEquals(PAGES, run.counted("apf.veto.not-enabled"));
        assertEquals(0, run.said("ticks waited"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ready=message", "ready=flag"})
    void oneTaskAloneLetsItsProcessorWait(String way) {
        KernelRun run = run(1, "", "tasks=1 rounds=0 " + way).verified(PAGES, 0);
        assertEquals(PAGES, run.said("announced"));
        assertEquals(PAGES, run.said("idle waits"));
        assertEquals(0, run.said("task switches"));
    }

    /** The kernel's code and data and its tables; where the host's pages go, too. */
    @ParameterizedTest
    @ValueSource(strings = {"ready=message", "ready=flag"})
    void pagesOfTheKernelMayBeAbsentToo(String way) {
        KernelRun run = run(4, "", way, "--absent", "0x40101000:0x2ff000:3000").verified(PAGES, OWN_PAGES);
        assertAgrees(run, 4);
        assertTrue(run.counted("apf.synchronous") > 10, "the kernel stood still for its own");
        assertTrue(run.said("announced") > PAGES + 64, "and tasks waited for theirs");
    }

    @ParameterizedTest
    @CsvSource({
        "'', route=xen, 'boot argument route=xen: the host does not offer it'",
        ":hyperv.apf-ready=flag, ready=message, 'boot argument ready=message: the host does not offer it'",
        ":hyperv.apf-ready=message, ready=flag, 'boot argument ready=flag: the host does not offer it'",
        "'', ready=letter, 'boot argument ready=letter is not known; there are '"
    })
    void aHostThatIsNotTheOneWantedIsOneLine(String settings, String arguments, String line) {
        KernelRun run = run(1, settings, arguments);
        assertEquals(1, run.command().status());
        assertTrue(
                run.command().out().contains("FAILED: " + line), run.command().out());
    }
}
