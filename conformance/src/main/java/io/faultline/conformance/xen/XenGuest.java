/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GicGuest;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.PageFaultGuest;
import io.faultline.conformance.scenario.Rig;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * A guest that uses Xen's interface: every call is {@code HVC #0xEA1}, executed on a vCPU of the machine, with its
 * structure in the area page of that vCPU.
 *
 * <p>Fixed places: data page 0 shows shared_info, data page 1 holds the vcpu_info of every vCPU, pages 2 to 9 hold control
 * blocks, pages 16 to 143 the event array. What is above 200 belongs to the checks.
 */
final class XenGuest {
    /** Where shared_info is mapped. */
    static final long SHARED_INFO = GuestLayout.dataPage(0);

    /** An address of no device and no memory. */
    static final long HOLE = 0x3000_0000L;

    private static final long GICR_ISPENDR0 = 0x1_0200L;
    private static final long VCPU_INFOS = GuestLayout.dataPage(1);
    private static final int VCPU_INFO_STRIDE = 64;
    private static final int FIRST_SCRATCH_PAGE = 200;
    private static final int SPURIOUS = 1023;
    private static final int LARGEST_BURST = 8;
    private static final int LARGEST_CONTINUATIONS = 10_000;

    /** What EVTCHNOP_status says; of the union both words, of which the first holds a domain in its low half. */
    record Status(int state, int vcpu, int first, int second) {}

    /** Both ends of a connection inside the domain: what is sent to one arrives at the other. */
    record Channel(int sender, int receiver) {}

    private final Scenario s;
    private final Rig rig;
    private final int vcpus;
    private int interrupt = -1;
    private int domain = -1;

    private XenGuest(Scenario s, Rig rig, int vcpus) {
        this.s = s;
        this.rig = rig;
        this.vcpus = vcpus;
    }

    /** A machine with one vCPU. */
    static XenGuest boot(Scenario s) {
        return boot(s, 1);
    }

    /** A machine with several vCPUs, all on. */
    static XenGuest boot(Scenario s, int vcpus) {
        XenGuest guest = bootFirst(s, vcpus);
        for (int i = 1; i < vcpus; i++) {
            guest.rig.turnOn(i);
        }
        return guest;
    }

    /** A machine with several vCPUs, all on, and a channel for the VMM. */
    static XenGuest boot(Scenario s, int vcpus, NotificationChannel channel) {
        Rig rig = s.machine(request -> request.vcpus(vcpus).channel(channel));
        for (int i = 1; i < vcpus; i++) {
            rig.turnOn(i);
        }
        return new XenGuest(s, rig, vcpus);
    }

    /** A machine with several vCPUs of which only the first is on. */
    static XenGuest bootFirst(Scenario s, int vcpus) {
        return new XenGuest(s, s.machine(request -> request.vcpus(vcpus)), vcpus);
    }

    /** A machine with several vCPUs, all on, whose guest is offered asynchronous page faults. */
    static XenGuest bootWithPageFaults(Scenario s, int vcpus) {
        Rig rig = s.machine(request -> PageFaultGuest.offer(s, request.vcpus(vcpus)));
        for (int i = 1; i < vcpus; i++) {
            rig.turnOn(i);
        }
        return new XenGuest(s, rig, vcpus);
    }

    Scenario scenario() {
        return s;
    }

    Rig rig() {
        return rig;
    }

    int vcpus() {
        return vcpus;
    }

    SteppingGuestCpu cpu() {
        return rig.cpu(0);
    }

    SteppingGuestCpu cpu(int index) {
        return rig.cpu(index);
    }

    // Memory

    GuestBlock block(long address) {
        return new GuestBlock(rig, address);
    }

    /** The page in which a vCPU keeps the structures of its calls. */
    GuestBlock arguments(SteppingGuestCpu cpu) {
        return block(cpu.layout().area());
    }

    GuestBlock arguments() {
        return arguments(cpu());
    }

    /** A page that belongs to the check. */
    GuestBlock scratch(int n) {
        return block(GuestLayout.dataPage(FIRST_SCRATCH_PAGE + n));
    }

