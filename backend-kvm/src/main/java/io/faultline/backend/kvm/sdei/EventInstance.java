/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import java.util.Objects;
import java.util.Optional;

/**
 * One handler instance: of a private event on one PE, or of a shared event in the whole machine.
 *
 * <p>This is state without rules: three state bits, the latch, the handler, and the routing of a shared event. The rules
 * are {@link HandlerTransitions}, {@link TriggerLatch}, {@link Registration} and {@link DispatchRules}.
 *
 * @since 0.1
 */
public final class EventInstance {
    /** Instead of the index of a PE: none. */
    public static final int NOBODY = -1;

    private final EventDefinition definition;
    private final int owner;
    private final Binding binding;
    private int state;
    private boolean pending;
    private long entry;
    private long argument;
    private boolean relative;
    private int target = NOBODY;
    private int asked;
    private int lastTaker = NOBODY;
    private Optional<SdeiEventListener> listener = Optional.empty();
    private final Optional<EventInstance> some = Optional.of(this);

    /**
     * Makes an instance that is not registered.
     *
     * @param definition what is fixed about the event
     * @param owner index of the PE of a private event, {@link #NOBODY} for a shared event
     * @param binding what is or will be bound to the event, the same for all instances of it
     */
    EventInstance(EventDefinition definition, int owner, Binding binding) {
        this.definition = Objects.requireNonNull(definition, "definition");
        this.owner = owner;
        this.binding = Objects.requireNonNull(binding, "binding");
    }

    /**
     * Returns this instance as what a search has found: the same object each time, since events are looked for on the way
     * of every page fault.
     *
     * @return an Optional of this
     */
    public Optional<EventInstance> some() {
        return some;
    }

    /**
     * Returns what is bound to the event.
     *
     * @return the binding, the same for all instances of an event
     */
    public Binding binding() {
        return binding;
    }

    /**
     * Returns what is fixed about the event.
     *
     * @return the definition
     */
    public EventDefinition definition() {
        return definition;
    }

    /**
     * Returns whose instance this is.
     *
     * @return index of the PE of a private event, {@link #NOBODY} for a shared event
     */
    public int owner() {
        return owner;
    }

    /**
     * Returns the state as EVENT_STATUS gives it.
     *
     * @return {@link Sdei#REGISTERED}, {@link Sdei#ENABLED} and {@link Sdei#RUNNING}
     */
    public int state() {
        return state;
    }

    /**
     * Sets the state.
     *
     * @param newState the three bits
     */
    public void state(int newState) {
        this.state = newState;
    }

    /**
     * Tells whether all of some state bits are set.
     *
     * @param bits state bits
     * @return true if they are
     */
    public boolean is(int bits) {
        return (state & bits) == bits;
    }

    /**
     * Tells whether a trigger is latched and not yet dispatched, or the interrupt that is bound wants attention.
     *
     * @return true if one is
     */
    public boolean isPending() {
        return pending || is(Sdei.REGISTERED) && binding.isPending(owner);
    }

    /**
     * Tells whether a trigger is latched here, whatever an interrupt says.
     *
     * @return what is part of the saved state
     */
    boolean isLatched() {
        return pending;
    }

    /** The handler begins: what was pending is consumed. */
    void take() {
        pending = false;
        binding.acknowledge(owner);
    }

    /** The handler has ended: the interrupt may fire again. */
    void end() {
        binding.end(owner);
    }

    /** The PE loses the event: its interrupt goes back to the client. */
    void giveBack() {
        if (is(Sdei.REGISTERED)) {
            binding.giveBack(owner);
        }
    }

    /**
     * Sets or clears the latch.
     *
     * @param latched whether a trigger is latched
     */
    public void pending(boolean latched) {
        this.pending = latched;
    }

    /**
     * Returns the entry point of the handler.
     *
     * @return virtual address at EL1; 0 if not registered
     */
    public long entry() {
        return entry;
    }

    /**
     * Returns the argument of the handler.
     *
     * @return X1 at handler entry; 0 if not registered
     */
    public long argument() {
        return argument;
    }

    /**
     * Tells whether the entry point counts from the vector base of the client.
     *
     * @return false unless the client has asked for it
     */
    public boolean isRelative() {
        return relative;
    }

    /**
     * Sets whether the entry point counts from the vector base of the client.
     *
     * @param fromVectorBase true if it does
     */
    public void relative(boolean fromVectorBase) {
        this.relative = fromVectorBase;
    }

    /**
     * Sets the handler.
     *
     * @param newEntry entry point
     * @param newArgument X1 at handler entry
     */
    public void handler(long newEntry, long newArgument) {
        this.entry = newEntry;
        this.argument = newArgument;
    }

    /**
     * Returns the routing of a shared event.
     *
     * @return index of the only PE that may take it (RM_PE), or {@link #NOBODY} if any may (RM_ANY)
     */
    public int target() {
        return target;
    }

    /**
     * Sets the routing of a shared event.
     *
     * @param newTarget index of a PE, or {@link #NOBODY} for RM_ANY
     */
    public void target(int newTarget) {
        this.target = newTarget;
    }

    /**
     * Returns which PE the source of the last trigger would like to take a shared event.
     *
     * @return index of a PE
     */
    public int asked() {
        return asked;
    }

    /**
     * Sets which PE the source would like to take a shared event.
     *
     * @param pe index of a PE
     */
    public void asked(int pe) {
        this.asked = pe;
    }

    /**
     * Returns which PE took a shared event last.
     *
     * @return index of a PE, or {@link #NOBODY} if none has yet
     */
    public int lastTaker() {
        return lastTaker;
    }

    /**
     * Sets which PE took a shared event last.
     *
     * @param pe index of a PE, or {@link #NOBODY}
     */
    public void lastTaker(int pe) {
        this.lastTaker = pe;
    }

    /**
     * Returns who is told what becomes of triggers of this instance.
     *
     * @return the listener, if there is one
     */
    public Optional<SdeiEventListener> listener() {
        return listener;
    }

    /**
     * Sets who is told what becomes of triggers. Not part of the saved state, and kept over resets.
     *
     * @param newListener the listener; replaces the one before
     */
    public void listener(SdeiEventListener newListener) {
        this.listener = Optional.of(newListener);
    }

    /** Puts everything but the running bit back to what it is when nothing is registered. */
    public void clearRegistration() {
        state &= Sdei.RUNNING;
        pending = false;
        entry = 0;
        argument = 0;
        relative = false;
        target = NOBODY;
        asked = 0;
    }

    /** Puts everything into the state after cold reset. */
    void reset() {
        state = 0;
        clearRegistration();
        lastTaker = NOBODY;
    }

    /**
     * Describes the instance for people.
     *
     * @return the event, its PE and its state
     */
    @Override
    public String toString() {
        return definition
                + (owner == NOBODY ? "" : " of PE " + owner)
                + " in state "
                + state
                + (pending ? ", pending" : "");
    }
}
