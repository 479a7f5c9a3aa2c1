/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import io.faultline.backend.xen.domain.DomainId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Save and restore (XEN-197, XEN-198), and what restore refuses. */
class SavedEventsTest {
    private static final int SELF = TestMachine.SELF;

    private int told;

    private TestMachine machine(int id) {
        TestMachine machine = new World().machine(id);
        machine.channels.register(() -> told++);
        machine.channels.register(() -> told += 100);
        machine.channels.consumer(() -> told += 10_000);
        return machine;
    }

    /** Ports of every kind; some events are queued, one is latched. */
    private TestMachine busy() {
        TestMachine machine = machine(7).fifo(0);
        machine.channels.open(1);
        machine.channels.openXenOwned(1, DomainId.CONTROL);
        machine.bindInterdomain(SELF, machine.allocUnbound(SELF, SELF));
        machine.bindVirq(0, 1);
        machine.bindVirq(11, 0);
        machine.bindVcpu(6, 1);
        machine.bindIpi(1);
        machine.bindIpi(0);
        machine.bindIpi(0);
        machine.allocUnbound(SELF, 0);
        machine.expandArray(TestMachine.RAM_GFN + 8);
        machine.setPriority(7, 3);
        machine.send(7);
        machine.send(8);
        machine.send(9);
        return machine;
    }

    @Test
    void whatIsRestoredGoesOnIdentically() {
        TestMachine first = busy();
        TestMachine second = machine(7);
        second.restore(first.saved());
        assertEquals(first.saved(), second.saved());

        for (TestMachine machine : List.of(first, second)) {
            for (int port = 0; port < 12; port++) {
                assertEquals(busy().told(port), machine.told(port));
            }
            machine.upcalls.woken.clear();
            machine.channels.raise(1);
            machine.channels.raiseVirq(11, 0);
            machine.channels.raiseVirq(0, 1);
            machine.send(3);
            assertEquals(List.of(8, 9, 1), take(machine, 0, 3, 3));
            assertEquals(List.of(1, 6, 5), machine.upcalls.woken);
            assertEquals(11, machine.bindIpi(0));
        }
        assertEquals(first.saved(), second.saved());
        told = 0;
        second.send(1);
        assertEquals(1, told);
    }

    /** Port 4 became pending by its bind, with a latch, and was raised with its event word: it is in the queue, too. */
    private static List<Integer> take(TestMachine machine, int vcpu, int skip, int count) {
        List<Integer> all = new FifoGuest(machine, vcpu).drain();
        assertTrue(all.contains(4), all.toString());
        return all.stream().filter(port -> port != 4).limit(count).toList();
    }

    @Test
    void theTailsOfTheQueuesAreRestored() {
        TestMachine first = busy();
        TestMachine second = machine(7);
        second.restore(first.saved());
        second.bindIpi(0);
        second.send(11);
        assertEquals("P-L-11", second.shown(9));
        assertEquals(4, second.head(0, 7));
    }

    @Test
    void aLatchedEventIsRestored() {
        TestMachine first = machine(7).fifo(0);
        first.bindIpi(0);
        first.send(1);
        TestMachine second = machine(7);
        second.restore(first.saved());
        second.expandArray(TestMachine.RAM_GFN + 8);
        assertEquals("P-L-0", second.shown(1));
    }

    @Test
    void twoLevelStateIsRestoredIntoAMachineThatWasInFifoMode() {
        TestMachine first = machine(7);
        first.bindIpi(0);
        TestMachine second = busy();
        second.restore(first.saved());
        assertEquals(first.saved(), second.saved());
        assertEquals(-95, second.expandArray(TestMachine.RAM_GFN + 8));
        assertEquals(0, second.channels.guestPort(1));
        assertEquals(2, second.bindVirq(0, 1), "the VIRQ of before is not bound any more");
    }

    @Test
    void theMachineMayHaveAnotherNumber() {
        TestMachine first = busy();
        first.close(4);
        TestMachine second = machine(8);
        second.restore(first.saved());
        assertEquals("unbound for 8 vcpu 0", second.told(3));
        assertEquals(11, second.bindInterdomain(SELF, 3), "4 is in a queue still");
        TestMachine third = machine(9);
        third.restore(second.saved());
        assertEquals("connected to 9:11 vcpu 0", third.told(3));
        third.send(11);
        assertEquals(PollState.PENDING, third.channels.pollState(3));
    }

    @Test
    void aColdResetTakesEverythingAway() {
        TestMachine machine = busy();
        machine.channels.reset();
        TestMachine fresh = machine(7);
        var expected = new TreeMap<>(fresh.saved().values());
        var actual = new TreeMap<>(machine.saved().values());
        expected.keySet().removeIf(key -> !key.startsWith("events"));
        actual.keySet().removeIf(key -> !key.startsWith("events"));
        assertEquals(expected, actual);
        assertEquals(1, machine.channels.open(1), "the host ends are still registered");
        assertFalse(machine.channels.uses(machine.page(8).physical()));
        assertEquals("events", machine.channels.stateName());
    }

    private record Damage(String what, String path, UnaryOperator<StateValue> change) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Damage word(String what, String path, long value) {
        return new Damage(what, path, old -> new StateValue.Word(value));
    }

    private static Damage words(String what, String path, UnaryOperator<long[]> change) {
        return new Damage(what, path, old -> new StateValue.Words(change.apply(((StateValue.Words) old).value())));
    }