    /** Where the vcpu_info of a vCPU goes. */
    GuestBlock info(int vcpu) {
        return block(VCPU_INFOS + (long) vcpu * VCPU_INFO_STRIDE);
    }

    // Calls

    /** Makes a call, whatever comes of it, except that a call that was interrupted goes on. */
    GuestStep callStep(SteppingGuestCpu cpu, long number, long... arguments) {
        GuestStep step = begin(cpu, number, arguments);
        for (int i = 0; isInterrupted(cpu, step); i++) {
            if (i == LARGEST_CONTINUATIONS) {
                throw s.failure("hypercall " + number, "to end", "continued " + i + " times");
            }
            step = cpu.resume();
        }
        return step;
    }

    /** Executes the HVC once: the call may be incomplete then. */
    GuestStep begin(SteppingGuestCpu cpu, long number, long... arguments) {
        for (int i = 0; i < arguments.length; i++) {
            cpu.x(i, arguments[i]);
        }
        cpu.x(16, number);
        return cpu.execute(A64.hvc(Xen.TAG));
    }

    /** Whether a call has to be made again from its own instruction. */
    boolean isInterrupted(SteppingGuestCpu cpu, GuestStep step) {
        return step instanceof GuestStep.Diverted diverted && isHypercall(cpu, diverted.pc());
    }

    private boolean isHypercall(SteppingGuestCpu cpu, long pc) {
        long lane = cpu.layout().el1();
        return pc >= lane
                && pc < lane + GuestLayout.LONG_LANE
                && (int) rig.machine().memory().load(pc, AccessWidth.WORD) == A64.hvc(Xen.TAG);
    }

    /** Makes a call that has to return, and returns x0. */
    long call(SteppingGuestCpu cpu, long number, long... arguments) {
        s.expectRetired("hypercall " + number, callStep(cpu, number, arguments));
        return cpu.x(0);
    }

    long call(long number, long... arguments) {
        return call(cpu(), number, arguments);
    }

    /** Makes a call of event_channel_op with a structure of words. */
    long event(SteppingGuestCpu cpu, int command, long... words) {
        GuestBlock block = arguments(cpu);
        for (int i = 0; i < words.length; i++) {
            block.word(4 * i, words[i]);
        }
        return call(cpu, Xen.EVENT_CHANNEL_OP, command, block.address());
    }

    long event(int command, long... words) {
        return event(cpu(), command, words);
    }

    /** Makes a call of event_channel_op and demands its result. */
    void expectEvent(String what, long result, int command, long... words) {
        s.expectEqual("result of " + what, result, event(command, words));
    }

    void expectEvent(SteppingGuestCpu cpu, String what, long result, int command, long... words) {
        s.expectEqual("result of " + what, result, event(cpu, command, words));
    }

    // Ports

    /** Allocates a port that the domain itself may bind to. */
    int unbound(SteppingGuestCpu cpu) {
        expectEvent(cpu, "alloc_unbound", 0, Xen.ALLOC_UNBOUND, Xen.SELF | (long) Xen.SELF << 16);
        return arguments(cpu).word(4);
    }

    int unbound() {
        return unbound(cpu());
    }

    /** Binds to an unbound port of the domain itself; returns the new port. */
    int connect(SteppingGuestCpu cpu, int remote) {
        expectEvent(cpu, "bind_interdomain to port " + remote, 0, Xen.BIND_INTERDOMAIN, Xen.SELF, remote);
        return arguments(cpu).word(8);
    }

    int connect(int remote) {
        return connect(cpu(), remote);
    }

    /** Connects two ports of the domain. The sender's own port is pending then. */
    Channel channel() {
        int receiver = unbound();
        return new Channel(connect(receiver), receiver);
    }

    int ipi(int vcpu) {
        expectEvent("bind_ipi on vCPU " + vcpu, 0, Xen.BIND_IPI, vcpu);
        return arguments().word(4);
    }

    int virq(int virq, int vcpu) {
        expectEvent("bind_virq " + virq + " on vCPU " + vcpu, 0, Xen.BIND_VIRQ, virq, vcpu);
        return arguments().word(8);
    }

    void close(int port) {
        expectEvent("close of port " + port, 0, Xen.CLOSE, port);
    }

