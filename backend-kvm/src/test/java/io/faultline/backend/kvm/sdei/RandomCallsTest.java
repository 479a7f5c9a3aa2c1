/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.sdei.SdeiFunction;
import io.faultline.api.state.SavedState;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Long seeded sequences of calls, triggers, boundaries and power changes, compared with {@link ReferenceModel} after
 * every one. A PE enters a handler only if it was asked for attention, so a missing re-evaluation is found, too; now and
 * then everything moves to another machine.
 */
class RandomCallsTest {
    private static final int OPERATIONS = 20_000;
    private static final int PES = 3;
    private static final int BETWEEN_MOVES = 97;

    /** What a handler interrupted, as the test remembers it. */
    private record Interrupted(long pc, long pstate, long x9) {}

    private Bench bench = Bench.withDefaults(PES);
    private final ReferenceModel model = new ReferenceModel(PES);
    private final java.util.List<Deque<Interrupted>> interrupted = new java.util.ArrayList<>();
    private int dispatched;
    private int nested;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void everyAnswerIsThatOfTheReference(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int pe = 0; pe < PES; pe++) {
            interrupted.add(new ArrayDeque<>());
        }
        for (int i = 0; i < OPERATIONS; i++) {
            int pe = random.nextInt(PES);
            if (!model.isOn(pe)) {
                turnOn(pe);
            }
            operation(random, pe);
            for (int of = 0; of < PES; of++) {
                check(of);
            }
            if (i % BETWEEN_MOVES == 0) {
                move();
            }
        }
        assertTrue(dispatched > 800, "only " + dispatched + " handlers ran");
        assertTrue(nested > 50, "only " + nested + " handlers were nested");
    }

    private void operation(SplittableRandom random, int pe) {
        int event = random.nextInt(ReferenceModel.count());
        int number = ReferenceModel.number(event);
        int routeTo = random.nextInt(-1, PES + 1);
        long mode = routeTo < 0 ? 0 : 1;
        long affinity = routeTo < 0 ? 0x5A5A5A5AL : routeTo;
        switch (random.nextInt(26)) {
            case 0, 1, 2 ->
                assertEquals(
                        model.register(pe, event, routeTo),
                        bench.call(
                                pe,
                                SdeiFunction.EVENT_REGISTER,
                                number,
                                0x1000L + 4L * number,
                                number,
                                mode,
                                affinity));
            case 3, 4, 5, 6 -> assertEquals(model.setEnabled(pe, event, true), bench.enable(pe, number));
            case 7 -> assertEquals(model.setEnabled(pe, event, false), bench.disable(pe, number));
            case 8 -> assertEquals(model.unregister(pe, event), bench.unregister(pe, number));
            case 9 ->
                assertEquals(
                        model.route(pe, event, routeTo),
                        bench.call(pe, SdeiFunction.EVENT_ROUTING_SET, number, mode, affinity));
            case 10 -> assertEquals(model.routingMode(event), bench.call(pe, SdeiFunction.EVENT_GET_INFO, number, 3));
            case 11 -> assertEquals(model.mask(pe), bench.mask(pe));
            case 12, 13, 14 -> {
                model.unmask(pe);
                assertEquals(0, bench.unmask(pe));
            }
            case 15 -> {
                if (random.nextInt(6) == 0) {
                    boolean shared = random.nextBoolean();
                    assertEquals(
                            model.reset(pe, shared),
                            bench.call(pe, shared ? SdeiFunction.SHARED_RESET : SdeiFunction.PRIVATE_RESET));
                }
            }
            case 16, 17 -> {
                int to = random.nextInt(PES + 1);
                assertEquals(model.signal(to), bench.call(pe, SdeiFunction.EVENT_SIGNAL, 0, to));
            }
            case 18, 19, 20 -> {
                model.trigger(pe, event);
                bench.inject(pe, number);
            }
            case 21, 22, 23 -> complete(pe, random.nextInt());
            case 24 -> context(pe);
            default -> {
                if (random.nextInt(20) == 0) {
                    model.off(pe);
                    bench.dispatcher.turnedOff(pe);
                    bench.pes.get(pe).on = false;
                    interrupted.get(pe).clear();
                }
            }
        }
        int at = random.nextInt(PES);
        if (model.isOn(at)) {
            boundary(at, random);
        }
    }

    private void turnOn(int pe) {
        model.on(pe);
        FakePe cpu = bench.pes.get(pe);
        cpu.on = true;
        cpu.pstate = 0x3C5;
        bench.dispatcher.turnedOn(pe);
    }

    private void boundary(int pe, SplittableRandom random) {
        FakePe cpu = bench.pes.get(pe);
        Interrupted before = new Interrupted(cpu.pc, cpu.pstate, cpu.x[9]);
        int due = model.next(pe);
        assertEquals(due >= 0, bench.boundary(pe));
        if (due >= 0) {
            model.dispatch(pe, due);
            assertEquals(ReferenceModel.number(due), cpu.x[0]);
            assertEquals(ReferenceModel.number(due), cpu.x[1]);
            assertEquals(0x1000L + 4L * ReferenceModel.number(due), cpu.pc);
            interrupted.get(pe).push(before);
            cpu.x[9] = random.nextLong();
            dispatched++;
            nested += model.depth(pe) == 2 ? 1 : 0;
        }
    }

    private void complete(int pe, int choice) {
        FakePe cpu = bench.pes.get(pe);
        boolean resume = (choice & 1) != 0;
        long address = choice & 0xFFFCL;
        int ended = model.complete(pe);
        long result = resume ? bench.resume(pe, address) : bench.complete(pe);
        if (ended < 0) {
            assertEquals(-3, result);
            return;
        }
        Interrupted back = interrupted.get(pe).pop();
        assertEquals(resume ? address : back.pc(), cpu.pc);
        assertEquals(back.x9(), cpu.x[9]);
        if (resume) {
            assertEquals(back.pc(), cpu.elr);
            assertEquals(back.pstate(), cpu.spsr);
        } else {
            assertEquals(back.pstate(), cpu.pstate);
        }
    }

    private void context(int pe) {
        long result = bench.call(pe, SdeiFunction.EVENT_CONTEXT, 9);
        assertEquals(model.depth(pe) == 0 ? -3 : interrupted.get(pe).peek().x9(), result);
    }

    private void check(int pe) {
        assertEquals(model.depth(pe), bench.dispatcher.state().processor(pe).depth());
        assertEquals(model.next(pe) >= 0, bench.dispatcher.isDue(pe));
        for (int event = 0; event < ReferenceModel.count(); event++) {
            int number = ReferenceModel.number(event);
            assertEquals(model.status(pe, event), bench.instance(pe, number).state());
        }
    }

    private void move() {
        SavedState saved = bench.save();
        Bench other = Bench.withDefaults(PES);
        for (int pe = 0; pe < PES; pe++) {
            FakePe from = bench.pes.get(pe);
            FakePe to = other.pes.get(pe);
            System.arraycopy(from.x, 0, to.x, 0, 31);
            to.pc = from.pc;
            to.pstate = from.pstate;
            to.elr = from.elr;
            to.spsr = from.spsr;
            to.on = from.on;
        }
        other.restore(saved);
        bench = other;
    }
}
