/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.ScriptedPageSource;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.ArrayList;
import java.util.List;

/**
 * A guest that is told of absent pages by events on ports of its own, with an area for each vCPU whose words it reads and
 * writes itself (docs/abi/xen-async-page-fault.md).
 */
final class FaultRing {
    static final long PAGE_FAULT_OP = 55;
    static final int REGISTER = 1;
    static final int UNREGISTER = 2;
    static final int EL1_TOO = 1;

    static final int STATE = 0;
    static final int TOKEN = 4;
    static final int PRODUCER = 8;
    static final int CONSUMER = 12;
    static final int RING = 0x40;
    static final int READY = 1;
    static final int WAKE_ALL = 2;

    private static final int FIRST_PAGE = 300;
    private static final int PAGES = 64;

    private final TwoLevel events;
    private final XenGuest guest;
    private final Scenario s;
    private final ScriptedPageSource source;
    private final int[] ports;
    private final int[] entries;

    /** What the ring says. */
    record Entry(int kind, long token) {}

    private FaultRing(Scenario s, int vcpus) {
        this.s = s;
        guest = XenGuest.bootWithPageFaults(s, vcpus);
        events = TwoLevel.listening(guest);
        source = s.pageSource();
        guest.rig().attach(source, GuestLayout.dataPage(FIRST_PAGE), PAGES);
        ports = new int[vcpus];
        entries = new int[vcpus];
    }

    /** A guest that has not registered anything yet. */
    static FaultRing boot(Scenario s, int vcpus) {
        return new FaultRing(s, vcpus);
    }

    /** A guest with one vCPU that is registered, the wake-all behind it. */
    static FaultRing started(Scenario s, int places) {
        FaultRing ring = boot(s, 1);
        ring.start(0, places, 0);
        return ring;
    }

    XenGuest guest() {
        return guest;
    }

    TwoLevel events() {
        return events;
    }

    SteppingGuestCpu cpu(int vcpu) {
        return guest.cpu(vcpu);
    }

    GuestBlock area(int vcpu) {
        return guest.scratch(vcpu);
    }

    int port(int vcpu) {
        return ports[vcpu];
    }

    FaultCounters counters() {
        return guest.rig().faults().counters();
    }

    // Calls

    long register(int vcpu, long gfn, long offset, long port, long places, long flags) {
        GuestBlock block = guest.arguments(cpu(vcpu));
        block.quad(0, gfn).word(8, offset).word(12, port).word(16, places).word(20, flags);
        return guest.call(cpu(vcpu), PAGE_FAULT_OP, REGISTER, block.address());
    }

    /** Registers the area of a vCPU. */
    long register(int vcpu, long port, long places, long flags) {
        return register(vcpu, area(vcpu).gfn(), 0, port, places, flags);
    }

    long unregister(int vcpu) {
        return guest.call(cpu(vcpu), PAGE_FAULT_OP, UNREGISTER, 0);
    }

    /** Registers a vCPU with a port of its own, and consumes the wake-all. */
    void start(int vcpu, int places, int flags) {
        ports[vcpu] = guest.ipi(vcpu);
        entries[vcpu] = places;
        s.expectEqual("result of registering vCPU " + vcpu, 0, register(vcpu, ports[vcpu], places, flags));
        expectEntries("after registering", vcpu, new Entry(WAKE_ALL, 0xFFFF_FFFFL));
        settle(vcpu);
    }

    // Pages

    static long page(int n) {
        return GuestLayout.dataPage(FIRST_PAGE + n);
    }

    /** Takes a page away. */
    long absent(int n) {
        long page = page(n);
        guest.rig().faults().discard(page);
        return page;
    }

    void arrive(long page) {
        source.release(page);
        guest.rig().advance(0);
    }

    GuestStep touchHere(int vcpu, long page) {
        cpu(vcpu).x(1, page);
        return cpu(vcpu).load(AccessWidth.DOUBLEWORD, 0, 1);
    }

    GuestStep touch(int vcpu, long page) {
        if (!cpu(vcpu).isAt(ExceptionLevel.EL0)) {
            cpu(vcpu).enterEl0();
        }
        return touchHere(vcpu, page);
    }

    /** Touches a page from EL0 and demands that the fault is announced; the guest is in the handler and has not answered. */
    long expectTold(int vcpu, long page) {
        s.expectDiverted(
                "access of vCPU " + vcpu + " to an absent page",
                touch(vcpu, page),
                cpu(vcpu).layout().vectorFromEl0(1));
        s.expectEqual("state of not-present", 1, area(vcpu).word(STATE));
        return area(vcpu).word(TOKEN) & 0xFFFF_FFFFL;
    }

    /** The same, and the guest handles the fault asynchronously: its kernel goes on with interrupts masked. */
    long letWait(int vcpu, long page) {
        long token = expectTold(vcpu, page);
        area(vcpu).word(STATE, 0);
        leaveHandler(vcpu);
        return token;
    }

    /** Ends the handler and goes on in the kernel. */
    void leaveHandler(int vcpu) {
        s.expectThat("an interrupt is there to be acknowledged", guest.acknowledge(vcpu));
        s.expectEqual("ports with events", List.of(ports[vcpu]), events.scan(vcpu));
        guest.end(vcpu);
        cpu(vcpu).jump(cpu(vcpu).layout().el1());
    }

    void expectWaits(String what, GuestStep step) {
        s.expectStopped(what + ", which is not announced", step, VcpuExit.WaitForPage.class);
    }

    /** The page that a vCPU waits for comes; the guest is in its kernel then. */
    void goOn(int vcpu, long page) {
        arrive(page);
        s.expectRetired("the access after the page has come", cpu(vcpu).resume());
        if (cpu(vcpu).isAt(ExceptionLevel.EL0)) {
            cpu(vcpu).leaveEl0();
        }
    }

    // The ring

    int producer(int vcpu) {
        return area(vcpu).word(PRODUCER);
    }

    /** Consumes what is in the ring. */
    List<Entry> drain(int vcpu) {
        List<Entry> taken = new ArrayList<>();
        GuestBlock area = area(vcpu);
        while (area.word(CONSUMER) != area.word(PRODUCER) && taken.size() <= entries[vcpu]) {
            int at = RING + 8 * (area.word(CONSUMER) & entries[vcpu] - 1);
            taken.add(new Entry(area.word(at + 4), area.word(at) & 0xFFFF_FFFFL));
            area.word(CONSUMER, area.word(CONSUMER) + 1L);
        }
        return taken;
    }

    void expectEntries(String when, int vcpu, Entry... expected) {
        s.expectEqual("entries of the ring of vCPU " + vcpu + " " + when, List.of(expected), drain(vcpu));
    }

    static Entry ready(long token) {
        return new Entry(READY, token);
    }

    static Entry wakeAll() {
        return new Entry(WAKE_ALL, 0xFFFF_FFFFL);
    }

    /** Takes the upcalls that are due on a vCPU with interrupts masked, and consumes their events. */
    int settle(int vcpu) {
        int taken = 0;
        while (guest.acknowledge(vcpu)) {
            events.scan(vcpu);
            guest.end(vcpu);
            taken++;
        }
        return taken;
    }
}
