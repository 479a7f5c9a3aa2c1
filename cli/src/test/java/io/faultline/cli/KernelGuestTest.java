/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel that comes with the project, on the routes of asynchronous page faults, and its numbers against the host's. */
class KernelGuestTest {
    private static final int PAGES = 512;
    /** Of 16 tasks with 8 pages each, four times. */
    private static final int OWN_PAGES = 512;
    /** 20 µs, the latency of absent pages, in ticks of 16 ns. */
    private static final long LATENCY_TICKS = 1250;

    private static KernelRun run(int cpus, String backend, String arguments, String... more) {
        String[] options = {"--cpus", Integer.toString(cpus), "--backend", backend, "--append", arguments};
        String[] all = new String[options.length + more.length];
        System.arraycopy(options, 0, all, 0, options.length);
        System.arraycopy(more, 0, all, options.length, more.length);
        return KernelRun.of(all);
    }

    /** Everything that guest and host both know. */
    private static void assertAgrees(KernelRun run, int cpus) {
        // A not-present is withdrawn if the page comes before the guest has taken it.
        long withdrawn = run.counted("apf.announced") - run.said("announced");
        assertTrue(withdrawn >= 0 && withdrawn <= 2, withdrawn + " were withdrawn");
        assertEquals(run.counted("apf.ready"), run.said("ready"));
        assertEquals(run.counted("apf.wake-alls"), run.said("wake-all"));
        assertEquals(run.counted("apf.declined"), run.said("declined"));
        assertEquals(run.counted("apf.cancelled"), run.said("declined") + run.said("cancelled") + withdrawn);
        assertEquals(0, run.counted("apf.covered-by-wake-all"));
        assertEquals(0, run.counted("apf.outstanding"));
        for (String name : new String[] {"announced", "ready", "wake-all", "task switches", "idle waits"}) {
            assertEquals(run.said(name), run.sum(name, cpus), name);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 0", "2, 1", "4, 0", "4, 1", "8, 0", "8, 1"})
    void agreesWithTheCountersOfItsHostByEvents(int cpus, int seed) {
        KernelRun run =
                run(cpus, "kvm", "route=sdei", "--seed", Integer.toString(seed)).verified(PAGES, OWN_PAGES);
        assertAgrees(run, cpus);
        assertTrue(run.counted("apf.announced") >= PAGES, "every page was announced");
        assertEquals(0, run.said("declined"));
        assertEquals(0, run.said("spurious"));
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

    @ParameterizedTest
    @CsvSource({
        "1, pending, honoured",
        "2, pending, honoured",
        "4, pending, honoured",
        "8, pending, honoured",
        "1, taken, honoured",
        "4, taken, honoured",
        "8, taken, ignored",
        "2, pending, ignored",
        "8, pending, ignored"
    })
    void agreesWithTheCountersOfItsHostByInterrupts(int cpus, String inject, String reply) {
        KernelRun run = run(cpus, "kvm:apf.route=ppi,apf.inject=" + inject + ",apf.reply=" + reply, "route=ppi")
                .verified(PAGES, OWN_PAGES);
        assertAgrees(run, cpus);
        assertTrue(run.counted("apf.announced") >= PAGES, "every page was announced");
        assertEquals(cpus + (cpus > 1 ? 1 : 0), run.said("wake-all"));
        assertEquals(0, run.said("declined") + run.said("unheeded") + run.said("spurious"));
        assertTrue(run.said("longest wait") >= LATENCY_TICKS, "a page takes its time");
    }

    @Test
    void repliesToAnInterruptThatItCannotWait() {
        KernelRun run = run(4, "kvm:apf.route=ppi", "decline=5").verified(PAGES, OWN_PAGES);
        assertTrue(run.said("declined") > 50);
        assertAgrees(run, 4);
    }

    @Test
    void withoutRepliesItTouchesThePageAgainUntilItIsThere() {
        KernelRun run =
                run(1, "kvm:apf.route=ppi,apf.reply=ignored", "decline=5").verified(PAGES, OWN_PAGES);
        assertTrue(run.said("unheeded") > 50);
        assertTrue(run.counted("apf.repeated") >= run.said("unheeded"));
        assertEquals(0, run.said("ready early"), "it knows that nobody will wait for it");
        assertAgrees(run, 1);
    }

    @Test
    void aReadyMayComeBeforeTheWaitHasBegun() {
        KernelRun run = run(4, "kvm:apf.route=ppi", "").verified(PAGES, OWN_PAGES);
        assertTrue(run.said("ready early") > 0);
        assertAgrees(run, 4);
    }

    @Test
    void waitersOfAProcessorThatGoesAwayAreWokenAndFaultAgain() {
        KernelRun run = run(2, "kvm", "route=sdei", "--seed", "0").verified(PAGES, OWN_PAGES);
        assertTrue(run.said("cancelled") > 0, "somebody waited on it");
        assertAgrees(run, 2);
    }

    @Test
    void aProcessorGoesAwayInTheMiddleOfWritingToo() {
        KernelRun run = run(4, "kvm", "pages=0 rounds=3 tasks=8").verified(0, 192);
        assertEquals(1, run.said("came back"));
        assertAgrees(run, 4);
    }

    @Test
    void whatItDeclinesTheHostResolvesSynchronously() {
        KernelRun run = run(4, "kvm", "decline=5").verified(PAGES, OWN_PAGES);
        assertTrue(run.said("declined") > 50);
        assertAgrees(run, 4);
    }

    @Test
    void aHostThatIgnoresAnswersSendsAReadyThatNobodyWaitsFor() {
        KernelRun run = run(4, "kvm:apf.reply=ignored", "decline=5").verified(PAGES, OWN_PAGES);
        assertTrue(run.said("declined") > 50);
        assertEquals(0, run.counted("apf.declined"));
        assertEquals(run.counted("apf.ready"), run.said("ready"));
        assertEquals(0, run.said("ready early"), "it knows that nobody will wait for it");
    }

    @Test
    void aHostThatShowsTokensNobodyKnowsIsNotTrusted() {
        KernelRun run = run(1, "kvm:apf.slots=1,apf.hidden=shown", "").verified(PAGES, OWN_PAGES);
        assertEquals(65, run.said("ready early"), "one more than there is room for");
        assertTrue(run.said("declined") > 100, "it waits for nothing any more, as its ready may be lost");
        assertEquals(run.counted("apf.declined"), run.said("declined"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kvm:apf.slots=1",
                "kvm:apf.early-page=keep",
                "kvm:apf.undeliverable=stop",
                "kvm:apf.hidden=shown",
                "kvm:apf.supervisor=park",
                "kvm:tlb=retentive"
            })
    void worksOnEveryHost(String backend) {
        assertAgrees(run(4, backend, "").verified(PAGES, OWN_PAGES), 4);
    }

    @ParameterizedTest
    @CsvSource({"kvm:sdei.dispatcher=absent, route=auto", "kvm, route=none"})
    void worksWithoutARouteToo(String backend, String arguments) {
        KernelRun run = run(4, backend, arguments).verified(PAGES, OWN_PAGES);
        assertEquals(0, run.said("announced"));
        assertEquals(PAGES, run.counted("apf.parked") + run.counted("apf.synchronous"));
        assertEquals(0, run.said("ticks waited"));
    }

    @Test
    void oneTaskAloneLetsItsProcessorWait() {
        KernelRun run = run(1, "kvm", "tasks=1 rounds=0").verified(PAGES, 0);
        assertEquals(PAGES, run.said("announced"));
        assertEquals(PAGES, run.said("idle waits"));
        assertEquals(0, run.said("task switches"));
    }

    /** The kernel's code and data, its tables and areas: nothing of it can be announced, and it all works. */
    @Test
    void pagesOfTheKernelMayBeAbsentToo() {
        KernelRun run =
                run(4, "kvm", "", "--absent", "0x40101000:0x2ff000:3000").verified(PAGES, OWN_PAGES);
        assertAgrees(run, 4);
        assertTrue(run.counted("apf.synchronous") > 10, "the kernel stood still for its own");
        assertTrue(run.said("announced") > PAGES + 128, "and tasks waited for theirs");
    }

    @Test
    void runsAtTheLevelAboveWithoutARoute() {
        run(2, "kvm", "", "--el", "2").verified(PAGES, OWN_PAGES);
    }

    @Test
    void aWrongByteIsFoundAndNamed(@TempDir Path folder) throws IOException {
        ByteBuffer elf = elf();
        int at = offset(elf, 0x4040_0000L) + 77 * 4096 + 13;
        elf.put(at, (byte) (elf.get(at) ^ 0x10));
        KernelRun run = KernelRun.of(Files.write(folder.resolve("kernel.elf"), elf.array()), "--cpus", "2");
        assertEquals(1, run.command().status());
        assertEquals(1, run.said("bytes wrong"));
        assertTrue(
                run.command().out().contains("1 bytes are wrong, first in the word at 0x4044d008: "),
                run.command().out());
    }

    /** An undefined instruction instead of the first system call. */
    @Test
    void aProcessorThatFailsStopsTheOthers(@TempDir Path folder) throws IOException {
        ByteBuffer elf = elf();
        int at = offset(elf, 0x4010_0000L);
        while (elf.getInt(at) != 0xD400_0001) {
            at += 4;
        }
        elf.putInt(at, 0);
        KernelRun run = KernelRun.of(Files.write(folder.resolve("kernel.elf"), elf.array()), "--cpus", "8");
        assertEquals(1, run.command().status(), run.command().err());
        assertTrue(
                run.command().out().contains("unexpected exception 8 at 0x401"),
                run.command().out());
        assertTrue(run.command().err().contains("vCPU 7 is off"), run.command().err());
        assertTrue(run.counted("vmm.instructions") < 5_000_000);
    }

    private static ByteBuffer elf() throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(KernelRun.GUEST)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Where the segment is in the file that is loaded to an address. */
    private static int offset(ByteBuffer elf, long address) {
        int header = (int) elf.getLong(32);
        for (int i = 0; i < elf.getShort(56); i++, header += 56) {
            if (elf.getLong(header + 16) == address) {
                return (int) elf.getLong(header + 8);
            }
        }
        throw new AssertionError("no segment at 0x" + Long.toHexString(address));
    }

    @ParameterizedTest
    @CsvSource({
        "tasks=0, boot argument tasks=0: give a number from 1 to 64",
        "pages=513, boot argument pages=513: give a number from 0 to 512",
        "rounds=1x, boot argument rounds=1x: give a number from 0 to 1000000",
        "colour=1, boot argument colour=1 is not known; there are tasks= pages= rounds= offline= decline= route= abi=auto|fifo|2l ready=auto|message|flag",
        "route=pigeon, boot argument route=pigeon: the host does not offer it",
        "route=xen, boot argument route=xen: the host does not offer it"
    })
    void aBootArgumentThatIsWrongIsOneLine(String arguments, String line) {
        KernelRun run = run(1, "kvm", "  " + arguments);
        assertEquals(1, run.command().status());
        assertTrue(
                run.command().out().contains("FAILED: " + line), run.command().out());
    }
}
