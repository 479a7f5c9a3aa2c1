/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.Register;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.hwmodel.cpu.ProcessingElement;
import io.faultline.hwmodel.timer.VirtualClock;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A vCPU: the loop around its PE, what it waits for, and why it stopped.
 *
 * <p>{@link #kick()} sets a flag and touches nothing else. The loop looks at it before each slice, so that a kick has an
 * effect within {@value #SLICE} instructions and never in the middle of one.
 */
final class CoreVcpu implements Vcpu, VirtualProcessor {
    private static final long SLICE = 1 << 16;
    /** An instruction touches two pages at most and its fetch a third; a step that is tried more often makes no progress. */
    private static final int STEP_ATTEMPTS = 16;

    private static final VcpuExit STEPPED = new VcpuExit.Stepped();
    private static final VcpuExit KICKED = new VcpuExit.Kicked();
    private static final VcpuExit POWERED_OFF = new VcpuExit.PoweredOff();
    private static final VcpuExit WITHOUT_DEADLINE = new VcpuExit.WaitForInterrupt(OptionalLong.empty());

    private final CoreMachine machine;
    private final ProcessingElement pe;
    private final WaitState wait = new WaitState();
    private final AtomicBoolean kicked = new AtomicBoolean();

    private @Nullable LoadTarget unanswered;
    /** The kind of the MMIO access that the last run stopped for; null once it is past refusing. */
    private @Nullable AccessKind refusable;

    /** How the base register of that access was before, if it was written back. */
    private IndexedAccess.@Nullable Undo undo;

    private @Nullable VcpuExit exit;
    private long retired;
    /** The instruction was not completed and is to be tried again. */
    private boolean again;
    /** The personality was told that this vCPU executes. Not state: it concerns the run in progress. */
    private boolean entered;

    CoreVcpu(CoreMachine machine, ProcessingElement pe) {
        this.machine = machine;
        this.pe = pe;
    }

    @Override
    public int index() {
        return pe.index();
    }

    @Override
    public Affinity affinity() {
        return pe.affinity();
    }

    @Override
    public ProcessingElement pe() {
        return pe;
    }

    @Override
    public boolean isOn() {
        return machine.power().isOn(pe.index());
    }

    @Override
    public Host host() {
        return machine;
    }

    @Override
    public void requestAttention() {
        pe.requestAttention();
    }

    @Override
    public boolean retryWithPage(long page, AccessKind access) {
        return machine.retryCall(this, access, page);
    }

    @Override
    public long retired() {
        machine.requireOpen();
        return retired;
    }

    @Override
    public void kick() {
        kicked.set(true);
    }

    @Override
    public VcpuExit run(RunBudget budget) {
        long limit = Objects.requireNonNull(budget, "budget").instructions();
        begin();
        long before = retired;
        long spent = 0;
        while (true) {
            @Nullable VcpuExit why = kicked.getAndSet(false) ? KICKED : obstacle();
            if (why == null && spent >= limit) {
                why = new VcpuExit.BudgetExhausted(retired - before);
            }
            if (why == null) {
                enter();
                spent += execute(Math.min(limit - spent, Math.min(SLICE, machine.instructionsUntilDeadline())));
                why = exit;
            }
            if (why != null) {
                return end(why);
            }
        }
    }

    @Override
    public VcpuExit step() {
        begin();
        for (int attempt = 0; attempt < STEP_ATTEMPTS; attempt++) {
            @Nullable VcpuExit why = obstacle();
            if (why != null) {
                return end(why);
            }
            again = false;
            enter();
            long before = pe.retired();
            pe.step();
            account(before);
            if (exit != null) {
                return end(exit);
            }
            if (!again) {
                break;
            }
        }
        @Nullable VcpuExit why = obstacle();
        return end(why == null ? STEPPED : why);
    }

    private void begin() {
        machine.requireOpen();
        requireAnswered("running");
        exit = null;
        entered = false;
        refusable = null;
        undo = null;
        machine.absentPages().poll();
    }

    private void enter() {
        if (!entered) {
            entered = true;
            machine.personality().entered(this);
        }
    }

    private VcpuExit end(VcpuExit why) {
        exit = null;
        if (entered) {
            entered = false;
            machine.personality().left(this);
        }
        machine.absentPages().poll();
        machine.counts().count(why);
        return why;
    }

    /** Executes at most a number of instructions; returns how many, those that trapped included. */
    private long execute(long limit) {
        long before = pe.retired();
        pe.run(limit);
        return account(before);
    }

    private long account(long before) {
        long executed = pe.retired() - before;
        retired += executed;
        machine.counts().add(Counter.INSTRUCTIONS, executed);
        return executed;
    }

    /** Returns what keeps this vCPU from executing; a wait that is over ends here. */
    private @Nullable VcpuExit obstacle() {
        machine.passDeadline();
        if (!isOn()) {
            return POWERED_OFF;
        }
        Optional<VcpuExit> ofPersonality = machine.personality().obstacle(this);
        if (ofPersonality.isPresent()) {
            return ofPersonality.get();
        }
        return switch (wait.kind()) {
            case NOTHING -> null;
            case INTERRUPT -> interruptWait();
            case PAGE_OR_INTERRUPT -> pageWait(true);
            case PAGE -> pageWait(false);
            case POWERED_DOWN -> powerDownWait();
            case BLOCKED -> blockedWait();
        };
    }

    private @Nullable VcpuExit interruptWait() {
        machine.absentPages().poll();
        if (pe.isInterruptPending() || machine.personality().wakes(this)) {
            return goOn();
        }
        return waitUntil(
                Math.min(pe.timers().nextDeadline(), machine.personality().nextDeadline(this)));
    }

    private @Nullable VcpuExit blockedWait() {
        machine.absentPages().poll();
        if (machine.now() >= wait.deadline()
                || pendingInterrupt() != WaitState.NO_INTERRUPT && pendingInterrupt() != wait.disregarded()
                || pe.isInterruptDue()
                || machine.personality().wakes(this)) {
            return goOn();
        }
        return waitUntil(nextDeadline());
    }

    private int pendingInterrupt() {
        return pe.isInterruptPending() ? pe.cpuInterface().signalled() : WaitState.NO_INTERRUPT;
    }

    /** When something happens by itself that ends a wait of this vCPU. */
    long nextDeadline() {
        return Math.min(
                Math.min(pe.timers().nextDeadline(), wait.deadline()),
                machine.personality().nextDeadline(this));
    }

    private static VcpuExit waitUntil(long deadline) {
        return deadline == VirtualClock.NEVER
                ? WITHOUT_DEADLINE
                : new VcpuExit.WaitForInterrupt(CoreMachine.deadline(deadline));
    }

    private @Nullable VcpuExit powerDownWait() {
        @Nullable VcpuExit waiting = interruptWait();
        if (waiting == null) {
            machine.power().resume(this);
            // The reset has made the PE forget what woke it.
            pe.requestAttention();
        }
        return waiting;
    }

    private @Nullable VcpuExit pageWait(boolean interruptible) {
        machine.absentPages().poll();
        if (!machine.absentPages().isAwaited(this, wait.page())
                || interruptible
                        && (pe.isInterruptDue() || machine.personality().wakes(this))) {
            return goOn();
        }
        return new VcpuExit.WaitForPage(
                machine.absentPages().awaited(this, wait.page()).orElseThrow(), interruptible);
    }

    private @Nullable VcpuExit goOn() {
        wait.reset();
        pe.requestAttention();
        return null;
    }

    /** The PE stops after the present instruction or trap, for this reason. */
    void stop(VcpuExit why) {
        exit = why;
        pe.requestStop();
    }

    /** If this vCPU is running, it stops and looks what is due before it goes on. */
    void reconsider() {
        if (entered) {
            pe.requestStop();
        }
    }

    /** The present instruction is tried again. */
    void retry() {
        again = true;
    }

    /** The present instruction is complete and nothing is executed before an interrupt or event comes. */
    void waitForInterrupt() {
        machine.counts().count(Counter.INTERRUPT_WAITS);
        wait.forInterrupt();
        pe.requestStop();
    }

    @Override
    public void block(long deadline) {
        machine.counts().count(Counter.INTERRUPT_WAITS);
        wait.blocked(deadline, pendingInterrupt());
        pe.requestStop();
    }

    @Override
    public void unblock() {
        if (wait.kind() == WaitState.Kind.BLOCKED) {
            goOn();
        }
    }

    @Override
    public boolean isBlocked() {
        return switch (wait.kind()) {
            case INTERRUPT, POWERED_DOWN, BLOCKED -> true;
            case NOTHING, PAGE, PAGE_OR_INTERRUPT -> false;
        };
    }

    @Override
    public boolean isWaitingForPage() {
        return wait.kind() == WaitState.Kind.PAGE || wait.kind() == WaitState.Kind.PAGE_OR_INTERRUPT;
    }

    @Override
    public void exit(VcpuExit why) {
        stop(why);
    }

    @Override
    public void shutDown(VcpuExit.SystemEvent.Kind kind) {
        machine.power().turnAllOff(kind == VcpuExit.SystemEvent.Kind.OFF ? "system-off" : "system-reset");
        stop(new VcpuExit.SystemEvent(kind));
    }

    /** The context is lost; the vCPU starts anew when an interrupt or event comes. */
    void waitPoweredDown() {
        machine.counts().count(Counter.INTERRUPT_WAITS);
        wait.poweredDown();
        pe.requestStop();
    }

    /** The present instruction is tried again when the page has come. */
    void waitForPage(long page, boolean interruptible) {
        machine.counts().count(Counter.PAGE_WAITS);
        wait.forPage(page, interruptible);
        again = true;
        pe.requestStop();
    }

    /** The access under way changed its base register: how to take that back if the access is refused. */
    void undo(IndexedAccess.Undo before) {
        undo = before;
    }

    /** The present load is complete but for its value, which the VMM supplies. */
    void waitForAnswer(LoadTarget target, VcpuExit.MmioRead read) {
        unanswered = target;
        refusable = AccessKind.READ;
        stop(read);
    }

    /** The present store is complete, and the VMM carries it out or refuses it. */
    void reportStore(VcpuExit.MmioWrite write) {
        refusable = AccessKind.WRITE;
        stop(write);
    }

    /** Ends a load. */
    void load(LoadTarget target, long value) {
        if (!target.isDiscarded()) {
            pe.x(target.register(), target.extend(value));
        }
    }

    @Override
    public void completeMmioRead(long value) {
        machine.requireOpen();
        LoadTarget target = unanswered;
        if (target == null) {
            throw illegalState("answering an MMIO read that does not exist", "answer only after the exit MmioRead");
        }
        unanswered = null;
        refusable = null;
        load(target, value);
    }

    @Override
    public void refuseMmio() {
        machine.requireOpen();
        AccessKind access = refusable;
        if (access == null) {
            throw illegalState(
                    "refusing an MMIO access that does not exist",
                    "refuse only after the exit MmioRead or MmioWrite, before the vCPU runs again");
        }
        boolean powered = isOn();
        IndexedAccess.Undo before = undo;
        forgetAccess();
        if (powered) {
            if (before != null) {
                before.apply(pe);
            }
            machine.refused(this, access);
        }
    }

    private void forgetAccess() {
        unanswered = null;
        refusable = null;
        undo = null;
    }

    /** Refuses something that is not possible while a load has no value. */
    void requireAnswered(String attempted) {
        if (unanswered != null) {
            throw illegalState(
                    attempted + " while a vCPU waits for the answer to an MMIO read", "call completeMmioRead first");
        }
    }

    /** The vCPU is off: an answer that is still to come is taken and dropped. */
    void powerDown() {
        wait.reset();
        LoadTarget target = unanswered;
        if (target != null) {
            unanswered = target.discarded();
        }
    }

    /** Nothing is under way any more. */
    void forget() {
        wait.reset();
        forgetAccess();
        exit = null;
    }

    WaitState waitState() {
        return wait;
    }

    @Override
    public long read(Register register) {
        machine.requireOpen();
        requireRegister(register);
        return pe.read(register);
    }

    @Override
    public void write(Register register, long value) {
        machine.requireOpen();
        requireRegister(register);
        try {
            pe.write(register, value);
        } catch (IllegalArgumentException refused) {
            throw new HypervisorException(
                    ErrorId.INVALID_ARGUMENT,
                    "writing 0x" + Long.toHexString(value) + " to register " + register.name(),
                    where(),
                    "write a register that can be written, with a value that it can have",
                    refused);
        }
        if (register == CoreRegister.PC) {
            wait.reset();
        }
    }

    private void requireRegister(Register register) {
        if (!pe.has(register)) {
            throw new HypervisorException(
                    ErrorId.INVALID_ARGUMENT,
                    "accessing register " + register.name() + ", which the vCPU does not have",
                    where(),
                    "use a register of a feature that the ID registers show");
        }
    }

    @Override
    public void reset() {
        machine.requireOpen();
        machine.reset(this);
    }

    private HypervisorException illegalState(String attempted, String remedy) {
        return new HypervisorException(ErrorId.ILLEGAL_STATE, attempted, where(), remedy);
    }

    private String where() {
        return "backend " + machine.identity().backend() + ", vCPU " + pe.index();
    }
}
