/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import java.util.ArrayList;
import java.util.List;

/**
 * What the dispatcher knows of one PE: the mask, the private events, and the handlers that run.
 *
 * @since 0.1
 */
public final class PeState {
    /** A normal handler, and a critical one on top of it (SDEI-126). */
    public static final int MAX_DEPTH = 2;

    private final SdeiState machine;
    private final ClientPe cpu;
    private final List<EventInstance> events;
    private final SavedContext[] contexts = new SavedContext[MAX_DEPTH];
    private int depth;
    private boolean masked = true;

    /**
     * Makes the state of a PE at cold reset: masked, nothing registered.
     *
     * @param machine the state of the whole dispatcher
     * @param cpu the PE
     * @param definitions all private events, by number
     */
    PeState(SdeiState machine, ClientPe cpu, List<EventDefinition> definitions) {
        this.machine = machine;
        this.cpu = cpu;
        List<EventInstance> instances = new ArrayList<>();
        for (EventDefinition definition : definitions) {
            instances.add(
                    new EventInstance(definition, cpu.index(), machine.slots().bindingOf(definition)));
        }
        events = List.copyOf(instances);
        for (int i = 0; i < MAX_DEPTH; i++) {
            contexts[i] = new SavedContext(events.get(0));
        }
    }

    /**
     * Returns the index of the PE.
     *
     * @return 0 to the number of PEs minus 1
     */
    public int index() {
        return cpu.index();
    }

    /**
     * Returns the processor.
     *
     * @return the PE
     */
    public ClientPe cpu() {
        return cpu;
    }

    /**
     * Returns the state of the whole dispatcher.
     *
     * @return the state that this is a part of
     */
    public SdeiState machine() {
        return machine;
    }

    /**
     * Returns the private events of this PE.
     *
     * @return the instances by event number; unmodifiable
     */
    public List<EventInstance> events() {
        return events;
    }

    EventInstance event(int number) {
        return SdeiState.find(events, number).orElseThrow();
    }

    /**
     * Tells whether events are masked on this PE.
     *
     * @return true after reset
     */
    public boolean isMasked() {
        return masked;
    }

    /**
     * Sets the mask.
     *
     * @param newMask true to mask events
     */
    public void masked(boolean newMask) {
        this.masked = newMask;
    }

    /**
     * Returns how many handlers run on this PE.
     *
     * @return 0 to {@link #MAX_DEPTH}
     */
    public int depth() {
        return depth;
    }

    /**
     * Returns a context that a handler interrupted.
     *
     * @param level 0 for the outermost handler, {@link #depth()} minus 1 for the innermost
     * @return the context
     * @throws IndexOutOfBoundsException if no handler runs at this level
     */
    public SavedContext context(int level) {
        return contexts[java.util.Objects.checkIndex(level, depth)];
    }

    /**
     * Returns the context that the innermost handler interrupted.
     *
     * @return the context
     * @throws IndexOutOfBoundsException if no handler runs
     */
    public SavedContext innermost() {
        return context(depth - 1);
    }

    /**
     * Records that a handler begins. Its context is to be filled by the caller.
     *
     * @param event the event
     * @return the context, cleared
     * @throws IndexOutOfBoundsException if {@link #MAX_DEPTH} handlers run already
     */
    public SavedContext push(EventInstance event) {
        SavedContext context = contexts[depth];
        context.clear();
        context.event(event);
        depth++;
        cpu.handlers(depth);
        return context;
    }

    /**
     * Records that the innermost handler has ended.
     *
     * @return its event
     * @throws IndexOutOfBoundsException if no handler runs
     */
    public EventInstance pop() {
        EventInstance event = innermost().event();
        depth--;
        cpu.handlers(depth);
        return event;
    }

    void reset() {
        events.forEach(EventInstance::reset);
        depth = 0;
        cpu.handlers(0);
        masked = true;
    }
}
