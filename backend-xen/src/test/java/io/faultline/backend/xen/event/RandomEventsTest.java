/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.faultline.backend.xen.event.abi.EventWord;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A guest that behaves makes random calls and consumes its events; after each step all that it can see is what the reference
 * model says. Now and then the machine is saved and goes on as another one.
 */
class RandomEventsTest {
    private static final int VCPUS = 3;
    private static final int LIMIT = 70;
    private static final int STEPS = 800;

    private static final class Run {
        final SplittableRandom random;
        final ReferenceModel model = new ReferenceModel(VCPUS, LIMIT);
        TestMachine machine = fresh();
        FifoGuest[] guests = guests(machine);
        int handled;
        int restored;
        String last = "nothing";

        Run(long seed) {
            random = new SplittableRandom(seed);
        }

        private static TestMachine fresh() {
            return new World().machine(1, VCPUS, BindingTest.with(LIMIT, EventSettings.Xsm.SILO));
        }

        private static FifoGuest[] guests(TestMachine machine) {
            FifoGuest[] guests = new FifoGuest[VCPUS];
            for (int i = 0; i < VCPUS; i++) {
                guests[i] = new FifoGuest(machine, i);
            }
            return guests;
        }

        private void same(String what, long expected, long actual) {
            last = what;
            assertEquals(expected, actual, what);
        }

        private int port() {
            int dice = random.nextInt(40);
            return dice == 0 ? 128 : dice == 1 ? 0 : dice < 20 ? random.nextInt(8) : random.nextInt(LIMIT + 2);
        }

        void step() {
            int port = port();
            int vcpu = random.nextInt(VCPUS + (random.nextInt(10) == 0 ? 1 : 0));
            switch (random.nextInt(28)) {
                case 0:
                    same("alloc", model.allocUnbound(), machine.allocUnbound(TestMachine.SELF, TestMachine.SELF));
                    break;
                case 1:
                    same("connect " + port, model.connect(port), machine.bindInterdomain(TestMachine.SELF, port));
                    break;
                case 2:
                    same("ipi " + vcpu, model.bindIpi(vcpu), machine.bindIpi(vcpu));
                    break;
                case 3:
                    int virq = random.nextInt(25);
                    same("virq " + virq, model.bindVirq(virq, vcpu), machine.bindVirq(virq, vcpu));
                    break;
                case 4:
                case 5:
                    same("close " + port, model.close(port), machine.close(port));
                    break;
                case 6:
                    same("vcpu " + port, model.bindVcpu(port, vcpu), machine.bindVcpu(port, vcpu));
                    break;
                case 7:
                    int priority = random.nextInt(18);
                    same("priority " + port, model.setPriority(port, priority), machine.setPriority(port, priority));
                    break;
                case 8:
                case 9:
                    same("unmask " + port, model.unmask(port), machine.unmask(port));
                    break;
                case 10:
                    raiseVirq(vcpu);
                    break;
                case 11:
                    mask(port);
                    break;
                case 12:
                    if (random.nextInt(20) == 0) {
                        switchOrExpand();
                    }
                    break;
                case 13:
                    if (random.nextInt(3) == 0) {
                        saveAndRestore();
                    }
                    break;
                case 14:
                case 15:
                case 16:
                case 17:
                    consume(vcpu % VCPUS);
                    break;
                default:
                    same("send " + port, model.send(port), machine.send(port));
                    break;
            }
            compare();
        }

        private void raiseVirq(int vcpu) {
            int virq = random.nextBoolean() ? 11 : 0;
            model.virq(virq, vcpu % VCPUS);
            machine.channels.raiseVirq(virq, vcpu % VCPUS);
            last = "raise virq " + virq;
        }

        private void mask(int port) {
            if (port >= LIMIT) {
                return;
            }
            last = "mask " + port;
            if (model.fifo) {
                model.port(port).masked = true;
                machine.word(port, machine.word(port) | EventWord.MASKED);
            } else {
                model.port(port).bitMasked = true;
                machine.mask(port);
            }
        }

