/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateValue;
import io.faultline.api.state.StateWriter;
import io.faultline.api.trace.TraceEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** An engine with a guest, a few pages, and a pager that does what it is told. */
final class World {
    /** The page that the host itself needs. */
    static final long AREA = 0x9000_0000L;

    private static final ProcessorState USER = ProcessorState.EL0T;
    private static final ProcessorState KERNEL = ProcessorState.at(ExceptionLevel.EL1, true);

    /** What a page is. */
    enum Residency {
        RESIDENT,
        ABSENT,
        FETCHING
    }

    final FakeGuest guest;
    final PageFaultEngine engine;
    final List<TraceEvent> trace = new ArrayList<>();
    final Residency[] pages;
    final int[] failures;
    final boolean[] sourceless;
    /** Page that a vCPU waits for, or -1. */
    final int[] waiting;

    final boolean[] interruptible;
    int requests;
    boolean areaRequested;

    World(int vcpus, int pageCount, Policy policy) {
        guest = new FakeGuest(vcpus, policy);
        pages = new Residency[pageCount];
        Arrays.fill(pages, Residency.ABSENT);
        failures = new int[pageCount];
        sourceless = new boolean[pageCount];
        waiting = new int[vcpus];
        Arrays.fill(waiting, -1);
        interruptible = new boolean[vcpus];
        engine = new PageFaultEngine(
                vcpus, guest, pager(), new FaultTrace(true, (nanos, event) -> trace.add(event), () -> trace.size()));
    }

    private PageIn pager() {
        return new PageIn() {
            @Override
            public boolean hasSource(long page) {
                return !sourceless[index(page)];
            }

            @Override
            public int failures(long page) {
                return failures[index(page)];
            }

            @Override
            public void start(long page, int vcpu, AccessKind access) {
                if (page == AREA) {
                    areaRequested = true;
                } else if (pages[index(page)] == Residency.ABSENT && !sourceless[index(page)]) {
                    pages[index(page)] = Residency.FETCHING;
                    requests++;
                }
            }
        };
    }

    static long page(int index) {
        return 0x4000_0000L + ((long) index << 12);
    }

    static int index(long page) {
        return (int) (page - 0x4000_0000L >> 12);
    }

    /** Whether nothing has happened to a page yet, or nothing that matters any more. */
    boolean isUntouched(int page) {
        return pages[page] == Residency.ABSENT
                && failures[page] == 0
                && !sourceless[page]
                && engine.registry().all().stream().noneMatch(fault -> fault.page() == page(page))
                && Arrays.stream(waiting).noneMatch(waited -> waited == page);
    }

    int vcpus() {
        return waiting.length;
    }

    FaultContext context(int vcpu, int page, boolean supervisor) {
        return new FaultContext(vcpu, page(page), AccessKind.READ, false, 0x1000, supervisor ? KERNEL : USER);
    }

    /** Whether the vCPU is at liberty to execute an instruction of its own choice. */
    boolean canRun(int vcpu) {
        if (guest.view(vcpu).pending != 0) {
            return false;
        }
        return waiting[vcpu] < 0
                || interruptible[vcpu]
                || engine.awaited(vcpu, page(waiting[vcpu])).isEmpty();
    }

    FaultVerdict touch(int vcpu, int page, boolean supervisor) {
        waiting[vcpu] = -1;
        FaultVerdict verdict = engine.fault(context(vcpu, page, supervisor));
        if (verdict instanceof FaultVerdict.Wait wait) {
            waiting[vcpu] = page;
            interruptible[vcpu] = wait.interruptible();
        }
        return verdict;
    }

    void arrive(int page) {
        if (pages[page] != Residency.RESIDENT) {
            pages[page] = Residency.RESIDENT;
            failures[page] = 0;
            engine.settled(page(page));
        }
    }

    void fail(int page) {
        if (pages[page] == Residency.FETCHING) {
            pages[page] = Residency.ABSENT;
            // Two is as good as many for the rule that looks at it, and keeps the number of states small.
            failures[page] = Math.min(failures[page] + 1, 2);
            engine.settled(page(page));
        }
    }

    void evict(int page) {
        pages[page] = Residency.ABSENT;
    }

    /** A source comes or goes; the engine is made to ask whoever is there now. */
    void toggleSource(int page) {
        sourceless[page] = !sourceless[page];
        engine.askAgain();
        engine.poll();
    }

    void reset(int vcpu) {
        engine.reset(vcpu);
        waiting[vcpu] = -1;
    }

    /** A save and restore in the middle: what was being fetched is absent afterwards and asked for again. */
    void migrate() {
        Map<String, StateValue> state = snapshot();
        engine.reset();
        rewind(state);
        for (int i = 0; i < pages.length; i++) {
            if (pages[i] == Residency.FETCHING) {
                pages[i] = Residency.ABSENT;
            }
        }
        engine.poll();
    }

    /** Everything that decides about the future. */
    Map<String, StateValue> snapshot() {
        StateWriter writer = new StateWriter();
        writer.element(engine);
        for (int i = 0; i < vcpus(); i++) {
            guest.view(i).save(writer.section("view." + i));
        }
        long[] states = new long[pages.length];
        for (int i = 0; i < states.length; i++) {
            states[i] = pages[i].ordinal() | failures[i] << 2 | (sourceless[i] ? 1L << 32 : 0);
        }
        writer.words("pages", states);
        long[] waits = new long[waiting.length];
        for (int i = 0; i < waits.length; i++) {
            waits[i] = waiting[i] < 0 ? -1 : waiting[i] << 1 | (interruptible[i] ? 1 : 0);
        }
        writer.words("waiting", waits);
        return writer.values();
    }

    void rewind(Map<String, StateValue> state) {
        StateReader reader = new StateReader(state);
        reader.element(engine);
        for (int i = 0; i < vcpus(); i++) {
            guest.view(i).restore(reader.section("view." + i));
        }
        long[] states = reader.words("pages", pages.length);
        for (int i = 0; i < states.length; i++) {
            pages[i] = Residency.values()[(int) states[i] & 3];
            failures[i] = (int) states[i] >>> 2;
            sourceless[i] = states[i] >>> 32 != 0;
        }
        long[] waits = reader.words("waiting", waiting.length);
        for (int i = 0; i < waits.length; i++) {
            waiting[i] = waits[i] < 0 ? -1 : (int) waits[i] >>> 1;
            interruptible[i] = (waits[i] & 1) == 1;
        }
        reader.finish();
    }
}
