/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.fuzz;

import com.google.inject.Module;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.Psci;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.ParavirtualConsole;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.xen.XenBackendProvider;
import io.faultline.backend.xen.XenBackends;
import io.faultline.backend.xen.event.port.PortState;
import io.faultline.backend.xen.event.port.PortTable;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Hostile guests next to one that behaves, and what must hold whatever they do. */
final class FuzzWorld implements AutoCloseable {
    private static final int EVENT_CHANNEL_OP = 32;
    private static final int SCHED_OP = 29;
    private static final int MULTICALL = 13;
    private static final int BIND_IPI = 7;
    private static final int RESET = 10;
    private static final int RESET_CONT = 14;
    private static final int EFAULT = -14;
    private static final int MOST_PARTS = 20_000;
    private static final int SELDOM = 32;
    private static final int MOST_INSTRUCTIONS = 400;
    /** A call touches a few pages; each fails a few times at most, or for ever. */
    private static final int MOST_WAITS = 40;

    private static final int MOST_INFO_OFFSET = 4096 - 48;
    private static final int MOST_RACES = 16;
    private static final int VCPU_OP = 24;
    private static final int REGISTER_VCPU_INFO = 10;
    /** Of xen.md 1.3, without those that are internal, and ENOBUFS, which xen_version has. */
    private static final BitSet ERRORS = new BitSet();

    static {
        for (int error : new int[] {
            1, 2, 3, 5, 6, 7, 9, 11, 12, 13, 14, 16, 17, 18, 19, 22, 28, 30, 31, 33, 34, 35, 38, 61, 62, 75, 84, 95,
            105, 110
        }) {
            ERRORS.set(error);
        }
    }

    /** A property does not hold. */
    static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1;

