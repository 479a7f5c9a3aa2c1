/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import static io.faultline.backend.kvm.sdei.Bench.OTHER;
import static io.faultline.backend.kvm.sdei.Bench.PRIVATE;
import static io.faultline.backend.kvm.sdei.Bench.PRIVATE_CRITICAL;
import static io.faultline.backend.kvm.sdei.Bench.SHARED;
import static io.faultline.backend.kvm.sdei.Bench.SHARED_CRITICAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Save and restore in every state, and everything that a restore refuses. */
class SavedDispatcherTest {
    /** Goes on in a second machine whose processors have the same registers. */
    private static Bench move(Bench bench) {
        Bench other = Bench.withDefaults(bench.pes.size());
        SavedState saved = SavedState.fromBytes(bench.save().toBytes());
        other.restore(saved);
        assertEquals(saved, other.save());
        for (int pe = 0; pe < bench.pes.size(); pe++) {
            FakePe from = bench.pes.get(pe);
            FakePe to = other.pes.get(pe);
            System.arraycopy(from.x, 0, to.x, 0, 31);
            to.pc = from.pc;
            to.pstate = from.pstate;
            to.on = from.on;
        }
        return other;
    }

    static Stream<Arguments> states() {
        return Stream.of(0, 1, 3, 5, 7, 4)
                .flatMap(state -> Stream.of(PRIVATE, PRIVATE_CRITICAL, SHARED, SHARED_CRITICAL)
                        .flatMap(event -> Stream.of(false, true).map(masked -> Arguments.of(event, state, masked))));
    }

    @ParameterizedTest
    @MethodSource("states")
    void everyStateSurvivesAndCompletesAsItWouldHave(int event, int state, boolean masked) {
        Bench bench = Bench.withDefaults(2);
        for (int n = 0; n < 31; n++) {
            bench.pes.get(1).x[n] = 1000 + n;
        }
        bench.bring(1, event, state);
        if (masked) {
            bench.mask(1);
        } else {
            bench.unmask(1);
        }
        Bench moved = move(bench);
        assertEquals(state, moved.status(1, event));
        assertEquals(masked ? 0 : 1, moved.mask(1));
        if (state > 3) {
            for (int n = 6; n < 18; n++) {
                assertEquals(1000 + n, moved.call(1, SdeiFunction.EVENT_CONTEXT, n));
            }
            bench.complete(1);
            moved.complete(1);
            assertEquals(bench.pes.get(1).pc, moved.pes.get(1).pc);
            assertEquals(state & 3, moved.status(1, event));
        }
    }

    @Test
    void nestedHandlersSurviveInOrder() {
        Bench bench = Bench.withDefaults(1);
        bench.arm(0, PRIVATE_CRITICAL);
        bench.pes.get(0).x[8] = 1;
        bench.bring(0, SHARED, 7);
        bench.pes.get(0).x[8] = 2;
        bench.inject(0, PRIVATE_CRITICAL);
        assertTrue(bench.boundary(0));
        Bench moved = move(bench);
        assertEquals(2, moved.call(0, SdeiFunction.EVENT_CONTEXT, 8));
        assertEquals(PRIVATE_CRITICAL, moved.running(0));
        moved.complete(0);
        assertEquals(1, moved.call(0, SdeiFunction.EVENT_CONTEXT, 8));
        moved.complete(0);
        assertEquals(3, moved.status(0, SHARED));
    }

    @Test
    void pendingEligibleEventIsTakenAfterRestoreWithoutANewTrigger() {
        Bench bench = Bench.withDefaults(2);
        bench.arm(1, PRIVATE);
        bench.inject(1, PRIVATE);
        bench.register(0, SHARED, 0x7000, 7);
        bench.enable(0, SHARED);
        bench.unmask(0);
        bench.inject(0, SHARED);
        Bench moved = move(bench);
        assertTrue(moved.boundary(1));
        assertEquals(PRIVATE, moved.pes.get(1).x[0]);
        assertTrue(moved.boundary(0));
        assertEquals(0x7000, moved.pes.get(0).pc);
        assertEquals(7, moved.pes.get(0).x[1]);
    }

    @Test
    void routingSurvives() {
        Bench bench = Bench.withDefaults(3);
        bench.call(0, SdeiFunction.EVENT_REGISTER, SHARED, Bench.ENTRY, 0, 1, 2);
        assertEquals(2, move(bench).call(0, SdeiFunction.EVENT_GET_INFO, SHARED, 4));
    }

