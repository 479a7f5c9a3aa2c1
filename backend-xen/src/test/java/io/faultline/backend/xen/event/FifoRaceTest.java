/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.inject.AbstractModule;
import io.faultline.backend.xen.event.abi.EventWord;
import io.faultline.backend.xen.event.abi.FifoQueues;
import io.faultline.backend.xen.event.abi.Interleaving;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others may do while an event is queued (XEN-127 to XEN-135, XEN-141, XEN-147). */
class FifoRaceTest {
    /** Does what the test says at the two points, a limited number of times. */
    private static final class Others implements Interleaving {
        Runnable atLock = () -> {};
        Runnable atLink = () -> {};
        int locks;
        int links;

        @Override
        public void beforeQueueLock(int port) {
            locks++;
            atLock.run();
        }

        @Override
        public void beforeLinkWrite(int tail) {
            links++;
            atLink.run();
        }
    }

    private final Others others = new Others();
    private final TestMachine machine = new World()
            .machine(1, 2, EventSettings.DEFAULT, new AbstractModule() {
                @Override
                protected void configure() {
                    bind(Interleaving.class).toInstance(others);
                }
            })
            .fifo(1);
    private final FifoGuest guest = new FifoGuest(machine, 0);

    FifoRaceTest() {
        for (int i = 0; i < 4; i++) {
            machine.bindIpi(0);
        }
    }

    private void toggles(int port, int bit, int times) {
        others.atLink = () -> {
            if (others.links <= times) {
                machine.word(port, machine.word(port) ^ bit);
            }
        };
    }

    @Test
    void theTailIsTakenWhileItIsAboutToGetItsLink() {
        machine.send(1);
        others.atLink = () -> {
            others.atLink = () -> {};
            assertEquals(List.of(1), guest.drain());
        };
        machine.send(2);
        assertEquals("----0", machine.shown(1), "not even BUSY is left");
        assertEquals(2, machine.head(0, 7));
        assertEquals(1 << 7, machine.ready(0));
        assertEquals(List.of(2), guest.drain());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void whatAWellBehavedGuestCanDoToTheTailDoesNotLoseTheEvent(int changes) {
        machine.send(1);
        toggles(1, EventWord.MASKED, changes);
        machine.send(2);
        assertEquals(changes + 1, others.links);
        assertEquals(2, machine.word(1) & EventWord.LINK);
        assertEquals(0, machine.word(1) & EventWord.BUSY);
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 6, 1000, Integer.MAX_VALUE})
    void aGuestThatNeverStopsChangingTheTailLosesItsEventAndHoldsNobodyUp(int changes) {
        machine.send(1);
        toggles(1, EventWord.PENDING, changes);
        assertEquals(0, machine.send(2));
        assertEquals(5, others.links);
        assertEquals(0, machine.word(1) & (EventWord.BUSY | EventWord.LINK));
        assertEquals("P-L-0", machine.shown(2));
        assertEquals(1, machine.head(0, 7), "the hypervisor believes that it is linked");
        others.atLink = () -> {};
        machine.send(3);
        assertEquals("P-L-3", machine.shown(2), "and appends to it");
    }

    @Test
    void theTailIsTakenAfterSomeTries() {
        machine.send(1);
        others.atLink = () -> {
            if (others.links < 3) {
                machine.word(1, machine.word(1) ^ EventWord.MASKED);
            } else {
                machine.word(1, 0);
            }
        };
        machine.send(2);
        assertEquals("----0", machine.shown(1));
        assertEquals(2, machine.head(0, 7));
        assertEquals(1 << 7, machine.ready(0));
    }

    @Test
    void busyIsSeenByTheGuestOnlyWhileTheHypervisorTriesAgain() {
        machine.send(1);
        int[] busy = new int[5];
        others.atLink = () -> {
            busy[others.links - 1] = machine.word(1) & EventWord.BUSY;
            machine.word(1, machine.word(1) ^ EventWord.MASKED);
        };
        machine.send(2);
        assertEquals(0, busy[0]);
        for (int i = 1; i < 5; i++) {
            assertEquals(EventWord.BUSY, busy[i]);
        }
        assertEquals(0, machine.word(1) & EventWord.BUSY);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aPortThatChangesItsQueueIsQueuedAtTheNextTry(int changes) {
        others.atLock = () -> {
            if (others.locks <= changes) {
                machine.setPriority(1, 8 + others.locks);
            }
        };
        machine.send(1);
        assertEquals(changes + 1, others.locks);
        assertEquals(1 << 8 + changes, machine.ready(0));
    }

    @Test
    void aPortWhoseLastQueueChangesIsQueuedAtTheNextTry() {
        others.atLock = () -> {
            if (others.locks == 1) {
                machine.ports.lastQueue(1, FifoQueues.queue(1, 3));
            }
        };
        machine.send(1);
        assertEquals(2, others.locks);
        assertEquals("P-L-0", machine.shown(1));
    }

    @Test
    void aPortThatNeverStopsChangingItsQueueIsDroppedAfterThreeTries() {
        others.atLock = () -> machine.setPriority(1, others.locks % 16);
        assertEquals(0, machine.send(1));
        assertEquals(3, others.locks);
        assertEquals("----0", machine.shown(1));
        assertEquals(0, machine.ready(0));
        assertEquals(List.of(), machine.upcalls.woken);
    }

    @Test
    void aPollerIsWokenAfterTheEventIsVisibleOnAQueue() {
        StringBuilder seen = new StringBuilder();
        machine.upcalls.atWake =
                port -> seen.append(machine.shown(port)).append(" head ").append(machine.head(0, 7));
        machine.send(1);
        assertEquals("P-L-0 head 1", seen.toString());
    }
}
