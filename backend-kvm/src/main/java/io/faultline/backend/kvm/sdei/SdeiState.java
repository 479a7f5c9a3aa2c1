/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Everything that a dispatcher remembers. The rules are elsewhere; the names of the values in a saved state, too
 * ({@link SdeiStateCodec}).
 *
 * @since 0.1
 */
public final class SdeiState {
    private final ClientMachine client;
    private final List<EventDefinition> definitions;
    private final List<PeState> processors;
    private final List<EventInstance> shared;
    private final Slots slots;

    /**
     * Makes the state at cold reset.
     *
     * @param client the machine
     * @param events every event but event 0, which is always there
     * @throws IllegalArgumentException if two events have the same number
     */
    public SdeiState(ClientMachine client, List<EventDefinition> events) {
        this.client = client;
        List<EventDefinition> all = new ArrayList<>(events);
        all.add(EventDefinition.SOFTWARE_SIGNALLED);
        all.sort(Comparator.comparingInt(EventDefinition::number));
        for (int i = 1; i < all.size(); i++) {
            if (all.get(i).number() == all.get(i - 1).number()) {
                throw new IllegalArgumentException(all.get(i) + " is defined twice");
            }
        }
        definitions = List.copyOf(all);
        slots = new Slots(definitions, client.interrupts());
        List<EventInstance> instances = new ArrayList<>();
        for (EventDefinition definition : select(Predicate.not(EventDefinition::isPrivate))) {
            instances.add(new EventInstance(definition, EventInstance.NOBODY, slots.bindingOf(definition)));
        }
        shared = List.copyOf(instances);
        List<EventDefinition> own = select(EventDefinition::isPrivate);
        List<PeState> pes = new ArrayList<>();
        for (int i = 0; i < client.processors(); i++) {
            pes.add(new PeState(this, client.processor(i), own));
        }
        processors = List.copyOf(pes);
    }

    private List<EventDefinition> select(Predicate<EventDefinition> wanted) {
        return definitions.stream().filter(wanted).toList();
    }

    /**
     * Returns the machine.
     *
     * @return the machine of the client
     */
    public ClientMachine client() {
        return client;
    }

    /**
     * Returns every event.
     *
     * @return the definitions by number; unmodifiable
     */
    public List<EventDefinition> definitions() {
        return definitions;
    }

    /**
     * Returns the PEs.
     *
     * @return the PEs by index; unmodifiable
     */
    public List<PeState> processors() {
        return processors;
    }

    /**
     * Returns a PE.
     *
     * @param index index of the PE
     * @return the PE
     * @throws IndexOutOfBoundsException if there is no such PE
     */
    public PeState processor(int index) {
        return processors.get(index);
    }

    /**
     * Returns the shared events.
     *
     * @return the instances by event number; unmodifiable
     */
    public List<EventInstance> sharedEvents() {
        return shared;
    }

    /**
     * Returns the events to which interrupts can be bound.
     *
     * @return the slots
     */
    public Slots slots() {
        return slots;
    }

    EventInstance sharedEvent(int number) {
        return find(shared, number).orElseThrow();
    }

    /**
     * Finds the instance that a call on a PE means: its own of a private event, the only one of a shared event.
     *
     * @param pe the PE
     * @param number event number
     * @return the instance, or empty if there is no such event
     */
    public Optional<EventInstance> find(PeState pe, int number) {
        Optional<EventInstance> own = find(pe.events(), number);
        return own.isPresent() ? own : find(shared, number);
    }

    static Optional<EventInstance> find(List<EventInstance> sorted, int number) {
        int low = 0;
        int high = sorted.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            EventInstance candidate = sorted.get(middle);
            int order = Integer.compare(candidate.definition().number(), number);
            if (order == 0) {
                return candidate.some();
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return Optional.empty();
    }

    /** Puts everything into the state after cold reset. */
    public void reset() {
        processors.forEach(PeState::reset);
        shared.forEach(EventInstance::reset);
        slots.reset();
    }
}
