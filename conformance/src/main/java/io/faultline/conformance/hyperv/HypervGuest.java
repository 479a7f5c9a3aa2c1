/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.notification.Trigger;
import io.faultline.api.synic.EventPort;
import io.faultline.api.synic.MessagePort;
import io.faultline.api.synic.SynicStatus;
import io.faultline.api.synic.SyntheticInterrupts;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GicGuest;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.Rig;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/**
 * A guest that uses Hyper-V's interface: every call is an HVC executed on a vCPU of the machine, and pages of the SynIC are
 * read and written by loads and stores of a vCPU, as the VMM may see the RAM below them.
 *
 * <p>Fixed places: data pages 2 n and 2 n + 1 take the SIM and the SIEF page of vCPU n, page 32 + n what it copies. What is
 * above 200 belongs to the checks. The area page of a vCPU holds its parameter blocks: input at 0, output at 0x800.
 */
final class HypervGuest {
    /** An address of no device and no memory. */
    static final long HOLE = 0x3000_0000L;

    /** The interrupt that sources usually make. */
    static final int VECTOR = 18;

    /** An interrupt for sources that shall be told apart. */
    static final int OTHER_VECTOR = 19;

    /** The identity of a guest that is open source, of its own kind. */
    static final long IDENTITY = 0x8F00_0001_0002_0003L;

    private static final long GICR_ISPENDR0 = 0x1_0200L;
    private static final long GICR_ISACTIVER0 = 0x1_0300L;
    private static final int COPIES = 32;
    private static final int FIRST_SCRATCH_PAGE = 200;
    private static final int OUTPUT = 0x800;
    private static final int SPURIOUS = 1023;
    private static final int LARGEST_BURST = 64;
    private static final int LARGEST_CONTINUATIONS = 10_000;

    /** Result of a hypercall. */
    record Result(long word) {
        int status() {
            return (int) (word & 0xFFFF);
        }

        int completed() {
            return (int) (word >>> Hyperv.COUNT_SHIFT & 0xFFF);
        }
    }

    private final Scenario s;
    private final Rig rig;
    private final int vcpus;
    private int continuations;

    private HypervGuest(Scenario s, Rig rig, int vcpus) {
        this.s = s;
        this.rig = rig;
        this.vcpus = vcpus;
    }

    /** A machine with one vCPU that has said what guest it is. */
    static HypervGuest boot(Scenario s) {
        return boot(s, 1);
    }

    /** A machine with several vCPUs, all on, that has said what guest it is. */
    static HypervGuest boot(Scenario s, int vcpus) {
        return boot(s, vcpus, request -> {});
    }

    static HypervGuest boot(Scenario s, int vcpus, Consumer<MachineRequest.Builder> more) {
        HypervGuest guest = bootUnidentified(s, vcpus, more);
        guest.identify();
        return guest;
    }

    /** A machine with several vCPUs, all on, that has not said what guest it is. */
    static HypervGuest bootUnidentified(Scenario s, int vcpus) {
        return bootUnidentified(s, vcpus, request -> {});
    }

