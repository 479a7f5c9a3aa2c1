/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.SdeiEventType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The events to which interrupts can be bound. They exist as numbers all the time, and can be registered while bound.
 *
 * @since 0.1
 */
public final class Slots {
    /** Number of the event of the first private slot; the others follow. */
    public static final int FIRST_PRIVATE = 1000;
    /** Number of the event of the first shared slot; the others follow. */
    public static final int FIRST_SHARED = 2000;

    /**
     * One slot.
     *
     * @param definition its event
     * @param binding what is bound to it
     */
    public record Slot(EventDefinition definition, Binding binding) {
        /**
         * Returns the number of its event.
         *
         * @return positive
         */
        public int event() {
            return definition.number();
        }
    }

    private final List<Slot> slots = new ArrayList<>();
    /** Of every other event. */
    private final Binding none;

    Slots(List<EventDefinition> definitions, ClientInterrupts interrupts) {
        none = new Binding(interrupts);
        for (EventDefinition definition : definitions) {
            if (definition.isDynamic()) {
                slots.add(new Slot(definition, new Binding(interrupts)));
            }
        }
    }

    /**
     * Lists the definitions of the events of a number of slots.
     *
     * @param privateSlots number of private slots
     * @param sharedSlots number of shared slots
     * @return normal events, private ones first
     */
    public static List<EventDefinition> definitions(int privateSlots, int sharedSlots) {
        List<EventDefinition> definitions = new ArrayList<>();
        for (int i = 0; i < privateSlots; i++) {
            definitions.add(EventDefinition.dynamic(FIRST_PRIVATE + i, SdeiEventType.PRIVATE));
        }
        for (int i = 0; i < sharedSlots; i++) {
            definitions.add(EventDefinition.dynamic(FIRST_SHARED + i, SdeiEventType.SHARED));
        }
        return definitions;
    }

    /**
     * Returns the slots.
     *
     * @return by event number
     */
    public List<Slot> all() {
        return List.copyOf(slots);
    }

    /**
     * Finds the slot of an interrupt.
     *
     * @param intid a PPI or SPI
     * @return the slot to which it is bound, if any
     */
    public Optional<Slot> of(int intid) {
        return slots.stream().filter(slot -> slot.binding().intid() == intid).findFirst();
    }

    Optional<Slot> free(SdeiEventType kind) {
        return slots.stream()
                .filter(slot ->
                        slot.definition().type() == kind && !slot.binding().isBound())
                .findFirst();
    }

    Binding bindingOf(EventDefinition definition) {
        return slots.stream()
                .filter(slot -> slot.definition().equals(definition))
                .findFirst()
                .map(Slot::binding)
                .orElse(none);
    }

    /** Whether any PE has an event registered or running, or its interrupt is active. */
    static boolean isInUse(SdeiState machine, EventDefinition definition) {
        if (!definition.isPrivate()) {
            return isInUse(machine.sharedEvent(definition.number()));
        }
        return machine.processors().stream().anyMatch(pe -> isInUse(pe.event(definition.number())));
    }

    private static boolean isInUse(EventInstance event) {
        return event.state() != 0 || event.binding().isActive(event.owner());
    }

    void reset() {
        slots.forEach(slot -> slot.binding().release());
    }
}