    void send(SteppingGuestCpu cpu, int port) {
        expectEvent(cpu, "send on port " + port, 0, Xen.SEND, port);
    }

    void send(int port) {
        send(cpu(), port);
    }

    void unmask(SteppingGuestCpu cpu, int port) {
        expectEvent(cpu, "unmask of port " + port, 0, Xen.UNMASK, port);
    }

    void unmask(int port) {
        unmask(cpu(), port);
    }

    void bindVcpu(SteppingGuestCpu cpu, int port, int vcpu) {
        expectEvent(cpu, "bind_vcpu of port " + port + " to vCPU " + vcpu, 0, Xen.BIND_VCPU, port, vcpu);
    }

    void bindVcpu(int port, int vcpu) {
        bindVcpu(cpu(), port, vcpu);
    }

    void setPriority(int port, int priority) {
        expectEvent("set_priority of port " + port, 0, Xen.SET_PRIORITY, port, priority);
    }

    Status status(int port) {
        expectEvent("status of port " + port, 0, Xen.STATUS, Xen.SELF, port, 0, 0, 0, 0);
        GuestBlock block = arguments();
        return new Status(block.word(8), block.word(12), block.word(16), block.word(20));
    }

    /**
     * The state of a port; closed also if the number is not known yet, and unbound if it is the hypervisor's and its status
     * is refused.
     */
    int state(long port) {
        long result = event(Xen.STATUS, Xen.SELF, port, 0, 0, 0, 0);
        boolean owned = s.capabilities().has(Capabilities.EVENT_CHANNELS_XEN_OWNED);
        s.expectOneOf("result of status of port " + port, result, 0, Xen.EINVAL, owned ? Xen.EACCES : 0);
        return result == 0 ? arguments().word(8) : result == Xen.EACCES ? Xen.UNBOUND : Xen.CLOSED;
    }

    void expectState(int port, int state) {
        s.expectEqual("state of port " + port + " in status", state, state(port));
    }

    /** The number of the domain, as an unbound port shows it. */
    int domain() {
        if (domain < 0) {
            int port = unbound();
            domain = status(port).first() & 0xFFFF;
            close(port);
        }
        return domain;
    }

    /**
     * Allocates ports for the domain itself by a loop of instructions, until enough are there or an allocation fails.
     *
     * @return how many there are; x0 of vCPU 0 has the last result
     */
    int openUnbound(int most) {
        SteppingGuestCpu cpu = cpu();
        long code = cpu.layout().handler(1);
        rig.program(
                code,
                A64.str(AccessWidth.WORD, 21, 20, 0),
                A64.movz(0, Xen.ALLOC_UNBOUND, 0),
                A64.add(1, 20, 0),
                A64.movz(16, (int) Xen.EVENT_CHANNEL_OP, 0),
                A64.hvc(Xen.TAG),
                A64.cbnz(0, 12),
                A64.sub(19, 19, 1),
                A64.cbnz(19, -28),
                A64.WFI,
                A64.b(-4));
        cpu.x(19, most);
        cpu.x(20, arguments().address());
        cpu.x(21, Xen.SELF | (long) Xen.SELF << 16);
        cpu.write(CoreRegister.PC, code);
        rig.run(0, 10L * most + 100);
        int opened = most - (int) cpu.x(19);
        cpu.write(CoreRegister.PC, cpu.layout().el1());
        s.note("opened " + opened + " ports, last result " + cpu.x(0));
        return opened;
    }

    /** Copies doublewords by a loop of instructions of vCPU 0, from or to what is not RAM of its own. */
    void copy(long from, long to, int doublewords) {
        SteppingGuestCpu cpu = cpu();
        long back = cpu.pc();
        long code = cpu.layout().handler(1);
        rig.program(
                code,
                A64.ldr(AccessWidth.DOUBLEWORD, 2, 20, 0),
                A64.str(AccessWidth.DOUBLEWORD, 2, 21, 0),
                A64.add(20, 20, 8),
                A64.add(21, 21, 8),
                A64.sub(19, 19, 1),
                A64.cbnz(19, -20),
                A64.b(0));
        cpu.x(19, doublewords);
        cpu.x(20, from);
        cpu.x(21, to);
        cpu.write(CoreRegister.PC, code);
        rig.run(0, 6L * doublewords + 10);
        s.expectEqual("doublewords that were not copied", 0, cpu.x(19));
        cpu.write(CoreRegister.PC, back);
    }