    private static HypervGuest bootUnidentified(Scenario s, int vcpus, Consumer<MachineRequest.Builder> more) {
        Rig rig = s.machine(request -> more.accept(request.vcpus(vcpus)));
        for (int i = 1; i < vcpus; i++) {
            rig.turnOn(i);
        }
        return new HypervGuest(s, rig, vcpus);
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

    /** Says what guest it is, on vCPU 0. */
    void identify() {
        set(cpu(), Hyperv.GUEST_ID, IDENTITY);
    }

    /** Begins again on a vCPU that was reset. */
    void bootAgain(int vcpu) {
        if (vcpu == 0) {
            SteppingGuestCpu cpu = cpu();
            cpu.write(CoreRegister.PC, cpu.layout().el1());
            cpu.write(CoreRegister.SP_EL1, cpu.layout().stackTop());
            cpu.msr(SystemRegister.VBAR_EL1, cpu.layout().vectors());
        } else {
            rig.turnOn(vcpu);
        }
    }

    // Memory

    GuestBlock block(long address) {
        return new GuestBlock(rig, address);
    }

    /** Where a vCPU keeps the input of its calls. */
    GuestBlock input(SteppingGuestCpu cpu) {
        return block(cpu.layout().area());
    }

    GuestBlock input() {
        return input(cpu());
    }

    /** Where a vCPU keeps the output of its calls. */
    GuestBlock output(SteppingGuestCpu cpu) {
        return block(cpu.layout().area() + OUTPUT);
    }

    GuestBlock output() {
        return output(cpu());
    }

    /** A page that belongs to the check. */
    GuestBlock scratch(int n) {
        return block(GuestLayout.dataPage(FIRST_SCRATCH_PAGE + n));
    }

    /** The usual place of the SIM page of a vCPU. */
    static long simp(int vcpu) {
        return GuestLayout.dataPage(2 * vcpu);
    }

    /** The usual place of the SIEF page of a vCPU. */
    static long siefp(int vcpu) {
        return GuestLayout.dataPage(2 * vcpu + 1);
    }

    /** Copies bytes, as a vCPU sees them, by a loop of its instructions; a multiple of 8. */
    byte[] copy(SteppingGuestCpu cpu, long from, int bytes) {
        long to = GuestLayout.dataPage(COPIES + cpu.index());
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
        int doublewords = bytes / 8;
        long[] kept = {cpu.x(2), cpu.x(19), cpu.x(20), cpu.x(21)};
        cpu.x(19, doublewords);
        cpu.x(20, from);
        cpu.x(21, to);
        cpu.write(CoreRegister.PC, code);
        rig.run(cpu.index(), 6L * doublewords + 10);
        s.expectEqual("doublewords that were not copied", 0, cpu.x(19));
        cpu.write(CoreRegister.PC, back);
        cpu.x(2, kept[0]);
        cpu.x(19, kept[1]);
        cpu.x(20, kept[2]);
        cpu.x(21, kept[3]);
        return block(to).bytes(bytes);
    }

    /** Goes on by a NOP, which takes vCPU 0 off the last word of its lane. */
    void settled() {
        s.expectRetired("NOP", cpu().settle());
    }

    // Hypercalls

    /** Makes a call by HVC #0; arguments go to X2 and on. */
    Result call(SteppingGuestCpu cpu, long control, long... arguments) {
        cpu.x(0, Hyperv.CALL);
        cpu.x(1, control);
        place(cpu, 2, arguments);
        complete(cpu, 0);
        return new Result(cpu.x(0));
    }

    Result call(long control, long... arguments) {
        return call(cpu(), control, arguments);
    }

    /** Makes a call by HVC #1; arguments go to X1 and on. */
    Result callByOne(SteppingGuestCpu cpu, long control, long... arguments) {
        cpu.x(0, control);
        place(cpu, 1, arguments);
        complete(cpu, 1);
        return new Result(cpu.x(0));
    }

    Result callByOne(long control, long... arguments) {
        return callByOne(cpu(), control, arguments);
    }

    private static void place(SteppingGuestCpu cpu, int first, long... arguments) {
        for (int i = 0; i < arguments.length; i++) {
            cpu.x(first + i, arguments[i]);
        }
    }

    /** Executes an HVC with the registers as they are; one that is made again from its own instruction goes on. */
    void complete(SteppingGuestCpu cpu, int immediate) {
        GuestStep step = cpu.execute(A64.hvc(immediate));
        continuations = 0;
        for (int i = 0; isContinued(cpu, step, immediate); i++) {
            if (i == LARGEST_CONTINUATIONS) {
                throw s.failure("hypercall", "to end", "continued " + i + " times");
            }
            step = cpu.resume();
            continuations++;
        }
        s.expectRetired("HVC #" + immediate, step);
    }

    /** How often the last call went on from its own instruction. */
    int continuations() {
        return continuations;
    }

    private boolean isContinued(SteppingGuestCpu cpu, GuestStep step, int immediate) {
        long lane = cpu.layout().el1();
        return step instanceof GuestStep.Diverted diverted
                && diverted.pc() >= lane
                && diverted.pc() < lane + GuestLayout.LONG_LANE
                && (int) rig.machine().memory().load(diverted.pc(), AccessWidth.WORD) == A64.hvc(immediate);
    }

    // Registers of the hypervisor

    /** Reads a register; X6 and X7 are its value if the result says so. */
    Result tryGet(SteppingGuestCpu cpu, int register) {
        return call(cpu, Hyperv.fast(Hyperv.GET, 1), Hyperv.SELF, Hyperv.SELF_VP, register & 0xFFFF_FFFFL);
    }

    Result tryGet(int register) {
        return tryGet(cpu(), register);
    }

    /** Reads the lower half of a register; the call has to succeed. */
    long get(SteppingGuestCpu cpu, int register) {
        Result result = tryGet(cpu, register);
        s.expectEqual("status of Get of " + Hyperv.name(register), Hyperv.SUCCESS, result.status());
        s.expectEqual("completed elements of Get of " + Hyperv.name(register), 1, result.completed());
        return cpu.x(6);
    }

    long get(int register) {
        return get(cpu(), register);
    }

    Result trySet(SteppingGuestCpu cpu, int register, long value) {
        return call(cpu, Hyperv.fast(Hyperv.SET, 1), Hyperv.SELF, Hyperv.SELF_VP, register & 0xFFFF_FFFFL, 0, value, 0);
    }

    Result trySet(int register, long value) {
        return trySet(cpu(), register, value);
    }

    /** Writes a register; the call has to succeed. */
    void set(SteppingGuestCpu cpu, int register, long value) {
        Result result = trySet(cpu, register, value);
        s.expectEqual("status of Set of " + Hyperv.name(register), Hyperv.SUCCESS, result.status());
        s.expectEqual("completed elements of Set of " + Hyperv.name(register), 1, result.completed());
    }

    void set(int register, long value) {
        set(cpu(), register, value);
    }

    void expectRegister(String when, SteppingGuestCpu cpu, int register, long value) {
        s.expectEqual(Hyperv.name(register) + " of vCPU " + cpu.index() + " " + when, value, get(cpu, register));
    }

    void expectRegister(String when, int register, long value) {
        expectRegister(when, cpu(), register, value);
    }

    boolean hasPrivilege(int bit) {
        return (get(Hyperv.PRIVILEGES) >>> bit & 1) != 0;
    }

    /** A bit of the upper half of register 0x200. */
    boolean hasFeature(int bit) {
        get(Hyperv.PRIVILEGES);
        return (cpu().x(7) >>> bit & 1) != 0;
    }

    // Setting the SynIC up

    /** Turns the interrupt controller of a vCPU on with the two interrupts as edges, as Linux does. */
    void enableInterrupts(int vcpu) {
        GicGuest gic = cpu(vcpu).gic();
        gic.initialise();
        for (int vector : new int[] {VECTOR, OTHER_VECTOR}) {
            gic.configure(InterruptId.ppi(vector), Trigger.EDGE);
            gic.enable(InterruptId.ppi(vector));
        }
    }

    /** Sets the controller of a vCPU up in the order of Linux: pages, sources, then the controller. */
    void listen(int vcpu, int... sources) {
        SteppingGuestCpu cpu = cpu(vcpu);
        set(cpu, Hyperv.SIMP, Hyperv.on(simp(vcpu)));
        set(cpu, Hyperv.SIEFP, Hyperv.on(siefp(vcpu)));
        enableInterrupts(vcpu);
        for (int source : sources) {
            set(cpu, Hyperv.sint(source), VECTOR);
        }
        set(cpu, Hyperv.SCONTROL, 1);
        expectInterrupts("when its controller is set up", vcpu, 0);
    }

    /** Sets the controllers of all vCPUs up. */
    void listenAll(int... sources) {
        for (int i = 0; i < vcpus; i++) {
            listen(i, sources);
        }
    }

    // Slots and flags; a vCPU looks at its own pages at their usual place if nothing else is said

    static long slotAddress(int vcpu, int source) {
        return simp(vcpu) + (long) source * Hyperv.SLOT;
    }

    Slot slotAt(SteppingGuestCpu cpu, long address) {
        return new Slot(copy(cpu, address, Hyperv.SLOT));
    }

    Slot slot(int vcpu, int source) {
        return slotAt(cpu(vcpu), slotAddress(vcpu, source));
    }

    void expectEmpty(String when, int vcpu, int source) {
        s.expectEqual(
                "type in slot " + source + " of vCPU " + vcpu + " " + when,
                0,
                slot(vcpu, source).type());
    }

    /** Demands a message in a slot, with MessagePending as it has to be. */
    void expectSlot(String when, int vcpu, int source, Message message, boolean pending) {
        expectSlotAt(when, cpu(vcpu), slotAddress(vcpu, source), message, pending);
    }

    void expectSlotAt(String when, SteppingGuestCpu cpu, long address, Message message, boolean pending) {
        Slot slot = slotAt(cpu, address);
        String what = "the slot at 0x" + Long.toHexString(address) + " " + when;
        s.expectEqual("message in " + what, message, slot.message());
        s.expectEqual("payload size in " + what, message.size(), slot.size());
        s.expectEqual("MessagePending in " + what, pending ? 1 : 0, slot.flags());
    }

    /** Clears the type of a slot. */
    void clear(int vcpu, int source) {
        cpu(vcpu).put(slotAddress(vcpu, source), AccessWidth.WORD, 0);
    }

    void eom(int vcpu) {
        set(cpu(vcpu), Hyperv.EOM, 0);
    }

    /** Takes what is in a slot as Linux does: clears the type, and writes EOM if the message says that others wait. */
    Message receive(String when, int vcpu, int source) {
        Slot slot = slot(vcpu, source);
        if (slot.isEmpty()) {
            throw s.failure("slot " + source + " of vCPU " + vcpu + " " + when, "a message", "an empty slot");
        }
        clear(vcpu, source);
        s.expectRetired("DSB", cpu(vcpu).execute(A64.DSB));
        long flags = cpu(vcpu).get(slotAddress(vcpu, source) + Hyperv.FLAGS_AT, AccessWidth.BYTE);
        if ((flags & 1) != 0) {
            eom(vcpu);
        }
        return slot.message();
    }

    /** Takes messages until the slot is empty. */
    List<Message> drain(int vcpu, int source) {
        List<Message> messages = new ArrayList<>();
        while (!slot(vcpu, source).isEmpty()) {
            messages.add(receive("", vcpu, source));
            if (messages.size() > LARGEST_BURST) {
                throw s.failure("messages of vCPU " + vcpu, "to end", "more than " + LARGEST_BURST);
            }
        }
        return messages;
    }

    /** Demands that these messages come, in this order, and no others. */
    void expectDrained(String when, int vcpu, int source, List<Message> messages) {
        s.expectEqual("messages of source " + source + " of vCPU " + vcpu + " " + when, messages, drain(vcpu, source));
    }

    static long flagAddress(long page, int source, int flag) {
        return page + (long) source * Hyperv.SLOT + flag / 8;
    }

    boolean hasFlagAt(SteppingGuestCpu cpu, long page, int source, int flag) {
        return (cpu.get(flagAddress(page, source, flag), AccessWidth.BYTE) >>> flag % 8 & 1) != 0;
    }

    boolean hasFlag(int vcpu, int source, int flag) {
        return hasFlagAt(cpu(vcpu), siefp(vcpu), source, flag);
    }

    void expectFlag(String when, int vcpu, int source, int flag, boolean isSet) {
        s.expectEqual(
                "flag " + flag + " of source " + source + " of vCPU " + vcpu + " " + when,
                isSet ? 1 : 0,
                hasFlag(vcpu, source, flag) ? 1 : 0);
    }

    void clearFlag(int vcpu, int source, int flag) {
        long address = flagAddress(siefp(vcpu), source, flag);
        long kept = cpu(vcpu).get(address, AccessWidth.BYTE) & ~(1L << flag % 8);
        cpu(vcpu).put(address, AccessWidth.BYTE, kept);
    }

    /** A page of a vCPU, as it sees it. */
    byte[] page(SteppingGuestCpu cpu, long address) {
        return copy(cpu, address, Hyperv.PAGE);
    }

    /** Demands that the flags of a vCPU are these, as numbers 2048 * source + flag in ascending order, and no others. */
    void expectFlags(String when, int vcpu, Integer... flags) {
        s.expectEqual(
                "flags of vCPU " + vcpu + " as 2048 * source + flag " + when,
                List.of(flags),
                bits(page(cpu(vcpu), siefp(vcpu))));
    }

    /** The bits that are set, by number. */
    static List<Integer> bits(byte[] page) {
        List<Integer> bits = new ArrayList<>();
        for (int i = 0; i < 8 * page.length; i++) {
            if ((page[i / 8] >>> i % 8 & 1) != 0) {
                bits.add(i);
            }
        }
        return bits;
    }

    // Interrupts

    private long redistributorWord(int vcpu, long offset) {
        long redistributor = GicGuest.REDISTRIBUTORS + GicGuest.REDISTRIBUTOR_STRIDE * vcpu;
        return cpu(vcpu).get(redistributor + offset, AccessWidth.WORD);
    }

    boolean isPending(int vcpu, int vector) {
        return (redistributorWord(vcpu, GICR_ISPENDR0) >>> vector & 1) != 0;
    }

    boolean isActive(int vcpu, int vector) {
        return (redistributorWord(vcpu, GICR_ISACTIVER0) >>> vector & 1) != 0;
    }

    /** Acknowledges the interrupt that is due; 1023 if none is. */
    int acknowledge(int vcpu) {
        return cpu(vcpu).gic().acknowledge();
    }

    void end(int vcpu, int vector) {
        cpu(vcpu).gic().end(vector);
    }

    /** Takes the interrupts that are due. */
    List<Integer> takeInterrupts(int vcpu) {
        List<Integer> taken = new ArrayList<>();
        for (int intid = acknowledge(vcpu); intid != SPURIOUS; intid = acknowledge(vcpu)) {
            end(vcpu, intid);
            taken.add(intid);
            if (taken.size() > LARGEST_BURST) {
                throw s.failure("interrupts of vCPU " + vcpu, "to end", "more than " + LARGEST_BURST);
            }
        }
        return taken;
    }

    /** Demands a number of interrupts, all of the usual vector. */
    void expectInterrupts(String when, int vcpu, int number) {
        expectInterrupts(when, vcpu, Collections.nCopies(number, VECTOR));
    }

    void expectInterrupts(String when, int vcpu, List<Integer> vectors) {
        List<Integer> taken = takeInterrupts(vcpu);
        s.expectEqual(
                "number of interrupts of vCPU " + vcpu + " " + when + ", which are " + taken,
                vectors.size(),
                taken.size());
        s.expectEqual("interrupts of vCPU " + vcpu + " " + when, vectors, taken);
    }

    // The VMM

    static SyntheticInterrupts synic(Machine machine) {
        return machine.syntheticInterrupts()
                .orElseThrow(() -> new IllegalStateException("the machine has no Machine.syntheticInterrupts()"));
    }

    SyntheticInterrupts synic() {
        return rig.machine()
                .syntheticInterrupts()
                .orElseThrow(() ->
                        s.failure("Machine.syntheticInterrupts()", "present, as the backend declares synic", "empty"));
    }

    /** The port for messages of this number; it has to be there. */
    MessagePort messagePort(int port) {
        return synic().messagePort(port)
                .orElseThrow(() -> s.failure("port " + port + " for messages", "to be there", "no such port"));
    }

    EventPort eventPort(int port) {
        return synic().eventPort(port)
                .orElseThrow(() -> s.failure("port " + port + " for events", "to be there", "no such port"));
    }

    /** Makes a port for messages and a connection of the same number of this guest to it. */
    void messageChannel(int number, int vcpu, int source) {
        synic().connect(number, synic().createMessagePort(number, vcpu, source));
    }

    /** Makes a port for all flags of a source, and a connection of the same number of this guest to it. */
    void eventChannel(int number, int vcpu, int source) {
        synic().connect(number, synic().createEventPort(number, vcpu, source, 0, Hyperv.FLAGS));
    }

    /** Has the VMM post a message, which has to be accepted. */
    void vmmPosts(int port, Message message) {
        s.expectEqual(
                "status of a message of the VMM to port " + port,
                SynicStatus.SUCCESS,
                messagePort(port).post(message.type(), message.payload()));
    }

    void vmmSignals(int port, int flag) {
        s.expectEqual(
                "status of a signal of the VMM to port " + port,
                SynicStatus.SUCCESS,
                eventPort(port).signal(flag));
    }

    // Sending

    /** Writes the block of PostMessage; what follows the payload is 0xEE. */
    static void fill(GuestBlock block, long connection, Message message) {
        block.fill(Hyperv.SLOT, 0xEE)
                .word(0, connection)
                .word(4, 0)
                .word(8, message.type())
                .word(12, message.size())
                .bytes(16, message.payload());
    }

    Result tryPost(SteppingGuestCpu cpu, long connection, Message message) {
        fill(input(cpu), connection, message);
        return call(cpu, Hyperv.POST, input(cpu).address(), 0);
    }

    Result tryPost(long connection, Message message) {
        return tryPost(cpu(), connection, message);
    }

    void post(SteppingGuestCpu cpu, long connection, Message message) {
        s.expectEqual(
                "status of PostMessage on connection " + connection,
                Hyperv.SUCCESS,
                tryPost(cpu, connection, message).status());
    }

    void post(long connection, Message message) {
        post(cpu(), connection, message);
    }

    Result trySignal(SteppingGuestCpu cpu, long connection, int flag) {
        return call(cpu, Hyperv.SIGNAL | Hyperv.FAST, connection | (long) flag << 32);
    }

    Result trySignal(long connection, int flag) {
        return trySignal(cpu(), connection, flag);
    }

    void signal(SteppingGuestCpu cpu, long connection, int flag) {
        s.expectEqual(
                "status of SignalEvent on connection " + connection,
                Hyperv.SUCCESS,
                trySignal(cpu, connection, flag).status());
    }

    void signal(long connection, int flag) {
        signal(cpu(), connection, flag);
    }
}