        private void switchOrExpand() {
            if (!model.fifo) {
                model.useFifo();
                machine.fifo(0);
                last = "switch";
            } else if (model.pages == 0) {
                same("expand", 0, machine.expandArray(TestMachine.RAM_GFN + 8));
                model.expand();
            }
        }

        private void saveAndRestore() {
            TestMachine next = fresh();
            var state = machine.saved();
            next.upcalls.wakes = machine.upcalls.wakes;
            System.arraycopy(machine.upcalls.edges, 0, next.upcalls.edges, 0, VCPUS);
            next.restore(state);
            assertEquals(state, next.saved(), "what was restored is what was saved");
            for (int i = 0; i < VCPUS; i++) {
                guests[i] = guests[i].on(next);
            }
            machine = next;
            restored++;
            last = "restore";
        }

        private void consume(int vcpu) {
            last = "consume on " + vcpu;
            if (model.fifo) {
                int expected = model.takeOne(vcpu);
                var actual = guests[vcpu].once();
                assertEquals(expected > 0 ? 1 : 0, actual.size(), last);
                if (expected > 0) {
                    assertEquals(expected, actual.get(0), last);
                    handled++;
                }
            } else {
                consumeTwoLevel(vcpu);
            }
        }

        /** As a guest does that dispatches only what is bound to the vCPU. */
        private void consumeTwoLevel(int vcpu) {
            long selected = machine.takeUpcall(vcpu);
            long expected = 0;
            for (int word : model.selector.get(vcpu)) {
                expected |= 1L << word;
            }
            assertEquals(expected, selected, last);
            model.selector.get(vcpu).clear();
            model.upcall[vcpu] = false;
            for (int port = 1; port <= LIMIT; port++) {
                ReferenceModel.Port known = model.port(port);
                boolean dispatched = (selected >>> port / 64 & 1) != 0
                        && machine.pending(port)
                        && !machine.masked(port)
                        && known.vcpu == vcpu;
                if (dispatched) {
                    machine.clear(port);
                    known.bitPending = false;
                    handled++;
                }
            }
        }

        private void compare() {
            for (int port = 1; port <= LIMIT; port++) {
                ReferenceModel.Port known = model.port(port);
                if (known.bitPending != machine.pending(port) || known.bitMasked != machine.masked(port)) {
                    fail("the bits of port " + port + " after " + last);
                }
                if (model.pages > 0 && model.word(port) != machine.word(port)) {
                    assertEquals(
                            TestMachine.shownWord(model.word(port)),
                            machine.shown(port),
                            "word " + port + " after " + last);
                }
            }
            for (int vcpu = 0; vcpu < VCPUS; vcpu++) {
                assertEquals(model.edges[vcpu], machine.upcalls.edges[vcpu], "edges " + vcpu + " after " + last);
                assertEquals(model.upcall[vcpu], machine.upcallPending(vcpu), "upcall " + vcpu + " after " + last);
                if (model.fifo) {
                    int bits = 0;
                    for (int priority : model.ready.get(vcpu)) {
                        bits |= 1 << priority;
                        assertEquals(
                                model.queues.get(vcpu).get(priority).getFirst(),
                                machine.head(vcpu, priority),
                                "head after " + last);
                    }
                    assertEquals(bits, machine.ready(vcpu), "ready " + vcpu + " after " + last);
                }
            }
            assertEquals(model.wakes, machine.upcalls.wakes, "wakes after " + last);
            int some = random.nextInt(LIMIT + 4);
            assertEquals(model.told(some), machine.told(some), "status of " + some + " after " + last);
        }
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 16);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theGuestSeesWhatTheModelSays(long seed) {
        Run run = new Run(seed);
        for (int i = 0; i < STEPS; i++) {
            if (i == STEPS / 3 || i == STEPS / 2) {
                run.switchOrExpand();
            }
            run.step();
        }
        assertEquals(1, run.model.pages);
        assertTrue(run.handled > 10, "some events were handled: " + run.handled);
        assertTrue(run.restored > 1);
    }
}