    /** The highest number that a port may have. */
    int highestPort() {
        return s.capability(Capabilities.EVENT_CHANNELS).highestPort();
    }

    /** Domains that exist and are others: domain 0, and another machine if both are on one host. */
    int[] foreigners(XenGuest other) {
        return domain() == other.domain() ? new int[] {0} : new int[] {0, other.domain()};
    }

    // Shared memory and vCPUs

    long addToPhysmap(int domid, int space, long index, long gfn) {
        arguments().half(0, domid).half(2, 0).word(4, space).quad(8, index).quad(16, gfn);
        return call(Xen.MEMORY_OP, Xen.ADD_TO_PHYSMAP, arguments().address());
    }

    long removeFromPhysmap(long gfn) {
        arguments().half(0, Xen.SELF).quad(8, gfn);
        return call(Xen.MEMORY_OP, Xen.REMOVE_FROM_PHYSMAP, arguments().address());
    }

    /** Maps shared_info at its place. */
    void mapSharedInfo() {
        s.expectEqual("result of add_to_physmap of shared_info", 0, addToPhysmap(Xen.SELF, 0, 0, SHARED_INFO >>> 12));
    }

    long registerVcpuInfo(SteppingGuestCpu cpu, long vcpu, long gfn, long offset) {
        arguments(cpu).quad(0, gfn).word(8, offset).word(12, 0);
        return call(
                cpu, Xen.VCPU_OP, Xen.REGISTER_VCPU_INFO, vcpu, arguments(cpu).address());
    }

    /** Registers the vcpu_info of a vCPU at its place: by the vCPU itself if it is on, as Xen 4.17 wants it. */
    void register(int vcpu) {
        GuestBlock info = info(vcpu);
        SteppingGuestCpu caller = cpu(vcpu).vcpu().isOn() ? cpu(vcpu) : cpu();
        s.expectEqual(
                "result of register_vcpu_info of vCPU " + vcpu,
                0,
                registerVcpuInfo(caller, vcpu, info.gfn(), info.address() & 0xFFF));
    }

    // Upcalls

    /** Reads the upcall byte of a vCPU whose vcpu_info is registered. */
    int upcall(int vcpu) {
        return (int) rig.machine().memory().load(info(vcpu).address(), AccessWidth.BYTE);
    }

    /** Writes the upcall byte of a vCPU by an instruction of it. */
    void setUpcall(int vcpu, int value) {
        cpu(vcpu).put(info(vcpu).address(), AccessWidth.BYTE, value);
    }

    long selector(int vcpu) {
        return info(vcpu).quad(Xen.SELECTOR);
    }

    void setSelector(int vcpu, long value) {
        info(vcpu).quad(Xen.SELECTOR, value);
    }

    void expectUpcall(String when, int vcpu, boolean pending) {
        s.expectEqual("upcall_pending of vCPU " + vcpu + " " + when, pending ? 1 : 0, upcall(vcpu) & 1);
    }

    /** The INTID of the upcall. */
    int interrupt() {
        if (interrupt < 0) {
            s.expectEqual("result of get_param(CALLBACK_IRQ)", 0, getParam(Xen.SELF, Xen.CALLBACK_IRQ));
            int told = (int) arguments().quad(8) & 0xFF;
            interrupt = told == 0 ? Xen.USUAL_INTERRUPT : told;
        }
        return interrupt;
    }

    long getParam(int domid, long index) {
        arguments().word(0, domid).word(4, index).quad(8, 0);
        return call(Xen.HVM_OP, Xen.GET_PARAM, arguments().address());
    }

    long setParam(int domid, long index, long value) {
        arguments().word(0, domid).word(4, index).quad(8, value);
        return call(Xen.HVM_OP, Xen.SET_PARAM, arguments().address());
    }

    /** Turns the interrupt controller of a vCPU on and enables the upcall there; PSTATE stays masked. */
    void enableInterrupt(int vcpu) {
        GicGuest gic = cpu(vcpu).gic();
        gic.initialise();
        gic.enable(new InterruptId(interrupt()));
    }