    @Test
    void restoringOverARunningHandlerForgetsIt() {
        Bench bench = Bench.withDefaults(1);
        SavedState fresh = bench.save();
        bench.bring(0, PRIVATE, 7);
        bench.restore(fresh);
        assertEquals(fresh, bench.save());
        assertEquals(-3, bench.complete(0));
    }

    @ParameterizedTest
    @CsvSource({"sdei.version,1.1", "sdei.vendor,kvm", "sdei.signaled-value,1"})
    void whatTheGuestSeesMustBeTheSame(String key, String value) {
        SavedState saved = Bench.withDefaults(1).save();
        Bench other = new Bench(1, Map.of(key, value));
        assertEquals(ErrorId.INCOMPATIBLE_STATE, refused(other, saved).id());
    }

    @Test
    void eventsMustBeTheSame() {
        SavedState saved = Bench.withDefaults(1).save();
        Bench fewer = new Bench(1, Bench.EVENTS.subList(0, 4), Map.of());
        assertEquals(ErrorId.INCOMPATIBLE_STATE, refused(fewer, saved).id());
        assertEquals(
                ErrorId.INCOMPATIBLE_STATE,
                refused(Bench.withDefaults(1), fewer.save()).id());
    }

    @Test
    void valuesThatNobodyKnowsAreRefused() {
        SavedState saved = changed(Bench.withDefaults(1), "sdei/pe-0/extra", 1);
        assertEquals(
                ErrorId.INVALID_STATE, refused(Bench.withDefaults(1), saved).id());
    }

    private static HypervisorException refused(Bench bench, SavedState state) {
        return assertThrows(HypervisorException.class, () -> bench.restore(state));
    }

    private static SavedState changed(Bench bench, String path, long... value) {
        Map<String, StateValue> values = new TreeMap<>(bench.save().values());
        StateValue old = values.get(path);
        values.put(path, old instanceof StateValue.Words ? new StateValue.Words(value) : new StateValue.Word(value[0]));
        return new SavedState("test", 1, values);
    }

    /** Replaces the value of the event with a number. */
    private static SavedState changedAt(Bench bench, String path, int index, long value) {
        long[] words = ((StateValue.Words) bench.save().values().get(path)).value();
        words[index] = value;
        return changed(bench, path, words);
    }

    /** Private events by number: 0, three slots, PRIVATE, PRIVATE_CRITICAL, OTHER. */
    private static final int PRIVATE_INDEX = 4;

    static Stream<Arguments> impossible() {
        return Stream.of(
                Arguments.of("enabled and not registered", "states", 2L),
                Arguments.of("running, enabled and not registered", "states", 6L),
                Arguments.of("unknown state bit", "states", 8L),
                Arguments.of("unknown high state bit", "states", 0x1_0000_0000L),
                Arguments.of("negative state", "states", -1L),
                Arguments.of("running without a context", "states", 7L),
                Arguments.of("unregistered with a handler", "states", 0L),
                Arguments.of("pending more than once", "pending", 2L),
                Arguments.of("negative latch", "pending", -1L),
                Arguments.of("misaligned entry point", "entries", 2L),
                Arguments.of("no entry point", "entries", 0L));
    }

    @ParameterizedTest
    @MethodSource("impossible")
    void impossibleStatesAreRefused(String what, String property, long value) {
        Bench bench = Bench.withDefaults(1);
        bench.register(0, PRIVATE, Bench.ENTRY, 5);
        SavedState saved = changedAt(bench, "sdei/pe-0/" + property, PRIVATE_INDEX, value);
        assertEquals(
                ErrorId.INVALID_STATE, refused(Bench.withDefaults(1), saved).id(), what);
    }

    @Test
    void latchOrArgumentOfAnUnregisteredEventIsRefused() {
        for (String property : List.of("pending", "arguments", "entries")) {
            Bench bench = Bench.withDefaults(1);
            SavedState saved =
                    changedAt(bench, "sdei/pe-0/" + property, PRIVATE_INDEX, property.equals("entries") ? 4 : 1);
            assertEquals(
                    ErrorId.INVALID_STATE, refused(Bench.withDefaults(1), saved).id(), property);
        }
    }