        Broken(String what) {
            super(what);
        }
    }

    private final Insides.Source source = new Insides.Source();
    private final FuzzMachine[] hostile;
    private final GoodGuest good;
    /** Whether pages can be absent. */
    private final boolean evicting;
    /** Whether what calls return must not depend on that. */
    private final boolean comparable;

    private final Answers answers = new Answers();
    private final Deque<Step> races = new ArrayDeque<>();
    private int steps;
    private long calls;
    /** Calls made by handlers. */
    private long handled;

    FuzzWorld(Sequence sequence, Module... mutants) {
        this(sequence, true, mutants);
    }

    private FuzzWorld(Sequence sequence, boolean evicting, Module... mutants) {
        this.evicting = evicting;
        comparable = sequence.isComparable();
        source.work.meanwhile = this::race;
        Map<String, String> settings = new TreeMap<>(sequence.settings());
        settings.put("xen.neighbours", "machines");
        HypervisorBackend backend = XenBackends.open(
                BackendConfiguration.of(new XenBackendProvider().descriptor(), settings), source.with(mutants));
        hostile = new FuzzMachine[sequence.hostile()];
        for (int i = 0; i < hostile.length; i++) {
            // A page that goes takes what a TLB knows with it, and a TLB may know what the tables no longer say.
            hostile[i] = new FuzzMachine(backend, sequence.vcpus(), sequence.translated(), comparable, source);
        }
        good = new GoodGuest(new FuzzMachine(backend, 2, false, false, source), hostile.length, sequence.translated());
    }

    /** Runs a sequence; returns what is wrong, or empty. */
    static Optional<String> complaint(Sequence sequence, Module... mutants) {
        return outcome(sequence, mutants).complaint();
    }

    /**
     * What became of a sequence.
     *
     * @param complaint what is wrong, or empty
     * @param calls how many times a guest executed a hypercall
     * @param steps how many steps went well
     */
    record Outcome(Optional<String> complaint, long calls, int steps) {}

    /** Runs a sequence, and once more without absent pages if nothing may depend on them. */
    static Outcome outcome(Sequence sequence, Module... mutants) {
        try (FuzzWorld world = new FuzzWorld(sequence, mutants)) {
            Optional<String> complaint = world.run(sequence);
            if (complaint.isPresent() || !world.comparable) {
                return new Outcome(complaint, world.calls, world.steps);
            }
            try (FuzzWorld other = new FuzzWorld(sequence, false, mutants)) {
                complaint = other.run(sequence).or(() -> world.answers.difference(other.answers));
                int steps = complaint.isPresent() ? sequence.steps().size() - 1 : world.steps;
                return new Outcome(complaint, world.calls + other.calls, steps);
            }
        }
    }

    Optional<String> run(Sequence sequence) {
        try {
            for (Step step : sequence.steps()) {
                apply(step);
                steps++;
                check(steps % SELDOM == 0);
            }
            check(true);
            return Optional.empty();
        } catch (Broken broken) {
            return Optional.of(broken.getMessage());
        } catch (RuntimeException | AssertionError | StackOverflowError escaped) {
            StackTraceElement[] trace = escaped.getStackTrace();
            return Optional.of(escaped + " escapes" + (trace.length > 0 ? " at " + trace[0] : ""));
        }
    }

    private void apply(Step step) {
        if (step.machine() >= hostile.length) {
            return;
        }
        FuzzMachine machine = hostile[step.machine()];
        switch (step.kind()) {
            case CALL -> call(machine, step, true);
            case BEGIN -> call(machine, step, false);
            case GO_ON -> goOn(machine, step.vcpu());
            case PORTS -> ports(machine, step.vcpu(), step.values()[2]);
            case WORDS -> {
                for (int i = 2; i < step.values().length; i++) {
                    long address = step.values()[1] + 4L * (i - 2);
                    if (machine.isRam(address)) {
                        machine.word(address, (int) step.values()[i]);
                    }
                }
            }
            case LONGS -> {
                for (int i = 2; i < step.values().length; i++) {
                    long address = step.values()[1] + 8L * (i - 2);
                    if (machine.isRam(address)) {
                        machine.longs(address, step.values()[i]);
                    }
                }
            }
            case SHARED ->
                machine.longs(
                        machine.insides().host.privateFrame((int) step.values()[1]) + step.values()[2],
                        step.values()[3]);
            case RUN -> spin(machine, step);
            case HANDLER -> handler(machine, step);
            case RACE -> {
                if (races.size() < MOST_RACES) {
                    races.add(step);
                }
            }
            case EVICT -> {
                if (evicting) {
                    machine.evict(step.values()[1], (int) step.values()[2]);
                }
            }
            case DELIVER -> machine.deliver(step.values()[1] != 0);
            case POWER -> power(machine, step.vcpu());
            case TIME ->
                machine.machine().clock().skipTo(machine.machine().clock().nanos() + step.values()[1]);
            case CONSOLE -> console(machine, (int) step.values()[1]);
            case STORE -> store(machine, (int) step.values()[1]);
            case RESET -> reset(machine);
            case MOVE -> {
                String wrong = machine.move();
                if (wrong != null) {
                    throw new Broken(wrong);
                }
            }
        }
    }

    private static void reset(FuzzMachine machine) {
        machine.machine().reset();
        machine.validPorts = 0;
        machine.begin();
    }

    // Guests.

    private boolean isReady(FuzzMachine machine, int vcpu) {
        if (vcpu >= machine.vcpus() || !machine.vcpu(vcpu).isOn()) {
            return false;
        }
        // An interrupt that the VMM has for it.
        VirtualProcessor processor = machine.insides().host.vcpu(vcpu);
        processor.unblock();
        processor.requestAttention();
        return true;
    }

    private void call(FuzzMachine machine, Step step, boolean toItsEnd) {
        int vcpu = step.vcpu();
        if (!isReady(machine, vcpu)) {
            return;
        }
        long[] values = step.values();
        long number = values[2];
        PortTable ports = machine.insides().ports;
        int open = ports.open();
        int pages = machine.insides().array.pages();
        boolean fifo = machine.insides().abi.isFifo();
        int polled = number == SCHED_OP ? polled(machine, values) : -1;
        long before = handled;
        machine.registers(vcpu, number, values[3], values[4], values[5], values[6], values[7]);
        if (!parts(machine, vcpu, toItsEnd)) {
            return;
        }
        int command = (int) values[3];
        long result = requireResult(machine, vcpu);
        answers.add(steps, result);
        if (number == VCPU_OP
                && command == REGISTER_VCPU_INFO
                && (int) values[4] >= 0
                && (int) values[4] < machine.vcpus()) {
            machine.learnInfo((int) values[4]);
        }
        checkReset(machine, number, command, result);
        boolean refused = number == EVENT_CHANNEL_OP && result < 0 && result != EFAULT && handled == before;
        if (refused && command != RESET && command != RESET_CONT) {
            if (ports.open() != open) {
                throw new Broken("a call that returns " + result + " has opened or closed ports");
            }
            if (machine.insides().abi.isFifo() != fifo
                    || machine.insides().array.pages() != pages) {
                throw new Broken("a call that returns " + result + " has changed the ABI");
            }
        }
        if (polled >= 0
                && handled == before
                && machine.insides().host.vcpu(vcpu).isBlocked()
                && !ports.isUsable(polled)) {
            throw new Broken("a poll sleeps for port " + polled + ", which nobody can use");
        }
    }

    private void ports(FuzzMachine machine, int vcpu, long count) {
        long struct = FuzzMachine.RAM + FuzzMachine.RAM_BYTES - 64;
        for (long i = 0; i < count && isReady(machine, vcpu) && machine.isRam(struct); i++) {
            machine.longs(struct, vcpu);
            machine.registers(vcpu, EVENT_CHANNEL_OP, BIND_IPI, struct, 0, 0, 0);
            if (!parts(machine, vcpu, true) || requireResult(machine, vcpu) < 0) {
                return;
            }
            // Many calls that are all alike count as one.
            calls--;
        }
    }

    private static long requireResult(FuzzMachine machine, int vcpu) {
        long result = machine.vcpu(vcpu).read(CoreRegister.X0);
        if (result < 0 && (result < -ERRORS.length() || !ERRORS.get((int) -result))) {
            throw new Broken("a call returns " + result + ", which is no documented error");
        }
        return result;
    }

    /** The port that a poll is for, if it is for one and its structures are simply there. */
    private static int polled(FuzzMachine machine, long... values) {
        long at = values[4];
        if ((int) values[3] != 3 || at % 8 != 0 || !isPlain(machine, at) || machine.word(at + 8) != 1) {
            return -1;
        }
        long list = machine.doubleWord(at);
        return isPlain(machine, list) ? machine.word(list) & Integer.MAX_VALUE : -1;
    }

    private static boolean isPlain(FuzzMachine machine, long address) {
        return address >= FuzzMachine.HANDLES
                && address < FuzzMachine.RAM + FuzzMachine.RAM_BYTES - 64
                && machine.insides().host.stage2().physical(address) == address;
    }

    /** Executes a call to its end, or a part of it; true if it has come to its end. */
    private boolean parts(FuzzMachine machine, int vcpu, boolean toItsEnd) {
        for (int parts = 0; parts < MOST_PARTS; parts++) {
            if (!part(machine, vcpu, toItsEnd || comparable)) {
                return false;
            }
            if (pc(machine, vcpu) != FuzzMachine.CODE) {
                return true;
            }
            if (!toItsEnd) {
                return false;
            }
        }
        throw new Broken("a call does not end");
    }

    private static long pc(FuzzMachine machine, int vcpu) {
        return machine.vcpu(vcpu).read(CoreRegister.PC);
    }

    /**
     * Executes the HVC once, and whatever interrupts are taken before it; false if the guest did not get there.
     *
     * @param patient whether the VMM has pages come until the call has been made
     */
    private boolean part(FuzzMachine machine, int vcpu, boolean patient) {
        boolean executed = false;
        int waits = 0;
        for (int i = 0; i < MOST_INSTRUCTIONS; i++) {
            long before = pc(machine, vcpu);
            boolean isCall = before == FuzzMachine.CODE;
            boolean isHandled = before == FuzzMachine.VECTORS + Handler.CALL;
            long number = isCall || isHandled ? machine.vcpu(vcpu).read(CoreRegister.x(16)) : 0;
            source.work.done = 0;
            // A list of calls in which one sleeps goes on when the vCPU does.
            machine.insides().host.vcpu(vcpu).unblock();
            VcpuExit exit = machine.vcpu(vcpu).step();
            requireBound(number);
            if (exit instanceof VcpuExit.WaitForPage) {
                if (!patient || ++waits > MOST_WAITS) {
                    return false;
                }
                machine.deliver(false);
                continue;
            }
            if (!endures(machine, vcpu, exit)) {
                return false;
            }
            long after = pc(machine, vcpu);
            boolean went = after == before || after == before + 4;
            if (isHandled && went) {
                calls++;
                handled++;
            }
            if (isCall && went) {
                calls++;
                executed = true;
            }
            if (after == FuzzMachine.CODE + 4 || after == FuzzMachine.CODE && executed) {
                return true;
            }
            if (after == FuzzMachine.ABORTED) {
                return false;
            }
        }
        // Interrupts without end, an abort, or a page that never comes: that is the guest's own business.
        return false;
    }

    private void requireBound(long number) {
        long most = number == EVENT_CHANNEL_OP ? 17_000 : number == MULTICALL ? 400_000 : 5_000;
        if (source.work.done > most) {
            throw new Broken("a call does " + source.work.done + " things before the guest can be interrupted");
        }
    }

    /** What the VMM does when a vCPU stops; false if the vCPU does not go on. */
    private static boolean endures(FuzzMachine machine, int vcpu, VcpuExit exit) {
        if (exit instanceof VcpuExit.SystemEvent) {
            reset(machine);
            return false;
        }
        if (exit instanceof VcpuExit.Unrecoverable) {
            throw new Broken("unrecoverable: " + exit);
        }
        if (exit instanceof VcpuExit.MmioRead) {
            machine.vcpu(vcpu).completeMmioRead(0);
        }
        return machine.vcpu(vcpu).isOn();
    }

    private void goOn(FuzzMachine machine, int vcpu) {
        if (isReady(machine, vcpu) && pc(machine, vcpu) == FuzzMachine.CODE) {
            long number = machine.vcpu(vcpu).read(CoreRegister.x(16));
            int command = (int) machine.vcpu(vcpu).read(CoreRegister.X0);
            if (parts(machine, vcpu, true)) {
                checkReset(machine, number, command, machine.vcpu(vcpu).read(CoreRegister.X0));
            }
        }
    }

    /** Ports that another vCPU has opened since a reset began are not forgotten. */
    private static void checkReset(FuzzMachine machine, long number, int command, long result) {
        PortTable ports = machine.insides().ports;
        if (number == EVENT_CHANNEL_OP
                && (command == RESET || command == RESET_CONT)
                && result == 0
                && ports.open() != ports.xenOwned()) {
            throw new Broken("a reset is over, and " + ports.open() + " ports are open");
        }
    }

    private void spin(FuzzMachine machine, Step step) {
        int vcpu = step.vcpu();
        long[] values = step.values();
        if (isReady(machine, vcpu)) {
            machine.at(vcpu, FuzzMachine.SPIN);
            machine.vcpu(vcpu).write(CoreRegister.X0, values.length > 3 ? values[3] : FuzzMachine.CODE);
            endures(machine, vcpu, machine.vcpu(vcpu).run(RunBudget.instructions(Math.max(1, values[2]))));
        }
    }

    private void handler(FuzzMachine machine, Step step) {
        int vcpu = step.vcpu();
        if (vcpu < machine.vcpus() && machine.vcpu(vcpu).isOn()) {
            machine.longs(FuzzMachine.block(vcpu), Arrays.copyOfRange(step.values(), 3, 3 + Handler.BLOCK_WORDS));
            machine.takeInterrupts(vcpu, step.values()[2] != 0);
        }
    }

    /** What another vCPU stores while the hypervisor queues an event. */
    private void race() {
        Step race = races.poll();
        if (race != null && hostile[race.machine()].isRam(race.values()[1])) {
            hostile[race.machine()].word(race.values()[1], (int) race.values()[2]);
        }
    }

    private void power(FuzzMachine machine, int vcpu) {
        if (vcpu >= machine.vcpus()) {
            return;
        }
        boolean on = machine.vcpu(vcpu).isOn();
        int actor = on ? vcpu : 0;
        if (!isReady(machine, actor)) {
            return;
        }
        long function = on ? Psci.CPU_OFF : Psci.CPU_ON_32;
        machine.registers(
                actor, 0, function & 0xFFFF_FFFFL, machine.vcpu(vcpu).affinity().mpidr(), FuzzMachine.SPIN, 0);
        machine.at(actor, FuzzMachine.POWER);
        for (int i = 0;
                i < MOST_INSTRUCTIONS && machine.vcpu(actor).isOn() && pc(machine, actor) != FuzzMachine.POWER + 4;
                i++) {
            if (machine.vcpu(actor).step() instanceof VcpuExit.WaitForPage) {
                machine.deliver(false);
            }
        }
        if (!on && machine.vcpu(vcpu).isOn()) {
            machine.prepare(vcpu);
        } else if (on && actor == 0) {
            // Somebody has to go on.
            reset(machine);
        }
    }

    // The VMM.

    private void console(FuzzMachine machine, int bytes) {
        ParavirtualConsole console = machine.machine().console().orElse(null);
        if (console != null) {
            console.offer(new byte[bytes]);
            answers.add(steps, Arrays.hashCode(console.takeOutput()));
        }
    }

    private static void store(FuzzMachine machine, int which) {
        String node = "/local/domain/" + machine.insides().domain.id() + "/fuzz" + which % 4;
        if (which < 8) {
            machine.insides().store.write(node, new byte[which]);
        } else if (which < 12) {
            machine.insides().store.remove(node);
        } else {
            machine.insides().store.introduce();
        }
    }

    // Properties.

    private void check(boolean everything) {
        for (int i = 0; i < hostile.length; i++) {
            PortTable ports = hostile[i].insides().ports;
            if (ports.valid() < hostile[i].validPorts) {
                throw new Broken("ports below " + hostile[i].validPorts + " were valid, and only those below "
                        + ports.valid() + " are");
            }
            hostile[i].validPorts = ports.valid();
            if (ports.valid() > ports.limit() / PortTable.STEP * PortTable.STEP + PortTable.STEP) {
                throw new Broken("there are " + ports.valid() + " ports with a limit of " + ports.limit());
            }
            if (everything) {
                checkPorts(i, ports);
                checkPlaces(hostile[i]);
                answers.add(steps, ports.open());
                FaultCounters faults =
                        hostile[i].machine().asyncPageFaults().orElseThrow().counters();
                if (!faults.isBalanced()) {
                    throw new Broken("counters of page faults do not agree: " + faults);
                }
                long touched = hostile[i].touched();
                if (touched >= 0) {
                    throw new Broken("machine " + i + " has something written at 0x" + Long.toHexString(touched)
                            + ", which no structure names");
                }
                int text = hostile[i].insides().console.outputBytes();
                if (text > 64 * 1024) {
                    throw new Broken("the console keeps " + text + " bytes");
                }
            }
        }
        if (everything) {
            good.check();
        }
    }

    /** What the hypervisor writes to is where it can be, and there are no event words without the FIFO ABI. */
    private static void checkPlaces(FuzzMachine machine) {
        Insides insides = machine.insides();
        if (!insides.abi.isFifo() && insides.array.pages() != 0) {
            throw new Broken("the two-level ABI has an event array of " + insides.array.pages() + " pages");
        }
        for (int vcpu = 0; vcpu < machine.vcpus(); vcpu++) {
            int offset = insides.upcalls.infoOffset(vcpu);
            if (offset % Long.BYTES != 0 || offset > MOST_INFO_OFFSET) {
                throw new Broken("the vcpu_info of vCPU " + vcpu + " begins at " + offset + " of its page");
            }
        }
    }

    private void checkPorts(int machine, PortTable ports) {
        int open = 0;
        int capacity = hostile[machine].insides().abi.capacity();
        for (int port = 1; port < ports.valid(); port++) {
            PortState state = ports.state(port);
            if (state.isOpen()) {
                open++;
                if (port > ports.limit()) {
                    throw new Broken("port " + port + " is above the limit of " + ports.limit());
                }
                if (port >= capacity && ports.consumer(port) == 0) {
                    throw new Broken("port " + port + " is open in an ABI with " + capacity);
                }
                if (ports.vcpu(port) >= hostile[machine].vcpus()) {
                    throw new Broken("port " + port + " belongs to vCPU " + ports.vcpu(port));
                }
            }
            if (state == PortState.INTERDOMAIN) {
                checkPeer(machine, ports, port);
            }
        }
        if (open != ports.open()) {
            throw new Broken(open + " ports are open, and " + ports.open() + " are counted");
        }
    }

    private void checkPeer(int machine, PortTable ports, int port) {
        int remote = ports.remoteDomain(port);
        int own = hostile[machine].insides().domain.id();
        for (FuzzMachine other : hostile) {
            if (other.insides().domain.id() == remote
                    && !other.insides().ports.isConnected(ports.remotePort(port), own, port)) {
                throw new Broken("port " + port + " of domain " + own + " ends at port " + ports.remotePort(port)
                        + " of domain " + remote + ", which is not connected to it");
            }
        }
    }

    @Override
    public void close() {
        for (FuzzMachine machine : hostile) {
            closeQuietly(machine);
        }
        closeQuietly(good.machine());
    }

    private static void closeQuietly(FuzzMachine machine) {
        try {
            machine.machine().close();
        } catch (HypervisorException alreadyBroken) {
            // What is wrong has been said.
        }
    }
}
