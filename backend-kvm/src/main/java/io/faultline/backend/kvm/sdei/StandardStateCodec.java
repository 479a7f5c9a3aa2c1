/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * One array of words for each property, by event number; unregister-pending is running and not registered, as in the
 * interface itself. What the client can see of version, features and events must be the same on both sides (SDEI-194,
 * SDEI-196); a state that the interface cannot reach is refused (SDEI-193, SDEI-195).
 *
 * @since 0.1
 */
public final class StandardStateCodec implements SdeiStateCodec {
    private static final String OFFER = "offer";
    private static final String EVENTS = "events";
    private static final String BINDINGS = "bindings";
    private static final String RELATIVE = "relative";
    private static final String SHARED = "shared";
    private static final String MASKED = "masked";
    private static final String STATES = "states";
    private static final String PENDING = "pending";
    private static final String ENTRIES = "entries";
    private static final String ARGUMENTS = "arguments";
    private static final String TARGETS = "targets";
    private static final String ASKED = "asked";
    private static final String LAST_TAKERS = "last-takers";
    private static final String DEPTH = "depth";

    private final SdeiPolicy policy;
    private final AddressCheck addresses;

    /**
     * Makes the codec.
     *
     * @param policy what the client sees of version and features
     * @param addresses what can have been registered
     */
    @Inject
    public StandardStateCodec(SdeiPolicy policy, AddressCheck addresses) {
        this.policy = policy;
        this.addresses = addresses;
    }

    @Override
    public void save(SdeiState state, StateWriter writer) {
        writer.words(OFFER, policy.visible());
        writer.words(EVENTS, events(state));
        writer.words(BINDINGS, bindings(state));
        StateWriter shared = writer.section(SHARED);
        saveEvents(shared, state.sharedEvents());
        shared.words(TARGETS, each(state.sharedEvents(), EventInstance::target));
        shared.words(ASKED, each(state.sharedEvents(), EventInstance::asked));
        shared.words(LAST_TAKERS, each(state.sharedEvents(), EventInstance::lastTaker));
        for (PeState pe : state.processors()) {
            StateWriter section = writer.section(section(pe));
            section.flag(MASKED, pe.isMasked());
            saveEvents(section, pe.events());
            section.word(DEPTH, pe.depth());
            for (int level = 0; level < pe.depth(); level++) {
                saveContext(section.section(context(level)), pe.context(level));
            }
        }
    }

    private static long[] events(SdeiState state) {
        return state.definitions().stream()
                .mapToLong(event -> (long) event.type().ordinal() << 33
                        | (long) event.priority().ordinal() << 32
                        | event.number())
                .toArray();
    }

    private static long[] bindings(SdeiState state) {
        return state.slots().all().stream()
                .mapToLong(slot -> slot.binding().intid())
                .toArray();
    }

    private static String section(PeState pe) {
        return "pe-" + pe.index();
    }

    private static String context(int level) {
        return "context-" + level;
    }

    private static long[] each(List<EventInstance> events, ToLongFunction<EventInstance> property) {
        return events.stream().mapToLong(property).toArray();
    }

    private static void saveEvents(StateWriter writer, List<EventInstance> events) {
        writer.words(STATES, each(events, EventInstance::state));
        writer.words(PENDING, each(events, event -> event.isLatched() ? 1 : 0));
        writer.words(ENTRIES, each(events, EventInstance::entry));
        writer.words(ARGUMENTS, each(events, EventInstance::argument));
        writer.words(RELATIVE, each(events, event -> event.isRelative() ? 1 : 0));
    }

    private static void saveContext(StateWriter writer, SavedContext context) {
        writer.word("event", context.event().definition().number());
        long[] x = new long[Sdei.SAVED_REGISTERS];
        Arrays.setAll(x, context::x);
        writer.words("x", x);
        writer.word("pc", context.pc());
        writer.word("pstate", context.pstate());
    }