    static Stream<Arguments> impossibleContexts() {
        return Stream.of(
                Arguments.of("depth", 3L),
                Arguments.of("depth", -1L),
                Arguments.of("depth", 0L),
                Arguments.of("masked", 2L),
                Arguments.of("context-0/event", 77L),
                Arguments.of("context-0/event", -1L),
                Arguments.of("context-0/event", (long) OTHER),
                Arguments.of("context-0/pstate", 8L),
                Arguments.of("context-0/pstate", 1L),
                Arguments.of("context-0/pstate", 9L),
                Arguments.of("context-0/pstate", 0x10L),
                Arguments.of("context-0/pstate", 0x1_0000_0000L));
    }

    @ParameterizedTest
    @MethodSource("impossibleContexts")
    void impossibleContextsAreRefused(String property, long value) {
        Bench bench = Bench.withDefaults(1);
        bench.bring(0, PRIVATE, 7);
        SavedState saved = changed(bench, "sdei/pe-0/" + property, value);
        assertEquals(
                ErrorId.INVALID_STATE, refused(Bench.withDefaults(1), saved).id());
    }

    /** Runs a normal and a critical handler and saves that. */
    private static Bench nested() {
        Bench bench = Bench.withDefaults(2);
        bench.arm(0, PRIVATE_CRITICAL);
        bench.arm(0, OTHER);
        bench.bring(0, PRIVATE, 7);
        bench.inject(0, PRIVATE_CRITICAL);
        assertTrue(bench.boundary(0));
        return bench;
    }

    @ParameterizedTest
    @CsvSource({"1,1077936129", "1,1077936131", "0,1077936130", "0,1077936131"})
    void handlersThatCannotRunOnTopOfEachOtherAreRefused(int level, long event) {
        SavedState saved = changed(nested(), "sdei/pe-0/context-" + level + "/event", event);
        assertEquals(
                ErrorId.INVALID_STATE, refused(Bench.withDefaults(2), saved).id());
    }

    @Test
    void twoNormalHandlersAreRefused() {
        Bench bench = nested();
        Map<String, StateValue> values = new TreeMap<>(bench.save().values());
        values.put("sdei/pe-0/context-1/event", new StateValue.Word(OTHER));
        long[] states = ((StateValue.Words) values.get("sdei/pe-0/states")).value();
        states[PRIVATE_INDEX + 1] = 3;
        states[PRIVATE_INDEX + 2] = 7;
        values.put("sdei/pe-0/states", new StateValue.Words(states));
        HypervisorException problem = refused(Bench.withDefaults(2), new SavedState("test", 1, values));
        assertEquals(ErrorId.INVALID_STATE, problem.id());
        assertTrue(problem.getMessage().contains("cannot preempt"), problem.getMessage());
    }

    @Test
    void sharedHandlerOnTwoPesIsRefused() {
        Bench bench = Bench.withDefaults(2);
        bench.bring(0, SHARED, 7);
        Map<String, StateValue> values = new TreeMap<>(bench.save().values());
        for (String name : List.of("event", "x", "pc", "pstate")) {
            values.put("sdei/pe-1/context-0/" + name, values.get("sdei/pe-0/context-0/" + name));
        }
        values.put("sdei/pe-1/depth", new StateValue.Word(1));
        assertEquals(
                ErrorId.INVALID_STATE,
                refused(Bench.withDefaults(2), new SavedState("test", 1, values))
                        .id());
    }

    @ParameterizedTest
    @CsvSource({"targets,2", "targets,-2", "asked,2", "asked,-1", "last-takers,2", "last-takers,-2", "states,7"})
    void impossibleRoutingIsRefused(String property, long value) {
        Bench bench = Bench.withDefaults(2);
        bench.register(0, SHARED);
        SavedState saved = changedAt(bench, "sdei/shared/" + property, 0, value);
        assertEquals(
                ErrorId.INVALID_STATE, refused(Bench.withDefaults(2), saved).id());
    }

    @Test
    void routingOfAnUnregisteredEventIsRefused() {
        SavedState saved = changedAt(Bench.withDefaults(2), "sdei/shared/targets", 0, 1);
        assertEquals(
                ErrorId.INVALID_STATE, refused(Bench.withDefaults(2), saved).id());
    }

    @Test
    void listsOfAnotherLengthAreRefused() {
        Bench bench = Bench.withDefaults(1);
        for (String path : List.of("sdei/pe-0/states", "sdei/shared/targets", "sdei/pe-0/pending")) {
            assertEquals(
                    ErrorId.INVALID_STATE,
                    refused(Bench.withDefaults(1), changed(bench, path, 0)).id());
        }
        assertFalse(bench.dispatcher.isDue(0));
    }
}