    /** Whether the interrupt controller has the upcall pending. */
    boolean isInterruptPending(int vcpu) {
        long redistributor = GicGuest.REDISTRIBUTORS + GicGuest.REDISTRIBUTOR_STRIDE * vcpu;
        return (cpu(vcpu).get(redistributor + GICR_ISPENDR0, AccessWidth.WORD) >>> interrupt() & 1) != 0;
    }

    /** Acknowledges what is due; false if nothing is. */
    boolean acknowledge(int vcpu) {
        int intid = cpu(vcpu).gic().acknowledge();
        if (intid == SPURIOUS) {
            return false;
        }
        s.expectEqual("the interrupt that vCPU " + vcpu + " acknowledges", interrupt(), intid);
        return true;
    }

    void end(int vcpu) {
        cpu(vcpu).gic().end(interrupt());
    }

    /** Takes the upcalls that are due as a handler does, clearing the byte each time; returns how many there were. */
    int takeUpcalls(int vcpu) {
        int taken = 0;
        while (acknowledge(vcpu)) {
            setUpcall(vcpu, 0);
            end(vcpu);
            if (++taken > LARGEST_BURST) {
                throw s.failure("upcalls of vCPU " + vcpu, "to end when the byte is cleared", "more than " + taken);
            }
        }
        return taken;
    }

    void expectUpcalls(String when, int vcpu, int number) {
        s.expectEqual("upcall interrupts of vCPU " + vcpu + " " + when, number, takeUpcalls(vcpu));
    }

    /** Forgets everything that vCPUs owe to look at: bytes, selectors and interrupts. */
    void quiet() {
        for (int i = 0; i < vcpus; i++) {
            if (cpu(i).vcpu().isOn()) {
                setUpcall(i, 0);
                setSelector(i, 0);
                takeUpcalls(i);
            }
        }
    }

    /** Registers vcpu_info of every vCPU and turns its upcall on; nothing is due afterwards. */
    void listen() {
        for (int i = 0; i < vcpus; i++) {
            register(i);
            if (cpu(i).vcpu().isOn()) {
                enableInterrupt(i);
            }
        }
        quiet();
    }

    // Waiting

    /** Calls SCHEDOP_poll. */
    GuestStep poll(SteppingGuestCpu cpu, long timeout, int... ports) {
        GuestBlock block = arguments(cpu);
        for (int i = 0; i < ports.length; i++) {
            block.word(0x100 + 4 * i, ports[i]);
        }
        block.quad(0, block.address() + 0x100).word(8, ports.length).word(12, 0).quad(16, timeout);
        return callStep(cpu, Xen.SCHED_OP, Xen.POLL, block.address());
    }

    /** Makes a poll that has to sleep. */
    void expectSleeps(String what, GuestStep step) {
        s.expectStopped(what + " sleeps", step, VcpuExit.WaitForInterrupt.class);
    }

    /** Lets a vCPU that slept in a call go on: the call made again, or a NOP after it. */
    GuestStep goOn(SteppingGuestCpu cpu) {
        return isHypercall(cpu, cpu.pc()) ? cpu.resume() : cpu.settle();
    }

    void expectStillSleeps(String why, SteppingGuestCpu cpu) {
        s.expectStopped("vCPU " + cpu.index() + " sleeps on, as " + why, goOn(cpu), VcpuExit.WaitForInterrupt.class);
    }

    /** Demands that a sleeping call returns 0. */
    void expectWakes(String why, SteppingGuestCpu cpu) {
        s.expectRetired("vCPU " + cpu.index() + " wakes, as " + why, goOn(cpu));
        s.expectEqual("result of the call that slept", 0, cpu.x(0));
    }

    /** System time in nanoseconds, as the guest reads it from its counter. */
    long systemTime() {
        long ticks = cpu().mrs(SystemRegister.CNTVCT_EL0);
        long frequency = cpu().mrs(SystemRegister.CNTFRQ_EL0);
        return Math.multiplyHigh(ticks, 1_000_000_000L) == 0
                ? Long.divideUnsigned(ticks * 1_000_000_000L, frequency)
                : ticks / frequency * 1_000_000_000L;
    }
}
