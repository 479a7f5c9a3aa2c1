/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What random guests see of synthetic timers, against a model that looks at every timer at every tick. */
class TimerModelTest {
    private static final int VCPUS = 2;
    private static final int SINTS = 3;

    /** A timer that counts ticks one by one. */
    private static final class Model {
        private final List<String> seen;
        private final Slot[] slots;
        private final int vcpu;
        private final int index;
        private boolean isEnabled;
        private boolean isPeriodic;
        private boolean isAuto;
        private int intid;
        private int source;
        private long count;
        /** Ticks until it expires, or since programming for a period. */
        private long age;

        Model(List<String> seen, Slot[] slots, int vcpu, int index) {
            this.seen = seen;
            this.slots = slots;
            this.vcpu = vcpu;
            this.index = index;
        }

        void config(long now, boolean enable, boolean periodic, boolean auto, int newIntid, int newSource) {
            isEnabled = enable && (newIntid != 0 || newSource != 0);
            isPeriodic = periodic;
            isAuto = auto;
            intid = newIntid;
            source = newSource;
            programmed(now);
        }

        void count(long now, long value) {
            count = value;
            if (value == 0) {
                isEnabled = false;
            } else if (isAuto && (intid != 0 || source != 0)) {
                isEnabled = true;
            }
            if (value == 0 || isEnabled) {
                programmed(now);
            }
        }

        private void programmed(long now) {
            age = 0;
            if (!isEnabled || count == 0) {
                for (Slot slot : slots) {
                    slot.queue.removeIf(waiting -> waiting.index == index);
                }
            } else if (!isPeriodic && count <= now) {
                expire(now, count);
            }
        }

        void tick(long now) {
            if (!isEnabled || count == 0) {
                return;
            }
            age++;
            if (isPeriodic ? age % count == 0 : now == count) {
                expire(now, now);
            }
        }

        private void expire(long now, long due) {
            isEnabled &= isPeriodic;
            if (intid != 0) {
                seen.add(now + " interrupt " + vcpu + ":" + intid);
                return;
            }
            boolean isWaiting = false;
            for (Slot slot : slots) {
                isWaiting |= slot.queue.stream().anyMatch(waiting -> waiting.index == index);
            }
            if (!isWaiting) {
                slots[source].queue.add(new Waiting(index, due));
                slots[source].scan(now);
            }
        }
    }

    private record Waiting(int index, long due) {}

    private static final class Slot {
        private final List<Waiting> queue = new ArrayList<>();
        private String content = "";

        void scan(long now) {
            if (content.isEmpty() && !queue.isEmpty()) {
                Waiting first = queue.remove(0);
                content = TimerRig.message(first.index, first.due, now);
            }
        }

        String take(long now) {
            String taken = content;
            content = "";
            scan(now);
            return taken;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void randomGuestsSeeWhatTheModelSees(long seed) {
        Random random = new Random(seed);
        TimerRig rig = new TimerRig(VCPUS);
        List<String> expected = new ArrayList<>();
        List<String> actual = new ArrayList<>();
        Slot[][] slots = new Slot[VCPUS][SINTS];
        Model[][] models = new Model[VCPUS][SyntheticTimers.COUNT];
        for (int vcpu = 0; vcpu < VCPUS; vcpu++) {
            for (int i = 0; i < SINTS; i++) {
                slots[vcpu][i] = new Slot();
            }
            for (int i = 0; i < SyntheticTimers.COUNT; i++) {
                models[vcpu][i] = new Model(expected, slots[vcpu], vcpu, i);
            }
        }
        long now = 0;
        for (int step = 0; step < 2000; step++) {
            int vcpu = random.nextInt(VCPUS);
            int timer = random.nextInt(SyntheticTimers.COUNT);
            switch (random.nextInt(6)) {
                case 0 -> {
                    boolean enable = random.nextInt(3) > 0;
                    boolean periodic = random.nextBoolean();
                    boolean auto = random.nextBoolean();
                    int intid = random.nextInt(3) == 0 ? 16 + random.nextInt(16) : 0;
                    int source = random.nextInt(SINTS);
                    // The count of a shot is no period that would be rounded.
                    models[vcpu][timer].config(now, enable, periodic, auto, intid, source);
                    rig.config(
                            vcpu,
                            timer,
                            (enable ? 1 : 0)
                                    | (periodic ? 2 : 0)
                                    | (auto ? 8 : 0)
                                    | (intid == 0 ? 0 : TimerRig.direct(intid))
                                    | TimerRig.source(source));
                }
                case 1, 2 -> {
                    long count = random.nextInt(6) == 0 ? 0 : 100 + random.nextInt((int) now + 2000);
                    models[vcpu][timer].count(now, count);
                    rig.count(vcpu, timer, count);
                }
                case 3 -> {
                    int source = random.nextInt(SINTS);
                    assertEquals(slots[vcpu][source].take(now), rig.queues.take(vcpu, source), "step " + step);
                }
                default -> {
                    long end = now + random.nextInt(800);
                    while (now < end) {
                        now++;
                        for (Model[] ofVcpu : models) {
                            for (Model each : ofVcpu) {
                                each.tick(now);
                            }
                        }
                        rig.until(now);
                        for (String interrupt : rig.interrupts()) {
                            actual.add(now + " interrupt " + interrupt);
                        }
                    }
                }
            }
            for (String interrupt : rig.interrupts()) {
                actual.add(now + " interrupt " + interrupt);
            }
            assertEquals(expected, actual, "step " + step);
            expected.clear();
            actual.clear();
            for (int i = 0; i < SyntheticTimers.COUNT; i++) {
                assertEquals(models[vcpu][i].isEnabled, (rig.config(vcpu, i) & 1) != 0);
            }
        }
    }
}
