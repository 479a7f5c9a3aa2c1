/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import io.faultline.api.capability.Capability;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.pagefault.FaultCounters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What a check works with: it builds machines of the backend under test, drives them, says what has to be true and
 * witnesses what has happened.
 *
 * <p>Everything is deterministic: the same backend, check and seed give the same trace. Machines are closed when the
 * scenario is. Not thread-safe.
 *
 * @since 0.1
 */
public final class Scenario implements AutoCloseable {
    private final Subject subject;
    private final long seed;
    private final Budget budget;
    private final CutPlan cuts;
    private final TraceRecorder trace;
    private final SplittableRandom random;
    private final List<Rig> rigs = new ArrayList<>();
    private final TreeSet<String> witnessed = new TreeSet<>();
    private Supplier<String> position = () -> "";
    private long operations;
    private long instructions;

    /**
     * Makes a scenario.
     *
     * @param subject what is checked
     * @param seed decides every free choice of the scenario and of the backend
     * @param budget how much may be done
     * @param cuts where machines are saved and restored
     * @param trace records what happens
     */
    public Scenario(Subject subject, long seed, Budget budget, CutPlan cuts, TraceRecorder trace) {
        this.subject = Objects.requireNonNull(subject, "subject");
        this.seed = seed;
        this.budget = Objects.requireNonNull(budget, "budget");
        this.cuts = Objects.requireNonNull(cuts, "cuts");
        this.trace = Objects.requireNonNull(trace, "trace");
        this.random = new SplittableRandom(seed);
    }

    // What is checked

    /**
     * Returns what is checked.
     *
     * @return backend and provider
     */
    public Subject subject() {
        return subject;
    }

    /**
     * Returns what the backend can do.
     *
     * @return its capabilities under the most favourable request
     */
    public CapabilitySet capabilities() {
        return subject.backend().capabilities();
    }

    /**
     * Returns the value of a capability that switches the rule on.
     *
     * @param <V> type of the value
     * @param capability the capability
     * @return its value
     * @throws CheckFailure if the backend does not have it
     */
    public <V> V capability(Capability<V> capability) {
        return capabilities()
                .get(capability)
                .orElseThrow(() -> failure("capability " + capability.id(), "present", "absent"));
    }

    /**
     * Returns the seed.
     *
     * @return the seed
     */
    public long seed() {
        return seed;
    }

    /**
     * Returns the source of free choices.
     *
     * @return a generator that the seed determines
     */
    public SplittableRandom random() {
        return random;
    }

    /**
     * Returns the record of what happens.
     *
     * @return the trace
     */
    public TraceRecorder trace() {
        return trace;
    }

    // Machines

    /**
     * Builds a machine with one vCPU and 4 MiB of memory as in {@link GuestLayout}, and boots it: vCPU 0 is at its EL1
     * lane with interrupts masked and its vectors set.
     *
     * @return the machine
     */
    public Rig machine() {
        return machine(request -> {});
    }

    /**
     * Builds and boots a machine.
     *
     * @param more changes the request for one vCPU and 4 MiB of memory
     * @return the machine
     */
    public Rig machine(Consumer<MachineRequest.Builder> more) {
        Rig rig = unbootedMachine(more);
        rig.boot();
        return rig;
    }

    /**
     * Builds a machine and leaves it as it is after cold reset.
     *
     * @param more changes the request for one vCPU and 4 MiB of memory
     * @return the machine
     */
    public Rig unbootedMachine(Consumer<MachineRequest.Builder> more) {
        Rig rig = new Rig(this, plan(more));
        rigs.add(rig);
        return rig;
    }

    /**
     * Plans a machine.
     *
     * @param more changes the request for one vCPU and 4 MiB of memory
     * @return the plan
     */
    public MachinePlan plan(Consumer<MachineRequest.Builder> more) {
        MachineRequest.Builder request =
                MachineRequest.builder().memory(GuestLayout.RAM).trace(trace).seed(seed);
        more.accept(request);
        return subject.backend().plan(request.build());
    }

    /**
     * Makes a page source that answers when the scenario tells it to.
     *
     * @return the source, not attached to anything
     */
    public ScriptedPageSource pageSource() {
        return new ScriptedPageSource();
    }

    // What has happened

    /**
     * Says that something happened without which the verdict would mean nothing.
     *
     * @param name a witness that the check declares
     */
    public void witness(String name) {
        if (witnessed.add(Objects.requireNonNull(name, "name"))) {
            trace.line("witness: " + name);
        }
    }

    /**
     * Returns what was witnessed.
     *
     * @return names, sorted
     */
    public SortedSet<String> witnessed() {
        return Collections.unmodifiableSortedSet(witnessed);
    }

    /**
     * Writes a line to the trace, for people who read it.
     *
     * @param text what the scenario does next
     */
    public void note(String text) {
        trace.line("-- " + text);
    }

    // What has to be true

    /**
     * Demands a number.
     *
     * @param what what is looked at
     * @param expected what the rule says
     * @param actual what it is
     */
    public void expectEqual(String what, long expected, long actual) {
        if (expected != actual) {
            throw failure(what, number(expected), number(actual));
        }
    }

