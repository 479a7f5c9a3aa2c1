/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.api.trace.TraceEvent;
import java.util.Objects;
import java.util.Optional;

/**
 * The SDEI dispatcher of one machine: it answers calls and enters handlers.
 *
 * <p>A call never enters a handler itself. It only changes what is latched, and the handler is entered when the PE asks
 * before its next instruction; so the result of the call is part of what the handler interrupts (SDEI-106).
 *
 * <p>Called by the thread that drives the machine. No guest behaviour makes a method throw; the work of a call is bounded
 * by the number of events times the number of PEs.
 *
 * @since 0.1
 */
public final class SdeiDispatcher implements StateElement {
    private final SdeiState state;
    private final SdeiCalls calls;
    private final HandlerTransitions transitions;
    private final DispatchRules rules;
    private final HandlerEntry handlerEntry;
    private final Reevaluation reevaluation;
    private final PowerRules power;
    private final SdeiStateCodec codec;
    private final SdeiInjection injection;
    private final int zeroedRegisters;

    SdeiDispatcher(
            SdeiState state,
            SdeiCalls calls,
            HandlerTransitions transitions,
            DispatchRules rules,
            HandlerEntry handlerEntry,
            Reevaluation reevaluation,
            PowerRules power,
            SdeiStateCodec codec,
            SdeiInjection injection,
            int zeroedRegisters) {
        this.state = Objects.requireNonNull(state, "state");
        this.calls = Objects.requireNonNull(calls, "calls");
        this.transitions = Objects.requireNonNull(transitions, "transitions");
        this.rules = Objects.requireNonNull(rules, "rules");
        this.handlerEntry = Objects.requireNonNull(handlerEntry, "handlerEntry");
        this.reevaluation = Objects.requireNonNull(reevaluation, "reevaluation");
        this.power = Objects.requireNonNull(power, "power");
        this.codec = Objects.requireNonNull(codec, "codec");
        this.injection = Objects.requireNonNull(injection, "injection");
        this.zeroedRegisters = zeroedRegisters;
    }

    /**
     * Returns what is remembered, for those who observe or test.
     *
     * @return the live state
     */
    public SdeiState state() {
        return state;
    }

    /**
     * Returns the way in for events that the hypervisor or the VMM raises.
     *
     * @return the injection interface of this dispatcher
     */
    public SdeiInjection injection() {
        return injection;
    }

    /**
     * Answers a call, or sends the caller elsewhere.
     *
     * <p>A caller at another level than that of the client gets NOT_SUPPORTED (SDEI-005).
     *
     * @param pe index of the PE that calls
     * @param function function identifier, W0
     * @return false if the identifier is outside 0xC4000020 to 0xC400003F; nothing was changed then
     */
    public boolean call(int pe, int function) {
        if (!SdeiFunction.isReserved(function)) {
            return false;
        }
        PeState caller = state.processor(pe);
        Optional<SdeiFunction> known = SdeiFunction.of(function);
        boolean isClient = caller.cpu().currentLevel() == caller.cpu().level();
        CallOutcome outcome =
                known.isPresent() && isClient ? calls.execute(caller, known.get()) : CallOutcome.of(Sdei.NOT_SUPPORTED);
        if (outcome.returns()) {
            caller.cpu().x(0, outcome.value());
            for (int n = 1; n <= zeroedRegisters; n++) {
                caller.cpu().x(n, 0);
            }
        }
        return true;
    }

    /**
     * Enters the handler that is due on a PE, if there is one.
     *
     * @param pe index of a PE that is about to execute an instruction
     * @return true if a handler was entered
     */
    public boolean attention(int pe) {
        PeState target = state.processor(pe);
        Optional<EventInstance> due = rules.next(target);
        if (due.isEmpty()) {
            return false;
        }
        EventInstance event = due.get();
        event.take();
        event.lastTaker(pe);
        event.state(transitions.of(HandlerOperation.DISPATCH, event.state()).next());
        handlerEntry.enter(target, event);
        if (state.client().tracing()) {
            SavedContext context = target.innermost();
            state.client()
                    .trace(new TraceEvent.SdeiDispatched(
                            pe, event.definition().number(), context.pc(), context.pstate()));
        }
        reevaluation.at(Reevaluation.Point.DISPATCH, target);
        return true;
    }

    /**
     * Tells whether a handler is due on a PE.
     *
     * @param pe index of the PE
     * @return true if {@link #attention} would enter one
     */
    public boolean isDue(int pe) {
        return rules.next(state.processor(pe)).isPresent();
    }

    /**
     * A PE was turned on.
     *
     * @param pe index of the PE
     */
    public void turnedOn(int pe) {
        power.turnedOn(state.processor(pe));
    }

    /**
     * Tells whether a handler runs on a PE.
     *
     * @param pe index of the PE
     * @return true if one does
     */
    public boolean isHandling(int pe) {
        return state.processor(pe).depth() > 0;
    }

    /**
     * A PE wakes from a state in which it had lost its context.
     *
     * @param pe index of the PE
     */
    public void resumed(int pe) {
        power.resumed(state.processor(pe));
    }

    /**
     * A PE is being turned off, or put into its state after cold reset.
     *
     * @param pe index of the PE
     */
    public void turnedOff(int pe) {
        power.turnedOff(state.processor(pe));
    }

    /**
     * The state of an interrupt that was taken from the client may have changed.
     *
     * @param pe index of the PE of a PPI, {@link EventInstance#NOBODY} for an SPI
     * @param intid the interrupt
     */
    public void interruptChanged(int pe, int intid) {
        Optional<Slots.Slot> slot = state.slots().of(intid);
        if (slot.isPresent()) {
            PeState at = state.processor(Math.max(pe, 0));
            state.find(at, slot.get().event())
                    .filter(EventInstance::isPending)
                    .ifPresent(event -> reevaluation.at(Reevaluation.Point.TRIGGER, at));
        }
    }

    @Override
    public String stateName() {
        return "sdei";
    }

    @Override
    public void reset() {
        state.reset();
    }

    @Override
    public void save(StateWriter writer) {
        codec.save(state, writer);
    }

    /**
     * {@inheritDoc}
     *
     * <p>PEs that have an event to take then are asked for attention.
     */
    @Override
    public void restore(StateReader reader) {
        codec.restore(state, reader);
        state.processors().forEach(pe -> reevaluation.at(Reevaluation.Point.RESTORE, pe));
    }
}
