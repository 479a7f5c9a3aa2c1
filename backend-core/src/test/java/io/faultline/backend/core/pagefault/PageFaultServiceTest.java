/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import static io.faultline.backend.core.pagefault.PagedMachine.CODE;
import static io.faultline.backend.core.pagefault.PagedMachine.DATA;
import static io.faultline.backend.core.pagefault.PagedMachine.LOAD_X1_FROM_X2;
import static io.faultline.backend.core.pagefault.PagedMachine.RAM;
import static io.faultline.backend.core.pagefault.PagedMachine.STORE_X1_TO_X2;
import static io.faultline.backend.core.pagefault.PagedMachine.VECTORS;
import static io.faultline.backend.core.pagefault.PagedMachine.page;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionClass;
import io.faultline.api.arm64.Syndrome;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.pagefault.FaultPhase;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import io.faultline.api.trace.TraceEvent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class PageFaultServiceTest {
    private static final MemoryRegion ALL = MemoryRegion.ram(RAM, 0x20_0000);

    private final PagedMachine rig = new PagedMachine(2);
    private final AsyncPageFaults pages = rig.pages();
    private final ScriptedSource source = new ScriptedSource();

    private static void refused(ErrorId id, Executable attempt) {
        assertEquals(id, assertThrows(HypervisorException.class, attempt).id());
    }

    private PageResidency residency(long page) {
        return rig.machine.memory().residency(page);
    }

    @Test
    void anAccessWaitsForItsPageAndIsThenRepeated() {
        pages.attach(ALL, source);
        pages.discard(DATA);
        assertEquals(PageResidency.ABSENT, residency(DATA));

        VcpuExit.WaitForPage wait = rig.touch(DATA + 8);
        assertTrue(wait.interruptible());
        assertEquals(DATA, wait.ticket().page());
        assertEquals(Optional.of(Veto.NOT_ENABLED), wait.ticket().veto());
        assertEquals(FaultPhase.HIDDEN, wait.ticket().phase());
        assertEquals(List.of(wait.ticket()), pages.outstanding());
        assertEquals(
                List.of(new PageRequest(
                        DATA, 0, AccessKind.READ, source.requests.get(0).now())),
                source.requests);
        assertEquals(PageResidency.FETCHING, residency(DATA));

        assertEquals(wait, rig.run(), "nothing has come");
        byte[] content = page(0);
        content[8] = 42;
        source.answers.add(sink -> sink.arrived(DATA, content));
        assertInstanceOf(VcpuExit.BudgetExhausted.class, rig.run());
        assertEquals(42, rig.vcpu().read(CoreRegister.x(1)));
        assertEquals(CODE + 4, rig.vcpu().read(CoreRegister.PC));
        assertEquals(PageResidency.RESIDENT, residency(DATA));
        assertEquals(1, pages.counters().pageIns());
        assertEquals(1, pages.counters().parked());
        assertEquals(0, pages.counters().repeated());
    }

    @Test
    void theVmmAsksForAPageThatNoVcpuWaitsFor() {
        pages.attach(ALL, source);
        pages.request(DATA, AccessKind.READ);
        assertEquals(List.of(), source.requests, "it is there");
        pages.discard(DATA);

        pages.request(DATA, AccessKind.WRITE);
        pages.request(DATA, AccessKind.READ);
        assertEquals(List.of(new PageRequest(DATA, -1, AccessKind.WRITE, 0)), source.requests);
        assertEquals(PageResidency.FETCHING, residency(DATA));
        assertEquals(List.of(), pages.outstanding());

        source.answers.add(sink -> sink.arrived(DATA, page(7)));
        pages.poll();
        assertEquals(PageResidency.RESIDENT, residency(DATA));
        refused(ErrorId.INVALID_ARGUMENT, () -> pages.request(DATA + 8, AccessKind.READ));
        refused(ErrorId.NOT_GUEST_MEMORY, () -> pages.request(0x1000, AccessKind.READ));
    }

    @Test
    void nobodyIsAskedForAPageWithoutASource() {
        pages.discard(DATA);
        pages.request(DATA, AccessKind.READ);
        assertEquals(PageResidency.ABSENT, residency(DATA));
        assertEquals(0, pages.counters().pageIns());
    }

    @Test
    void aWriteAsksForWriting() {
        pages.attach(ALL, source);
        pages.discard(DATA);
        rig.at(STORE_X1_TO_X2, DATA).run();
        assertEquals(AccessKind.WRITE, source.requests.get(0).access());
    }

    @Test
    void missingCodeIsAFaultToo() {
        pages.attach(ALL, source);
        rig.at(LOAD_X1_FROM_X2, DATA);
        byte[] code = pages.evict(CODE);
        assertInstanceOf(VcpuExit.WaitForPage.class, rig.run());
        assertEquals(AccessKind.EXECUTE, source.requests.get(0).access());
        source.answers.add(sink -> sink.arrived(CODE, code));
        assertInstanceOf(VcpuExit.BudgetExhausted.class, rig.run());
    }

    @Test
    void aPageHadAtOnceIsNoFault() {
        pages.attach(ALL, source);
        pages.discard(DATA);
        source.atOnce = sink -> sink.arrived(DATA, page(7));
        assertInstanceOf(
                VcpuExit.BudgetExhausted.class, rig.at(LOAD_X1_FROM_X2, DATA).run());
        rig.run();
        assertEquals(7, rig.vcpu().read(CoreRegister.x(1)));
        assertEquals(0, pages.counters().vetoed());
        assertEquals(0, pages.counters().pageIns());
        assertEquals(List.of(), source.requests);
    }

    @Test
    void evictGivesTheContentAndTakesThePage() {
        rig.machine.memory().write(DATA, page(5));
        assertArrayEquals(page(5), pages.evict(DATA));
        assertEquals(PageResidency.ABSENT, residency(DATA));
        refused(ErrorId.ILLEGAL_STATE, () -> pages.evict(DATA));
        refused(ErrorId.ILLEGAL_STATE, () -> pages.discard(DATA));
        refused(ErrorId.NOT_GUEST_MEMORY, () -> pages.evict(0x1000));
        refused(ErrorId.INVALID_ARGUMENT, () -> pages.discard(DATA + 8));
        assertTrue(pages.complete(DATA, page(6)));
        assertFalse(pages.complete(DATA, page(7)), "it is there already");
        assertArrayEquals(page(6), pages.evict(DATA));
        assertEquals(1, pages.counters().dropped());
        refused(ErrorId.INVALID_ARGUMENT, () -> pages.complete(DATA, new byte[5]));
        refused(ErrorId.NOT_GUEST_MEMORY, () -> pages.complete(0x1000, page(0)));
    }

    @Test
    void sourcesMustBeOfMemoryAndApart() {
        refused(ErrorId.NOT_GUEST_MEMORY, () -> pages.attach(MemoryRegion.ram(RAM, 0x20_1000), source));
        refused(ErrorId.NOT_GUEST_MEMORY, () -> pages.attach(MemoryRegion.ram(0, 0x1000), source));
        AsyncPageFaults.SourceHandle handle = pages.attach(MemoryRegion.ram(RAM + 0x1000, 0x2000), source);
        pages.attach(MemoryRegion.ram(RAM, 0x1000), source);
        pages.attach(MemoryRegion.ram(RAM + 0x3000, 0x1000), source);
        HypervisorException clash = assertThrows(
                HypervisorException.class, () -> pages.attach(MemoryRegion.ram(RAM + 0x2000, 0x1000), source));
        assertEquals(ErrorId.RESOURCE_CONFLICT, clash.id());
        assertTrue(clash.getMessage().contains("[0x40002000, 0x40003000)"));
        assertTrue(clash.getMessage().contains("[0x40001000, 0x40003000)"));
        handle.close();
        handle.close();
        pages.attach(MemoryRegion.ram(RAM + 0x2000, 0x1000), source);
    }

    @Test
    void withoutASourceTheVcpuStopsUntilTheVmmHelps() {
        pages.discard(DATA);
        VcpuExit.WaitForPage wait = rig.touch(DATA);
        assertFalse(wait.interruptible());
        assertEquals(Optional.of(Veto.NO_SOURCE), wait.ticket().veto());
        assertEquals(PageResidency.ABSENT, residency(DATA));
        assertFalse(pages.fail(DATA, "nobody was asked"));
        pages.attach(ALL, source);
        rig.run();
        assertEquals(1, source.requests.size(), "the new source is asked");
        assertTrue(pages.complete(DATA, page(1)));
        assertInstanceOf(VcpuExit.BudgetExhausted.class, rig.run());
    }

    @Test
    void aSourceThatGoesAwayIsReplaced() {
        AsyncPageFaults.SourceHandle handle = pages.attach(ALL, source);
        pages.discard(DATA);
        rig.touch(DATA);
        handle.close();
        assertEquals(PageResidency.ABSENT, residency(DATA));
        ScriptedSource other = new ScriptedSource();
        pages.attach(ALL, other);
        pages.poll();
        assertEquals(1, other.requests.size());
        assertEquals(2, pages.counters().pageIns());
        assertEquals(PageResidency.FETCHING, residency(DATA));
    }

    @Test
    void answersThatNobodyWaitsForAreDroppedAndCounted() {
        AsyncPageFaults.SourceHandle handle = pages.attach(MemoryRegion.ram(DATA, 0x2000), source);
        source.answers.add(sink -> sink.arrived(DATA, page(1)));
        source.answers.add(sink -> sink.arrived(DATA + 0x2000, page(1)));
        source.answers.add(sink -> sink.arrived(DATA + 8, page(1)));
        source.answers.add(sink -> sink.failed(DATA, "never asked"));
        source.answers.add(sink -> sink.failed(0x77, "not memory"));
        source.answers.add(sink -> sink.poisoned(DATA));
        source.answers.add(sink -> sink.poisoned(RAM));
        pages.poll();
        assertEquals(7, pages.counters().dropped());
        assertEquals(PageResidency.RESIDENT, residency(DATA));
        handle.close();
        source.answers.add(sink -> sink.poisoned(DATA));
        pages.poll();
        assertEquals(7, pages.counters().dropped(), "no longer asked");
    }

    @Test
    void aSourceOfTwoRangesAnswersForBothThroughEitherSink() {
        pages.attach(MemoryRegion.ram(DATA, 0x1000), source);
        pages.attach(MemoryRegion.ram(DATA + 0x2000, 0x1000), source);
        pages.discard(DATA);
        pages.discard(DATA + 0x2000);
        source.answers.add(sink -> sink.arrived(DATA + 0x2000, page(1)));
        source.answers.add(sink -> sink.arrived(DATA, page(2)));
        pages.poll();
        assertEquals(PageResidency.RESIDENT, residency(DATA));
        assertEquals(PageResidency.RESIDENT, residency(DATA + 0x2000));
        assertEquals(0, pages.counters().dropped());
    }

    @Test
    void aSinkIsGoodForOneCall() {
        pages.attach(ALL, source);
        pages.poll();
        refused(ErrorId.ILLEGAL_STATE, () -> source.kept.arrived(DATA, page(0)));
        refused(ErrorId.ILLEGAL_STATE, () -> source.kept.failed(DATA, "late"));
        refused(ErrorId.ILLEGAL_STATE, () -> source.kept.poisoned(DATA));
        source.answers.add(sink -> sink.arrived(DATA, new byte[3]));
        assertThrows(IllegalArgumentException.class, pages::poll);
    }

    @Test
    void aBackgroundStreamMayBringWhatNobodyAskedFor() {
        pages.attach(ALL, source);
        pages.discard(DATA);
        source.answers.add(sink -> sink.arrived(DATA, page(3)));
        pages.poll();
        assertEquals(PageResidency.RESIDENT, residency(DATA));
        assertEquals(0, pages.counters().dropped());
        assertEquals(0, pages.counters().pageIns());
    }

    @Test
    void lostDataIsAnExternalAbort() {
        pages.attach(ALL, source);
        pages.discard(DATA);
        rig.touch(DATA);
        rig.vcpu().write(SystemRegister.VBAR_EL1, VECTORS);
        source.answers.add(sink -> sink.poisoned(DATA));
        rig.run();
        assertEquals(PageResidency.POISONED, residency(DATA));
        assertEquals(CODE, rig.vcpu().read(SystemRegister.ELR_EL1));
        Syndrome syndrome = new Syndrome(rig.vcpu().read(SystemRegister.ESR_EL1));
        assertEquals(Optional.of(ExceptionClass.DATA_ABORT_LOWER), syndrome.exceptionClass());
        assertFalse(pages.complete(DATA, page(0)), "lost is lost");
        refused(ErrorId.ILLEGAL_STATE, () -> pages.evict(DATA));
        assertEquals(1, pages.counters().vetoed());
    }

    @Test
    void failuresAreRetriedAndThenSynchronous() {
        pages.attach(ALL, source);
        pages.discard(DATA);
        rig.touch(DATA);
        for (int i = 0; i < 3; i++) {
            source.answers.add(sink -> sink.failed(DATA, "disk"));
            rig.run();
        }
        VcpuExit.WaitForPage wait = (VcpuExit.WaitForPage) rig.run();
        assertFalse(wait.interruptible());
        assertEquals(Optional.of(Veto.FAILED_BEFORE), wait.ticket().veto());
        assertEquals(3, pages.counters().failures());
        assertEquals(4, source.requests.size());
        assertTrue(pages.fail(DATA, "the VMM has given up for now"));
        assertEquals(4, pages.counters().failures());
        assertTrue(pages.complete(DATA, page(9)));
        assertInstanceOf(VcpuExit.BudgetExhausted.class, rig.run());
        pages.discard(DATA);
        assertEquals(Optional.of(Veto.NOT_ENABLED), rig.touch(DATA).ticket().veto(), "success forgets failures");
    }

    @Test
    void theNextArrivalIsThatOfTheEarliestSource() {
        assertEquals(OptionalLong.empty(), rig.machine.clock().nextDeadline());
        ScriptedSource other = new ScriptedSource();
        pages.attach(MemoryRegion.ram(RAM, 0x1000), source);
        pages.attach(MemoryRegion.ram(RAM + 0x1000, 0x1000), other);
        source.next = OptionalLong.of(500);
        other.next = OptionalLong.of(300);
        assertEquals(OptionalLong.of(300), rig.machine.clock().nextDeadline());
    }

    @Test
    void theTraceTellsOfPages() {
        pages.attach(ALL, source);
        pages.discard(DATA);
        rig.touch(DATA);
        source.answers.add(sink -> sink.failed(DATA, "disk"));
        source.answers.add(sink -> sink.arrived(DATA, page(0)));
        pages.poll();
        assertEquals(
                List.of(
                        new TraceEvent.PageFaultVetoed(0, DATA, "not-enabled"),
                        new TraceEvent.PageInStarted(0, DATA),
                        new TraceEvent.PageInFinished(DATA, "failed"),
                        new TraceEvent.PageFaultCompleted(0, 0, "silent"),
                        new TraceEvent.PageInFinished(DATA, "resident")),
                rig.trace.stream()
                        .filter(event -> !(event instanceof TraceEvent.Stage2Abort))
                        .toList());
    }

    @Test
    void aRestoredMachineAsksAgain() {
        pages.attach(ALL, source);
        pages.discard(DATA);
        pages.discard(DATA + 0x1000);
        VcpuExit wait = rig.touch(DATA);
        source.answers.add(sink -> sink.poisoned(DATA + 0x1000));
        pages.poll();
        SavedState state = rig.machine.save();

        PagedMachine other = new PagedMachine(2);
        other.machine.restore(state);
        ScriptedSource next = new ScriptedSource();
        other.pages().attach(ALL, next);
        assertEquals(PageResidency.ABSENT, other.machine.memory().residency(DATA));
        assertEquals(PageResidency.POISONED, other.machine.memory().residency(DATA + 0x1000));
        assertEquals(wait, other.run());
        assertEquals(DATA, next.requests.get(0).page());
        next.answers.add(sink -> sink.arrived(DATA, page(8)));
        assertInstanceOf(VcpuExit.BudgetExhausted.class, other.run());
        assertEquals(8, other.vcpu().read(CoreRegister.x(1)));
        assertEquals(0, other.pages().counters().repeated());
    }

    @Test
    void impossiblePagesAreRefused() {
        pages.attach(ALL, source);
        pages.discard(DATA);
        rig.touch(DATA);
        source.answers.add(sink -> sink.failed(DATA, "disk"));
        rig.run();
        Map<String, StateValue> good = rig.machine.save().values();
        String path = "page-faults/pages/";
        refuseWords(good, path + "poisoned", RAM);
        refuseWords(good, path + "poisoned", 0x1000);
        refuseWords(good, path + "poisoned", DATA + 1);
        refuseWords(good, path + "failures", RAM, 1);
        refuseWords(good, path + "failures", DATA, 0);
        refuseWords(good, path + "failures", DATA, 1L << 40);
        refuseWords(good, path + "failures", DATA);
        refuseWords(good, path + "poisoned", DATA);
        long[] faults = ((StateValue.Words) good.get("page-faults/faults/list")).value();
        faults[1] = 0x7000;
        refuseWords(good, "page-faults/faults/list", faults);
    }

    private void refuseWords(Map<String, StateValue> good, String path, long... words) {
        Map<String, StateValue> bad = new TreeMap<>(good);
        bad.put(path, new StateValue.Words(words));
        refused(ErrorId.INVALID_STATE, () -> rig.machine.restore(new SavedState("test", 1, bad)));
    }

    @Test
    void aResetForgetsFaultsButNotMemoryNorStatistics() {
        pages.attach(ALL, source);
        pages.discard(DATA);
        rig.touch(DATA);
        rig.vcpu().reset();
        assertEquals(List.of(), pages.outstanding());
        rig.touch(DATA);
        rig.machine.reset();
        assertEquals(List.of(), pages.outstanding());
        assertEquals(PageResidency.ABSENT, residency(DATA));
        assertEquals(2, pages.counters().vetoed());
    }

    @Test
    void theVmmDecides() {
        pages.decideBy((page, vcpu) -> false);
        pages.attach(ALL, source);
        pages.discard(DATA);
        assertEquals(Optional.of(Veto.NOT_ENABLED), rig.touch(DATA).ticket().veto(), "the VMM is asked last");
    }

    @Test
    void aPageThatIsThereAfterAllIsRetried() {
        PageFaultService service = new PageFaultService(
                rig.host(), new HostOnlyPorts(Policy.builder().build()));
        assertEquals(
                io.faultline.backend.core.machine.AbsentPageDecision.RETRY,
                service.absent(rig.host().vcpu(0), AccessKind.READ, DATA, false));
    }
}