    private static Damage port(String what, int port, int index, UnaryOperator<Long> change) {
        return words(what, "events/ports", words -> {
            for (int i = 0; i < words.length; i += 4) {
                if ((int) words[i] == port) {
                    words[i + index] = change.apply(words[i + index]);
                }
            }
            return words;
        });
    }

    private static Damage state(String what, int port, int state) {
        return port(what, port, 0, old -> old & ~(0xFFL << 32) | (long) state << 32);
    }

    static Stream<Damage> damages() {
        return Stream.of(
                word("no such number of ports", "events/valid", 65),
                word("no ports", "events/valid", 0),
                word("more ports than the limit allows", "events/valid", 2048),
                word("another limit", "events/limit", 1000),
                word("a reserved domain", "events/domain", 0x7FF0),
                word("domain 0", "events/domain", 0),
                word("a reset beyond the ports", "events/reset", 65),
                word("a third ABI", "events/fifo", 2),
                word("two-level with pages", "events/fifo", 0),
                port("ports out of order", 5, 0, old -> old & ~0xFFFF_FFFFL | 3),
                port("a port beyond the table", 10, 0, old -> old & ~0xFFFF_FFFFL | 64),
                port("port 0", 1, 0, old -> old & ~0xFFFF_FFFFL),
                words("half a port", "events/ports", words -> java.util.Arrays.copyOf(words, 5)),
                state("no such state", 3, 7),
                state("a reserved port", 3, 1),
                state("a physical interrupt", 3, 4),
                state("a free port with a remote domain", 3, 0),
                state("an IPI with a remote port", 3, 6),
                state("an unbound port with a remote port", 3, 2),
                state("an IPI that is connected", 7, 3),
                state("a VIRQ with a domain", 3, 5),
                port("priority 16", 7, 0, old -> old | 16L << 40),
                port("an unknown bit", 7, 0, old -> old | 1L << 50),
                port("a negative domain", 3, 1, old -> old | 0x8000_0000L),
                port("a domain of 17 bits", 10, 1, old -> old | 0x1_0000L),
                port("a remote port beyond all", 3, 1, old -> old | 1L << 52),
                port("a negative remote port", 3, 1, old -> old | 1L << 63),
                port("a channel to itself that ends nowhere", 3, 1, old -> old + (2L << 32)),
                port("a vCPU that does not exist", 7, 2, old -> 2L),
                port("a negative vCPU", 7, 2, old -> 0x8000_0000L),
                port("a last queue that does not exist", 7, 2, old -> 1 | 32L << 32),
                port("a negative last queue", 7, 2, old -> 1 | 1L << 63),
                port("an IPI that the hypervisor consumes", 7, 3, old -> 1L),
                port("a consumer that does not exist", 2, 3, old -> 2L),
                port("a negative consumer", 2, 3, old -> -1L),
                port("a host end that does not exist", 1, 1, old -> 3L << 32),
                port("VIRQ 24", 5, 1, old -> 24L << 32),
                port("the same VIRQ twice", 6, 1, old -> 0L),
                words("a page that is not RAM", "events/pages", words -> new long[] {4096}),
                words("a page that is none", "events/pages", words -> new long[] {words[0] + 8}),
                words("too many pages", "events/pages", words -> new long[129]),
                words("no page for the tails", "events/pages", words -> new long[0]),
                words("a control block that is not RAM", "events/blocks", words -> new long[] {4096, words[1]}),
                words("a control block across pages", "events/blocks", w -> new long[] {w[0] + 4032, w[1]}),
                words("an odd control block", "events/blocks", w -> new long[] {w[0] + 4, w[1]}),
                words("too few control blocks", "events/blocks", w -> new long[] {w[0]}),
                words("a tail beyond the pages", "events/tails", w -> with(w, 1024)),
                words("a tail beyond all", "events/tails", w -> with(w, 1L << 32)),
                words("a negative tail", "events/tails", w -> with(w, -1)),
                words("too few tails", "events/tails", w -> new long[16]));
    }

    private static long[] with(long[] words, long first) {
        words[0] = first;
        return words;
    }

    @ParameterizedTest
    @MethodSource("damages")
    void nonsenseIsRefusedInOneSentence(Damage damage) {
        SavedState good = busy().saved();
        Map<String, StateValue> values = new TreeMap<>(good.values());
        StateValue before = values.get(damage.path);
        StateValue after = damage.change.apply(before);
        values.put(damage.path, after);
        assertFalse(before.equals(after), "the damage does nothing");

        TestMachine target = machine(7);
        HypervisorException error = assertThrows(
                HypervisorException.class, () -> target.restore(new SavedState(good.backend(), 1, values)));
        assertEquals(ErrorId.INVALID_STATE, error.id());

        target.restore(good);
        assertEquals(good, target.saved(), "a good state can still be restored");
    }

    @Test
    void aHostEndThatIsUsedTwiceIsRefused() {
        TestMachine machine = machine(7);
        machine.channels.open(1);
        machine.channels.open(2);
        SavedState good = machine.saved();
        Map<String, StateValue> values = new TreeMap<>(good.values());
        long[] words = ((StateValue.Words) values.get("events/ports")).value();
        words[5] = words[1];
        values.put("events/ports", new StateValue.Words(words));
        assertThrows(HypervisorException.class, () -> machine(7).restore(new SavedState("xen", 1, values)));
    }
}
