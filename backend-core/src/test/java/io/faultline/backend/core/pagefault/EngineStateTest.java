/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateValue;
import io.faultline.api.state.StateWriter;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Saved state of faults: everything that decides about the future is there, and nothing impossible is believed. */
class EngineStateTest {
    private final World world = new World(2, 4, EngineFixture.kvm().build());

    /** vCPU 0: ready shown for page 0, queued for page 1. vCPU 1: a wake-all is shown. Page 2 is awaited by a kernel. */
    @BeforeEach
    void makeEveryKindOfFault() {
        world.guest.enable(0);
        world.guest.clearReady(0);
        world.guest.call(0);
        for (int page = 0; page < 2; page++) {
            world.touch(0, page, false);
            world.guest.take(0);
            world.guest.answer(0, GuestReply.ASYNCHRONOUS);
        }
        world.arrive(0);
        world.arrive(1);
        world.touch(0, 2, true);
        world.guest.enable(1);
    }

    private Map<String, StateValue> saved() {
        StateWriter writer = new StateWriter();
        world.engine.save(writer);
        return writer.values();
    }

    private static void restore(Map<String, StateValue> state) {
        World other = new World(2, 4, EngineFixture.kvm().build());
        other.engine.restore(new StateReader(state));
    }

    @Test
    void aRestoredEngineSavesTheSame() {
        World other = new World(2, 4, EngineFixture.kvm().build());
        Map<String, StateValue> state = saved();
        StateReader reader = new StateReader(state);
        other.engine.restore(reader);
        reader.finish();
        StateWriter writer = new StateWriter();
        other.engine.save(writer);

        assertEquals(state, writer.values());
        assertEquals(world.engine.outstanding(), other.engine.outstanding());
        assertEquals(world.engine.counters(), other.engine.counters());
    }

    @Test
    void theStateSaysTheSameWhateverWentBefore() {
        Map<String, StateValue> state = saved();
        world.arrive(2);
        world.evict(2);
        world.touch(0, 2, true);

        Map<String, StateValue> later = saved();
        state.keySet().removeIf(path -> path.startsWith("counters/"));
        later.keySet().removeIf(path -> path.startsWith("counters/"));
        assertEquals(state, later);
    }

    @Test
    void statisticsAreNotPartOfWhatMakesMachinesEqual() {
        assertTrue(!world.engine.ledger().isComparable());
        assertTrue(world.engine.isComparable());
    }

    /** Six words for each fault: vCPU, page, access, state, token, replied. Three faults here. */
    @ParameterizedTest(name = "word {0} = {1}")
    @CsvSource({
        "0, 2", // no such vCPU
        "0, -1",
        "1, 17", // not a page
        "2, 3", // no such access
        "2, -1",
        "3, 99", // no such state
        "3, -1",
        "3, 0", // not begun
        "3, 9", // over
        "3, 1", // announced, but shown
        "4, 2", // token of the next one
        "4, 0", // announced without a token
        "5, 2" // neither true nor false
    })
    void impossibleFaultsAreRefused(int index, long value) {
        Map<String, StateValue> state = new TreeMap<>(saved());
        long[] words = ((StateValue.Words) state.get("list")).value();
        words[index] = value;
        state.put("list", new StateValue.Words(words));
        refuse(state);
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource({
        "list, 0",
        "enabled, 0",
        "enabled, '1 2'",
        "queued, 0",
        "queued, ''", // one is missing
        "queued, '0 0'", // shown, not queued
        "queued, '0 1 0 1'", // twice
        "queued, '0 1 0 -1 0 -1'", // two wake-alls
        "queued, '0 7'",
        "queued, '0 -2'",
        "queued, '1 1'", // of another vCPU
        "queued, '2 1'",
        "shown, 0",
        "shown, '1 1 -1'", // one is missing
        "shown, '0 0 0 0 0 -1'", // more than fit
        "shown, '0 0 1'", // queued, not shown
        "shown, '5 0 0'",
        "counters/accounts, '0 0 1 0 0'"
    })
    void impossibleQueuesAreRefused(String path, String words) {
        Map<String, StateValue> state = new TreeMap<>(saved());
        long[] values = words.isEmpty()
                ? new long[0]
                : java.util.Arrays.stream(words.split(" "))
                        .mapToLong(Long::parseLong)
                        .toArray();
        state.put(path, new StateValue.Words(values));
        refuse(state);
    }

    @Test
    void countersMustAgreeWithTheFaults() {
        Map<String, StateValue> state = new TreeMap<>(saved());
        long[] accounts = ((StateValue.Words) state.get("counters/accounts")).value();
        accounts[FaultState.Account.OUTSTANDING.ordinal()]++;
        accounts[FaultState.Account.READY.ordinal()]--;
        state.put("counters/accounts", new StateValue.Words(accounts));
        refuse(state);
    }

    @Test
    void aCoveredFaultNeedsItsWakeAll() {
        Map<String, StateValue> state = new TreeMap<>(saved());
        long[] words = ((StateValue.Words) state.get("list")).value();
        words[6 + 3] = FaultState.COVERED_QUEUED.ordinal();
        state.put("list", new StateValue.Words(words));
        state.put("queued", new StateValue.Words(new long[] {1, -1}));
        refuse(state);
        state.put("queued", new StateValue.Words(new long[] {0, -1}));
        restore(state);
    }

    @Test
    void moreFaultsThanSlotsAreRefused() {
        Map<String, StateValue> state = new TreeMap<>(saved());
        StateReader reader = new StateReader(state);
        World small = new World(2, 4, EngineFixture.kvm().limit(1).build());
        small.engine.restore(reader);
        world.guest.clearReady(0);
        world.guest.call(0);
        world.guest.clearReady(0);
        world.guest.call(0);
        for (int page = 0; page < 2; page++) {
            world.evict(page);
            world.touch(0, page, false);
            world.guest.take(0);
            world.guest.answer(0, GuestReply.ASYNCHRONOUS);
        }
        Map<String, StateValue> full = saved();
        HypervisorException refusal =
                assertThrows(HypervisorException.class, () -> small.engine.restore(new StateReader(full)));
        assertTrue(refusal.getMessage().contains("more announced faults of vCPU 0 than there are slots"));
    }

    @Test
    void aVetoIsRestoredByNameAndMeaning() {
        Map<String, StateValue> state = new TreeMap<>(saved());
        assertEquals(new StateValue.Text("supervisor-mode"), state.get("veto.2"));
        state.put("veto.2", new StateValue.Text("Not A Name"));
        refuse(state);
    }

    private static void refuse(Map<String, StateValue> state) {
        HypervisorException refusal = assertThrows(HypervisorException.class, () -> restore(state));
        assertEquals(ErrorId.INVALID_STATE, refusal.id());
    }
}
