/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import com.google.inject.Module;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.Psci;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.backend.hyperv.HypervBackendProvider;
import io.faultline.backend.hyperv.HypervBackends;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Machines of one backend with what is done to them. Nothing may be different from the model, and no exception escapes. */
final class FuzzWorld implements AutoCloseable {
    private static final int MOST_PARTS = 5000;
    /** A call touches a few pages; each fails a few times at most. */
    private static final int MOST_WAITS = 40;

    private static final int SELDOM = 64;
    private static final int SHORT = 400;
    private static final int MOST_INSTRUCTIONS = 60;
    /** What one HVC may allocate. It is little, but the JVM counts what is left of a thread's buffer as allocated, too. */
    private static final long MOST_BYTES = 64 << 20;

    private static final int[] STATUSES = {
        0, 2, 3, 4, 5, 6, 7, 8, 9, 0xA, 0xB, 0xD, 0xE, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x18, 0x19, 0x1B, 0x1D,
        0x1E, 0x50, 0x51, 0x59, 0x78, 0x79, 0x86, 0x87
    };

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** A property does not hold. */
    static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1;

        Broken(String what) {
            super(what);
        }
    }

    private final Insides.Source source = new Insides.Source();
    private final FuzzMachine[] machines;
    private final Outside[] outsides;
    private final Parent[] parents;
    private final Set<Trait> traits;
    private final Model.Choices choices;
    /** Whether pages can be absent. */
    private final boolean evicting;
    /** Whether what calls return must not depend on that: pages come in time. */
    private final boolean patient;

    private final Map<Integer, Long> information = new TreeMap<>();
    private final Map<Integer, Long> runtimes = new TreeMap<>();
    private final Answers answers = new Answers();
    private final Accesses accesses = new Accesses(this);
    private int steps;
    private long calls;
    /** Memory of a long sequence is looked at now and then: what is wrong stays wrong. */
    private final int often;
    /** When the present call began. */
    private long began;

    FuzzWorld(Sequence sequence, boolean evicting, Module... mutants) {
        this.evicting = evicting;
        patient = sequence.isComparable();
        often = sequence.steps().size() < SHORT ? 1 : 8;
        traits = sequence.traits();
        choices = Model.Choices.of(sequence.settings());
        HypervisorBackend backend = HypervBackends.open(
                BackendConfiguration.of(new HypervBackendProvider().descriptor(), sequence.settings()),
                source.with(mutants));
        machines = new FuzzMachine[sequence.machines()];
        outsides = new Outside[machines.length];
        parents = new Parent[machines.length];
        for (int i = 0; i < machines.length; i++) {
            outsides[i] = new Outside(this, i);
            machines[i] = new FuzzMachine(
                    backend,
                    sequence.vcpus(),
                    sequence.traits(),
                    source,
                    new Model(sequence.vcpus(), sequence.traits(), choices, outsides[i]));
            parents[i] = new Parent(machines[i]);
        }
        for (Outside outside : outsides) {
            outside.attach();
        }
    }

    FuzzMachine machine(int index) {
        return machines[index];
    }

    int machines() {
        return machines.length;
    }

    Outside outside(int index) {
        return outsides[index];
    }

    boolean isAlive(@Nullable SynicModel model) {
        return model == null
                || Arrays.stream(machines).anyMatch(machine -> machine != null && machine.model.synic == model);
    }

    int indexOf(SynicModel model) {
        for (int i = 0; i < machines.length; i++) {
            if (machines[i].model.synic == model) {
                return i;
            }
        }
        throw new IllegalArgumentException("the model of nobody");
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
        try (FuzzWorld world = new FuzzWorld(sequence, true, mutants)) {
            Optional<String> complaint = world.run(sequence);
            if (complaint.isPresent() || !world.patient) {
                return new Outcome(complaint, world.calls, world.steps);
            }
            try (FuzzWorld other = new FuzzWorld(sequence, false, mutants)) {
                complaint = other.run(sequence)
                        .or(() -> world.answers.difference(other.answers, "with absent pages", "without"))
                        .or(() -> world.difference(other));
                return new Outcome(complaint, world.calls + other.calls, world.steps);
            }
        }
    }

    /** Runs a sequence twice; everybody must be told the same. */
    static Optional<String> twice(Sequence sequence) {
        try (FuzzWorld once = new FuzzWorld(sequence, true);
                FuzzWorld again = new FuzzWorld(sequence, true)) {
            return once.run(sequence)
                    .or(() -> again.run(sequence))
                    .or(() -> once.answers.difference(again.answers, "at first", "again"));
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
            for (int i = 0; i < machines.length; i++) {
                answers.add(steps, machines[i].model.hash());
            }
            return Optional.empty();
        } catch (Broken broken) {
            return Optional.of(broken.getMessage());
        } catch (RuntimeException | AssertionError | StackOverflowError escaped) {
            StackTraceElement[] trace = escaped.getStackTrace();
            return Optional.of(escaped + " escapes" + (trace.length > 0 ? " at " + trace[0] : ""));
        }
    }

    /** Once every page has come, all machines must be the same as those whose pages were never away. */
    private Optional<String> difference(FuzzWorld never) {
        for (int i = 0; i < machines.length; i++) {
            machines[i].fetch();
            if (!machines[i]
                    .machine()
                    .asyncPageFaults()
                    .orElseThrow()
                    .outstanding()
                    .isEmpty()) {
                return Optional.of("machine " + i + " waits for pages that are there");
            }
            Map<String, String> here = machines[i].essence();
            Map<String, String> there = never.machines[i].essence();
            for (Map.Entry<String, String> entry : here.entrySet()) {
                String other = there.remove(entry.getKey());
                if (!entry.getValue().equals(other)) {
                    return Optional.of("in the end " + entry.getKey() + " of machine " + i + " is " + entry.getValue()
                            + " with absent pages and " + other + " without");
                }
            }
            if (!there.isEmpty()) {
                return Optional.of("in the end there is no " + there.keySet() + " of machine " + i);
            }
        }
        return Optional.empty();
    }

    private void apply(Step step) {
        if (step.machine() >= machines.length) {
            return;
        }
        FuzzMachine machine = machines[step.machine()];
        if (patient) {
            machine.align();
        }
        Outside outside = outsides[step.machine()];
        long[] values = step.values();
        switch (step.kind()) {
            case CALL -> call(machine, step, true);
            case BEGIN -> call(machine, step, false);
            case GO_ON -> goOn(machine, step.vcpu());
            case RAW -> raw(machine, step.vcpu(), (int) values[2], values[3]);
            case WORDS -> {
                for (int i = 2; i < values.length; i++) {
                    machine.words(values[1] + 4L * (i - 2), (int) values[i]);
                }
            }
            case LONGS -> {
                for (int i = 2; i < values.length; i++) {
                    machine.words(values[1] + 8L * (i - 2), (int) values[i], (int) (values[i] >>> 32));
                }
            }
            case BYTES -> {
                for (int i = 2; i < values.length; i++) {
                    machine.bytes(values[1] + i - 2, (byte) values[i]);
                }
            }
            case RACE -> {
                int when = (int) values[1] & 1;
                machine.insides().races.get(when).add((int) values[2]);
                machine.model.synic.races.get(when).add((int) values[2]);
            }
            case TAKE -> take(machine, step.vcpu(), (int) values[2]);
            case INTERRUPT -> interrupt(machine, step.vcpu());
            case TOUCH -> accesses.touch(machine, step.vcpu(), values[2], (int) values[3], values[4]);
            case INTERCEPTS -> parent(machine).turn(values[1] != 0);
            case PERMIT -> parent(machine).permit(values[1], (int) values[2]);
            case TRIGGER -> new Channels(machine).apply((int) values[1], (int) values[2], (int) values[3]);
            case RESUME -> parent(machine).resume(step.vcpu());
            case EVICT -> {
                if (evicting) {
                    machine.evict(values[1], values[2]);
                }
            }
            case DELIVER -> machine.deliver(values[1] != 0);
            case POWER -> power(machine, step.vcpu());
            case RESTART -> restart(machine, step.vcpu());
            case TIME -> {
                machine.machine().clock().skipTo(machine.machine().clock().nanos() + values[1]);
                machine.passTime();
            }
            case RESET -> reset(machine);
            case MOVE -> {
                String wrong = machine.move();
                if (wrong != null) {
                    throw new Broken(wrong);
                }
                outside.attach();
            }
            case REPLACE -> {
                machine.model.synic.closeAll();
                machine.replace(new Model(machine.vcpus(), traits, choices, outside));
                outside.attach();
                forget(machine);
            }
            case REACT -> outside.plan(new Reaction((int) values[1], values[2], values[3], values[4]));
            default -> answers.add(steps, outside.apply(step));
        }
    }

    // Guests.

    boolean isReady(FuzzMachine machine, int vcpu) {
        if (vcpu < 0 || vcpu >= machine.vcpus() || !machine.vcpu(vcpu).isOn()) {
            return false;
        }
        machine.insides().host.vcpu(vcpu).unblock();
        if (machine.model.intercepts.suspended[vcpu]) {
            parent(machine).resume(vcpu);
        }
        return true;
    }

    private void call(FuzzMachine machine, Step step, boolean toItsEnd) {
        int vcpu = step.vcpu();
        long[] values = step.values();
        long code = machine.code();
        if (!isReady(machine, vcpu) || code == 0) {
            return;
        }
        boolean legacy = values[2] != 0;
        if (!legacy) {
            machine.set(vcpu, 0, FuzzMachine.FUNCTION);
        }
        for (int i = 3; i < Math.min(values.length, 20); i++) {
            machine.set(vcpu, i - (legacy ? 3 : 2), values[i]);
        }
        machine.begun[vcpu] = code + (legacy ? FuzzMachine.LEGACY : FuzzMachine.HVC);
        machine.at(vcpu, machine.begun[vcpu], false);
        if (approach(machine, vcpu)) {
            parts(machine, vcpu, toItsEnd || patient);
        }
    }

    /** A guest that translates addresses has forgotten all translations when it makes a call; false if it does not get there. */
    private boolean approach(FuzzMachine machine, int vcpu) {
        long call = machine.begun[vcpu];
        if (machine.isTranslated()) {
            machine.at(vcpu, call - 4, false);
            if (!reach(machine, vcpu, call - 4, call)) {
                machine.begun[vcpu] = 0;
                return false;
            }
        }
        return true;
    }

    private void goOn(FuzzMachine machine, int vcpu) {
        if (isReady(machine, vcpu)
                && machine.begun[vcpu] != 0
                && machine.code() == (machine.begun[vcpu] & -4096)
                && approach(machine, vcpu)) {
            parts(machine, vcpu, true);
        }
    }

    /** Executes a call to its end, or a part of it. */
    private void parts(FuzzMachine machine, int vcpu, boolean toItsEnd) {
        long at = machine.begun[vcpu];
        int waits = 0;
        for (int parts = 0; parts < MOST_PARTS; parts++) {
            machine.insides().host.vcpu(vcpu).unblock();
            if (patient && waits == 0) {
                machine.align();
            }
            source.takeWork();
            began = machine.machine().clock().nanos();
            long before = THREADS.getCurrentThreadAllocatedBytes();
            VcpuExit exit = machine.vcpu(vcpu).step();
            long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            if (exit instanceof VcpuExit.WaitForPage || Parent.isIntercept(exit)) {
                machine.passTime();
                stopped(machine, vcpu, exit);
                require(machine.wrongRegister(vcpu));
                requirePc(machine, vcpu, at);
                if (!toItsEnd || ++waits > MOST_WAITS) {
                    return;
                }
                goOn(machine, vcpu, exit);
                continue;
            }
            waits = 0;
            requireBound(source.takeWork(), allocated);
            calls++;
            if (part(machine, vcpu, at)) {
                machine.begun[vcpu] = 0;
                return;
            }
            if (!toItsEnd || machine.code() != (at & -4096)) {
                return;
            }
        }
        throw new Broken("a call does not end");
    }

    /** A vCPU has stopped because of a page. */
    void stopped(FuzzMachine machine, int vcpu, VcpuExit exit) {
        if (exit instanceof VcpuExit.BackendSpecific intercept) {
            parent(machine).stopped(vcpu, intercept);
        } else if (machine.model.intercepts.isOn) {
            throw new Broken("vCPU " + vcpu + " waits for a page, and the VMM does not hear of it");
        }
    }

    private void goOn(FuzzMachine machine, int vcpu, VcpuExit exit) {
        if (Parent.isIntercept(exit)) {
            parent(machine).repair(vcpu);
        } else {
            machine.deliver(false);
        }
    }

    private void requireBound(int work, long allocated) {
        if (work > Math.max(choices.reps(), 5)) {
            throw new Broken("one HVC handles " + work + " elements");
        }
        if (allocated > MOST_BYTES) {
            throw new Broken("one HVC allocates " + allocated + " bytes");
        }
    }

    /** The machine has executed an HVC, now the model does; true if the call is over. */
    private boolean part(FuzzMachine machine, int vcpu, long at) {
        // An instruction takes 1 ns, also one that traps, and it counts before that.
        machine.model.synic.timers.now(began + 1);
        machine.requireExecutable(at);
        boolean legacy = (at & 0xFF) == FuzzMachine.LEGACY;
        long[] x = machine.x[vcpu];
        Model.Answer answer = machine.model.call(vcpu, legacy, x);
        require(outsideOf(machine).wrong());
        if (answer.isUnfinished) {
            requirePc(machine, vcpu, at);
        } else {
            requirePc(machine, vcpu, at + 4);
            long result = machine.vcpu(vcpu).read(CoreRegister.X0);
            int status = (int) result & 0xFFFF;
            if (Arrays.binarySearch(STATUSES, status) < 0) {
                throw new Broken("a call returns " + Long.toHexString(result) + ", which is no documented status");
            }
            if (answer.isRefused() ? !answer.statuses.get(status) : status != 0) {
                throw new Broken("a call returns status " + Integer.toHexString(status) + " instead of "
                        + (answer.isRefused() ? hex(answer) : "0"));
            }
            long expected = status | (long) answer.completed << 32;
            if (result != expected) {
                throw new Broken(
                        "a call returns " + Long.toHexString(result) + " instead of " + Long.toHexString(expected));
            }
            x[0] = result;
            answers.add(steps, result);
        }
        for (Model.Unknown unknown : machine.model.unknown) {
            learn(machine, vcpu, unknown);
        }
        require(machine.wrongRegister(vcpu));
        machine.passTime();
        return !answer.isUnfinished;
    }

    private static String hex(Model.Answer answer) {
        StringBuilder text = new StringBuilder();
        answer.statuses.stream()
                .forEach(status -> text.append(text.isEmpty() ? "" : " or ").append(Integer.toHexString(status)));
        return text.toString();
    }

    private Parent parent(FuzzMachine machine) {
        return parents[machineIndex(machine)];
    }

    private Outside outsideOf(FuzzMachine machine) {
        for (int i = 0; i < machines.length; i++) {
            if (machines[i] == machine) {
                return outsides[i];
            }
        }
        throw new IllegalStateException("a machine of nobody");
    }

    /** Takes a value over that only the machine knows, if it can be true. */
    private void learn(FuzzMachine machine, int vcpu, Model.Unknown unknown) {
        long low;
        long high;
        if (unknown.register() >= 0) {
            low = machine.vcpu(vcpu).read(CoreRegister.x(unknown.register()));
            high = machine.vcpu(vcpu).read(CoreRegister.x(unknown.register() + 1));
            machine.x[vcpu][unknown.register()] = low;
            machine.x[vcpu][unknown.register() + 1] = high;
        } else {
            byte[] found = machine.actualOf(unknown.page());
            low = Model.load64(found, unknown.offset());
            high = Model.load64(found, unknown.offset() + 8);
            Model.store64(unknown.page(), unknown.offset(), low);
            Model.store64(unknown.page(), unknown.offset() + 8, high);
        }
        if (unknown.name() == 0x200) {
            // Bit 127 is a page fault interface of our own.
            require(
                    high < 0 == machine.model.faults.isOffered
                            ? null
                            : "register 200 has the upper half " + Long.toHexString(high));
            // Bit 3 needs synthetic timers.
            require(((low ^ choices.privileges()) & ~8) == 0 ? null : "register 200 has " + Long.toHexString(low));
        } else if (high != 0) {
            throw new Broken(
                    "register " + Integer.toHexString(unknown.name()) + " has an upper half " + Long.toHexString(high));
        }
        if (unknown.name() == Registers.RUNTIME || unknown.name() == Registers.REFERENCE) {
            boolean isReference = unknown.name() == Registers.REFERENCE;
            long most = machine.machine().clock().nanos() / 100;
            int key = machineIndex(machine) << 16 | (isReference ? 0xFFFF : unknown.vcpu());
            long least = runtimes.getOrDefault(key, 0L);
            if (isReference) {
                least = Math.max(least, began / 100 - 1);
            }
            require(
                    low < least || low > most
                            ? "register " + Integer.toHexString(unknown.name()) + " has " + low + ", not " + least
                                    + " to " + most
                            : null);
            // The counter is not read twice with the same value.
            runtimes.put(key, isReference ? low + 1 : low);
        } else {
            Long known = information.putIfAbsent(unknown.name(), low);
            require(
                    known != null && known != low
                            ? "register " + Integer.toHexString(unknown.name()) + " was " + Long.toHexString(known)
                                    + " and is " + Long.toHexString(low)
                            : null);
        }
    }

    /** What a guest has read belongs to what a sequence is compared by. */
    void answer(long value) {
        answers.add(steps, value);
    }

    private int machineIndex(FuzzMachine machine) {
        return Arrays.asList(machines).indexOf(machine);
    }

    private void forget(FuzzMachine machine) {
        int index = machineIndex(machine);
        runtimes.keySet().removeIf(key -> key >>> 16 == index);
    }

    static void require(@Nullable String wrong) {
        if (wrong != null) {
            throw new Broken(wrong);
        }
    }

    static void requirePc(FuzzMachine machine, int vcpu, long expected) {
        long pc = machine.vcpu(vcpu).read(CoreRegister.PC);
        if (pc != expected) {
            throw new Broken("PC of vCPU " + vcpu + " is 0x" + Long.toHexString(pc) + " instead of 0x"
                    + Long.toHexString(expected));
        }
    }

    /** Executes at one place until it is behind; false if the guest does not get there. */
    boolean reach(FuzzMachine machine, int vcpu, long from, long to) {
        int waits = 0;
        for (int i = 0; i < MOST_INSTRUCTIONS && machine.vcpu(vcpu).isOn(); i++) {
            long pc = machine.vcpu(vcpu).read(CoreRegister.PC);
            if (pc == to) {
                return true;
            }
            if (pc == FuzzMachine.ABORTED || pc == FuzzMachine.ABORTED_AT_EL0) {
                return false;
            }
            VcpuExit exit = machine.vcpu(vcpu).step();
            if (pc == FuzzMachine.ACKNOWLEDGING && machine.vcpu(vcpu).read(CoreRegister.PC) == pc + 4) {
                acknowledged(machine, vcpu);
            }
            machine.passTime();
            if (exit instanceof VcpuExit.WaitForPage || Parent.isIntercept(exit)) {
                stopped(machine, vcpu, exit);
                if (++waits > MOST_WAITS) {
                    return false;
                }
                goOn(machine, vcpu, exit);
            }
        }
        return machine.vcpu(vcpu).isOn() && machine.vcpu(vcpu).read(CoreRegister.PC) == to && from != to;
    }

    /** Interrupts are taken in the order of their numbers, and each once. */
    private static void acknowledged(FuzzMachine machine, int vcpu) {
        int pending = machine.model.synic.pending[vcpu];
        int taken = (int) machine.vcpu(vcpu).read(CoreRegister.X0);
        if (pending == 0 || taken != Integer.numberOfTrailingZeros(pending)) {
            throw new Broken("vCPU " + vcpu + " takes interrupt " + taken + " while " + Integer.toHexString(pending)
                    + " are pending");
        }
        machine.x[vcpu][0] = taken;
        machine.model.synic.pending[vcpu] = pending & ~(1 << taken);
    }

    /** A call that is none of Hyper-V. */
    private void raw(FuzzMachine machine, int vcpu, int instruction, long function) {
        long code = machine.code();
        if (!isReady(machine, vcpu) || code == 0) {
            return;
        }
        int offset = switch (instruction) {
            case 0 -> FuzzMachine.HVC;
            case 1 -> FuzzMachine.TAGGED;
            default -> FuzzMachine.SMC;
        };
        int owner = (int) function >>> 24 & 0x3F;
        boolean isHyperv = instruction == 0 && (int) function == FuzzMachine.FUNCTION;
        if (isHyperv || instruction != 1 && owner == 4) {
            return;
        }
        machine.set(vcpu, 0, function);
        machine.begun[vcpu] = 0;
        machine.at(vcpu, code + offset, false);
        if (reach(machine, vcpu, code + offset, code + offset + 4)) {
            boolean isUid = instruction != 1 && ((int) function == 0x8600_FF01 || (int) function == 0xC600_FF01);
            boolean isArchitecture = instruction != 1 && owner == 0;
            for (int i = 0; i < 4; i++) {
                if (i == 0 || isUid) {
                    machine.x[vcpu][i] = machine.vcpu(vcpu).read(CoreRegister.x(i));
                }
            }
            if (!isUid && !isArchitecture && machine.x[vcpu][0] != -1) {
                throw new Broken("an unknown call returns " + Long.toHexString(machine.x[vcpu][0]));
            }
            require(machine.wrongRegister(vcpu));
            answers.add(steps, machine.x[vcpu][0]);
        }
    }

    /** What a driver does with a message: takes it, frees the slot, and asks for more if there is more. */
    private void take(FuzzMachine machine, int vcpu, int source) {
        if (!isReady(machine, vcpu)) {
            return;
        }
        long simp = machine.model.overlays[3 * vcpu + Model.MESSAGES];
        long slot = (simp & -Model.PAGE) + (long) SynicModel.SLOT * source;
        if ((simp & 1) == 0) {
            return;
        }
        byte[] page = machine.model.frame(vcpu, Model.MESSAGES);
        boolean pending = (page[SynicModel.SLOT * source + 5] & 1) != 0;
        machine.words(slot, 0);
        if (pending) {
            call(
                    machine,
                    new Step(Step.Kind.CALL, 0, vcpu, 0, 0x1_0001_0051L, -1, 0xFFFF_FFFEL, Registers.EOM, 0, 0, 0),
                    true);
        }
    }

    /** A vCPU that takes interrupts takes one if there is one. */
    void interrupt(FuzzMachine machine, int vcpu) {
        long code = machine.code();
        if (!isReady(machine, vcpu) || code == 0 || machine.model.overlay(FuzzMachine.VECTORS) >= 0) {
            return;
        }
        if (machine.model.faults.isOffered && machine.isAbsent(code)) {
            // It could be told of that instead.
            return;
        }
        machine.writeVectors();
        boolean due = machine.model.synic.pending[vcpu] != 0;
        machine.begun[vcpu] = 0;
        machine.at(vcpu, code + FuzzMachine.SPIN, true);
        boolean handled = reach(machine, vcpu, code + FuzzMachine.SPIN, FuzzMachine.HANDLED);
        if (!handled && isHandling(machine, vcpu)) {
            // It came so late that there was no time left for its end. One that has no end keeps all others away.
            handled = reach(machine, vcpu, FuzzMachine.ACKNOWLEDGING, FuzzMachine.HANDLED);
        }
        if (due && !handled) {
            throw new Broken("vCPU " + vcpu + " does not take an interrupt that is pending");
        }
        require(machine.wrongRegister(vcpu));
        machine.at(vcpu, code + FuzzMachine.SPIN, false);
    }

    private static boolean isHandling(FuzzMachine machine, int vcpu) {
        long pc = machine.vcpu(vcpu).read(CoreRegister.PC);
        return pc >= FuzzMachine.ACKNOWLEDGING && pc < FuzzMachine.HANDLED;
    }

    private void power(FuzzMachine machine, int vcpu) {
        if (vcpu < 0 || vcpu >= machine.vcpus()) {
            return;
        }
        boolean on = machine.vcpu(vcpu).isOn();
        int actor = on ? vcpu : 0;
        long code = machine.code();
        if (!isReady(machine, actor) || code == 0) {
            return;
        }
        machine.set(actor, 0, (on ? Psci.CPU_OFF : Psci.CPU_ON_32) & 0xFFFF_FFFFL);
        machine.set(actor, 1, machine.vcpu(vcpu).affinity().mpidr());
        machine.set(actor, 2, code + FuzzMachine.SPIN);
        machine.begun[actor] = 0;
        machine.at(actor, code + FuzzMachine.HVC, false);
        reach(machine, actor, code, code + FuzzMachine.HVC + 4);
        if (machine.vcpu(vcpu).isOn() != on) {
            machine.model.faults.reset(vcpu);
        }
        if (on) {
            if (actor == 0) {
                // Somebody has to go on.
                reset(machine);
            }
            return;
        }
        for (int i = 0; i < 4; i++) {
            machine.x[actor][i] = machine.vcpu(actor).read(CoreRegister.x(i));
        }
        if (machine.vcpu(vcpu).isOn()) {
            machine.prepare(vcpu);
        }
    }

    private void restart(FuzzMachine machine, int vcpu) {
        if (vcpu >= 0 && vcpu < machine.vcpus()) {
            machine.vcpu(vcpu).reset();
            machine.model.resetVcpu(vcpu);
            machine.prepare(vcpu);
            runtimes.remove(machineIndex(machine) << 16 | vcpu);
        }
    }

    private void reset(FuzzMachine machine) {
        machine.machine().reset();
        machine.model.reset();
        machine.begin();
        forget(machine);
    }

    // Properties.

    private void check(boolean everything) {
        for (int i = 0; i < machines.length; i++) {
            FuzzMachine machine = machines[i];
            machine.poll();
            require(outsides[i].wrong());
            require(machine.wrongMemory(everything || steps % often == 0));
            require(machine.wrongInterrupts());
            require(machine.model.faults.isOffered || everything ? machine.wrongCounters() : null);
            parents[i].check();
            if (everything) {
                parents[i].checkPages();
                for (int vcpu = 0; vcpu < machine.vcpus(); vcpu++) {
                    require(machine.vcpu(vcpu).isOn() ? machine.wrongRegister(vcpu) : null);
                }
                if (!patient) {
                    // Waiting takes time, which some registers tell.
                    answers.add(steps, machine.machine().clock().nanos());
                }
            }
        }
    }

    @Override
    public void close() {
        for (FuzzMachine machine : machines) {
            try {
                machine.machine().close();
            } catch (HypervisorException alreadyBroken) {
                // What is wrong has been said.
            }
        }
    }
}