    @Override
    public void restore(SdeiState state, StateReader reader) {
        same(reader.words(OFFER), policy.visible(), "another version or other features of SDEI");
        same(reader.words(EVENTS), events(state), "other SDEI events");
        instances(state).forEach(event -> divert(event, false));
        restoreBindings(reader, state);
        StateReader shared = reader.section(SHARED);
        restoreEvents(shared, state.sharedEvents());
        restoreRouting(shared, state);
        List<EventInstance> running = new ArrayList<>();
        for (PeState pe : state.processors()) {
            StateReader section = reader.section(section(pe));
            pe.masked(section.flag(MASKED));
            restoreEvents(section, pe.events());
            restoreContexts(section, pe, running);
            checkRunning(section, pe.events(), running);
        }
        checkRunning(shared, state.sharedEvents(), running);
        instances(state).forEach(event -> divert(event, true));
    }

    private static Stream<EventInstance> instances(SdeiState state) {
        return Stream.concat(
                state.sharedEvents().stream(), state.processors().stream().flatMap(pe -> pe.events().stream()));
    }

    /** What is taken from the client follows from what is registered, so that the two cannot disagree. */
    private static void divert(EventInstance event, boolean away) {
        if (event.is(Sdei.REGISTERED)) {
            event.binding().taken(event.owner(), away);
        }
    }

    private static void restoreBindings(StateReader reader, SdeiState state) {
        List<Slots.Slot> slots = state.slots().all();
        long[] bindings = reader.words(BINDINGS, slots.size());
        ClientInterrupts interrupts = state.client().interrupts();
        for (int i = 0; i < bindings.length; i++) {
            Slots.Slot slot = slots.get(i);
            long intid = bindings[i];
            boolean known = intid == Binding.UNBOUND
                    || intid == (int) intid
                            && interrupts
                                    .kind((int) intid)
                                    .equals(Optional.of(slot.definition().type()))
                            && interrupts.isOwned((int) intid);
            if (!known
                    || intid != Binding.UNBOUND
                            && Arrays.stream(bindings)
                                            .filter(other -> other == intid)
                                            .count()
                                    > 1) {
                throw reader.invalid(BINDINGS, "binds INTID " + intid + " to " + slot.definition());
            }
            slot.binding().bind((int) intid);
        }
    }

    private static void same(long[] saved, long[] here, String difference) {
        if (!Arrays.equals(saved, here)) {
            throw new HypervisorException(
                    ErrorId.INCOMPATIBLE_STATE,
                    "the saved state comes from a machine with " + difference,
                    "restoring SDEI",
                    "build the machine from the same request and settings");
        }
    }

    private void restoreEvents(StateReader reader, List<EventInstance> events) {
        long[] states = reader.words(STATES, events.size());
        long[] pending = reader.words(PENDING, events.size());
        long[] entries = reader.words(ENTRIES, events.size());
        long[] arguments = reader.words(ARGUMENTS, events.size());
        long[] relative = reader.words(RELATIVE, events.size());
        for (int i = 0; i < states.length; i++) {
            EventInstance event = events.get(i);
            boolean registered = (states[i] & Sdei.REGISTERED) != 0;
            if (states[i] < 0 || states[i] > 7 || !registered && (states[i] & Sdei.ENABLED) != 0) {
                throw reader.invalid(STATES, "has state " + states[i] + " of " + event.definition());
            }
            boolean bound = event.binding().isBound();
            if (registered && event.definition().isDynamic() && !bound) {
                throw reader.invalid(STATES, "registers " + event.definition() + ", to which no interrupt is bound");
            }
            if (relative[i] < 0 || relative[i] > (registered && policy.hasRelativeMode() ? 1 : 0)) {
                throw reader.invalid(RELATIVE, "is " + relative[i] + " for " + event.definition());
            }
            if (pending[i] < 0 || pending[i] > (registered && !bound ? 1 : 0)) {
                throw reader.invalid(PENDING, "is " + pending[i] + " for " + event + ", which is impossible");
            }
            if (registered ? !addresses.isEntryPoint(entries[i]) : (entries[i] | arguments[i]) != 0) {
                throw reader.invalid(ENTRIES, "or argument of " + event.definition() + " cannot be registered");
            }
            event.state((int) states[i]);
            event.pending(pending[i] == 1);
            event.handler(entries[i], arguments[i]);
            event.relative(relative[i] == 1);
        }
    }