    /**
     * Demands a value.
     *
     * @param what what is looked at
     * @param expected what the rule says
     * @param actual what it is
     */
    public void expectEqual(String what, Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw failure(what, expected.toString(), String.valueOf(actual));
        }
    }

    /**
     * Demands one of several numbers, where a rule leaves a choice.
     *
     * @param what what is looked at
     * @param actual what it is
     * @param allowed what the rule allows
     */
    public void expectOneOf(String what, long actual, long... allowed) {
        StringBuilder list = new StringBuilder();
        for (long candidate : allowed) {
            if (candidate == actual) {
                return;
            }
            list.append(list.length() == 0 ? "" : " or ").append(number(candidate));
        }
        throw failure(what, list.toString(), number(actual));
    }

    /**
     * Demands that a sentence is true.
     *
     * @param sentence what the rule says
     * @param holds whether it is so
     */
    public void expectThat(String sentence, boolean holds) {
        if (!holds) {
            throw failure(sentence, "true", "false");
        }
    }

    /**
     * Demands that all registers are as expected.
     *
     * @param what what is looked at
     * @param expected what the rule says
     * @param actual what they are
     */
    public void expectEqual(String what, RegisterFile expected, RegisterFile actual) {
        List<String> differences = expected.differences(actual);
        if (!differences.isEmpty()) {
            throw failure(what, "no register to differ", String.join("; ", differences));
        }
    }

    /**
     * Demands that an instruction was executed and the next one follows it.
     *
     * @param what the instruction
     * @param step what happened
     */
    public void expectRetired(String what, GuestStep step) {
        if (!(step instanceof GuestStep.Retired)) {
            throw failure(what, "to be executed and to go on with the next instruction", describe(step));
        }
    }

    /**
     * Demands that control went to an address.
     *
     * @param what what should lead there
     * @param step what happened
     * @param pc the address
     */
    public void expectDiverted(String what, GuestStep step, long pc) {
        if (!(step instanceof GuestStep.Diverted diverted) || diverted.pc() != pc) {
            throw failure(what, "control to go to " + hex(pc), describe(step));
        }
    }

    /**
     * Demands that a vCPU stopped for a reason.
     *
     * @param <E> the reason
     * @param what what should lead there
     * @param step what happened
     * @param reason class of the reason
     * @return the reason
     */
    public <E extends VcpuExit> E expectStopped(String what, GuestStep step, Class<E> reason) {
        if (step instanceof GuestStep.Stopped stopped && reason.isInstance(stopped.exit())) {
            return reason.cast(stopped.exit());
        }
        throw failure(what, "the vCPU to stop with " + reason.getSimpleName(), describe(step));
    }

    /**
     * Demands that a call of the API is refused with a stable error.
     *
     * @param what the call
     * @param id the error
     * @param call makes it
     * @return the error, to look at its text
     */
    public HypervisorException expectRefused(String what, ErrorId id, Runnable call) {
        try {
            call.run();
        } catch (HypervisorException refusal) {
            expectEqual("error of " + what, id, refusal.id());
            return refusal;
        }
        throw failure(what, "a HypervisorException with " + id, "no exception");
    }

    /**
     * Makes a failure that names the present position.
     *
     * @param what what was looked at
     * @param expected what the rule says
     * @param actual what happened
     * @return the failure, to be thrown
     */
    public CheckFailure failure(String what, String expected, String actual) {
        return new CheckFailure(what, expected, actual, where());
    }

    // For the engine

    /**
     * Returns the number of guest operations so far.
     *
     * @return at least 0
     */
    public long operations() {
        return operations;
    }

    /**
     * Looks at what must be true at the end of every scenario: the counters of page faults balance (APF-190).
     *
     * @throws CheckFailure if they do not
     */
    public void finish() {
        for (Rig rig : rigs) {
            if (rig.isEnded()) {
                continue;
            }
            rig.machine().asyncPageFaults().ifPresent(faults -> {
                FaultCounters counters = faults.counters();
                if (!counters.isBalanced()) {
                    throw failure(
                            "page fault counters at the end (APF-190)",
                            "announced = ready + covered by wake-all + cancelled + outstanding",
                            counters.toString());
                }
            });
        }
    }

    /** Closes all machines. */
    @Override
    public void close() {
        RuntimeException first = null;
        for (Rig rig : rigs) {
            try {
                rig.close();
            } catch (RuntimeException problem) {
                first = first == null ? problem : first;
            }
        }
        rigs.clear();
        if (first != null) {
            throw first;
        }
    }

    String where() {
        String place = position.get();
        return place.isEmpty() ? "" : place + ", operation " + operations;
    }

    /** Counts a guest operation; true if the machine shall be cut before it. */
    boolean countOperation(SteppingGuestCpu cpu) {
        if (++operations > budget.operations()) {
            throw new BudgetExceeded("more than " + budget.operations() + " guest operations");
        }
        position = cpu::position;
        return cuts.cutsBefore(operations);
    }

    void charge(long amount) {
        instructions += amount;
        if (instructions > budget.instructions()) {
            throw new BudgetExceeded("more than " + budget.instructions() + " instructions");
        }
    }

    /** Writes an address. */
    static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    /** Writes a number as people compare it: small ones in decimal, too. */
    static String number(long value) {
        if (value >= 0 && value < 10) {
            return Long.toString(value);
        }
        return value > -4096 && value < 4096 ? value + " (" + hex(value) + ")" : hex(value);
    }

    private static String describe(GuestStep step) {
        if (step instanceof GuestStep.Diverted diverted) {
            return "control went to " + hex(diverted.pc());
        }
        return step instanceof GuestStep.Stopped stopped
                ? "the vCPU stopped with " + stopped.exit()
                : "the next instruction follows";
    }
}