    private static void restoreRouting(StateReader reader, SdeiState state) {
        List<EventInstance> events = state.sharedEvents();
        long[] targets = reader.words(TARGETS, events.size());
        long[] asked = reader.words(ASKED, events.size());
        long[] lastTakers = reader.words(LAST_TAKERS, events.size());
        int count = state.processors().size();
        for (int i = 0; i < targets.length; i++) {
            EventInstance event = events.get(i);
            boolean noTarget = targets[i] == EventInstance.NOBODY;
            if (!noTarget && (!isPe(targets[i], count) || !event.is(Sdei.REGISTERED))) {
                throw reader.invalid(TARGETS, "routes " + event.definition() + " to PE " + targets[i]);
            }
            if (!isPe(asked[i], count)) {
                throw reader.invalid(ASKED, "names PE " + asked[i]);
            }
            if (lastTakers[i] != EventInstance.NOBODY && !isPe(lastTakers[i], count)) {
                throw reader.invalid(LAST_TAKERS, "names PE " + lastTakers[i]);
            }
            event.target((int) targets[i]);
            event.asked((int) asked[i]);
            event.lastTaker((int) lastTakers[i]);
        }
    }

    private static boolean isPe(long index, int count) {
        return index >= 0 && index < count;
    }

    private static void restoreContexts(StateReader reader, PeState pe, List<EventInstance> running) {
        while (pe.depth() > 0) {
            pe.pop();
        }
        int depth = reader.integer(DEPTH, 0, PeState.MAX_DEPTH);
        for (int level = 0; level < depth; level++) {
            StateReader section = reader.section(context(level));
            int number = section.integer("event", 0, Integer.MAX_VALUE);
            EventInstance event = pe.machine()
                    .find(pe, number)
                    .orElseThrow(() -> section.invalid("event", "is " + number + ", which does not exist"));
            if (running.contains(event)) {
                throw section.invalid("event", "names " + event.definition() + ", whose handler runs already");
            }
            if (level > 0
                    && (!event.definition().isCritical()
                            || pe.innermost().event().definition().isCritical())) {
                throw section.invalid("event", "interrupts a handler that " + event.definition() + " cannot preempt");
            }
            running.add(event);
            restoreContext(section, pe.push(event), pe.cpu().level());
        }
    }

    private static void restoreContext(StateReader reader, SavedContext context, ExceptionLevel highest) {
        long[] x = reader.words("x", Sdei.SAVED_REGISTERS);
        for (int n = 0; n < x.length; n++) {
            context.x(n, x[n]);
        }
        long pstate = reader.word("pstate", 0, 0xFFFF_FFFFL);
        // M[4:0]: only AArch64, up to the level of the client; EL0 has no stack pointer of its own
        long mode = pstate & 0x1F;
        long level = mode >> 2;
        if ((mode & 2) != 0 || level > highest.number() || mode == 1) {
            throw reader.invalid("pstate", "is of a level that the client does not run at");
        }
        context.interrupted(reader.word("pc"), pstate);
    }

    private static void checkRunning(StateReader reader, List<EventInstance> events, List<EventInstance> running) {
        for (EventInstance event : events) {
            if (event.is(Sdei.RUNNING) != running.contains(event)) {
                throw reader.invalid(
                        STATES, "and the contexts disagree on whether the handler of " + event.definition() + " runs");
            }
        }
    }
}
