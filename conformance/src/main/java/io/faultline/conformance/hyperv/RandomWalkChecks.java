/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/**
 * HV-181: registers of two vCPUs are read and written at random while messages come, beside a model of what was accepted and
 * not yet taken.
 *
 * @since 0.1
 */
public final class RandomWalkChecks {
    private static final int PORT = 0xB0;
    private static final int VCPUS = 2;
    private static final int[] SOURCES = {3, 9};
    private static final int STEPS = 250;
    private static final int SEEDS = 3;

    /** The check of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Hyper-V: registers at random",
            Check.of("HV-181", RandomWalkChecks::nothingIsLostOrTooMuch)
                    .seeds(SEEDS)
                    .witnesses("accepted", "taken"));

    private final Scenario s;
    private final HypervGuest guest;
    private final SplittableRandom random;
    private final List<Deque<Message>> accepted = new ArrayList<>();
    private final long[] placement = new long[VCPUS];
    private final boolean[] isOn = new boolean[VCPUS];
    private int number;
    private int placed;
    private int interrupts;

    private RandomWalkChecks(Scenario s) {
        this.s = s;
        this.guest = HypervGuest.boot(s, VCPUS);
        this.random = s.random();
        guest.listenAll(SOURCES);
        for (int i = 0; i < VCPUS * SOURCES.length; i++) {
            guest.messageChannel(PORT + i, i / SOURCES.length, SOURCES[i % SOURCES.length]);
            accepted.add(new ArrayDeque<>());
        }
        for (int i = 0; i < VCPUS; i++) {
            placement[i] = HypervGuest.simp(i);
            isOn[i] = true;
        }
    }

    private static void nothingIsLostOrTooMuch(Scenario s) {
        RandomWalkChecks walk = new RandomWalkChecks(s);
        for (int i = 0; i < STEPS; i++) {
            walk.step();
        }
        walk.finish();
    }

    private static int vcpu(int channel) {
        return channel / SOURCES.length;
    }

    private static int source(int channel) {
        return SOURCES[channel % SOURCES.length];
    }

    private long slot(int channel) {
        return placement[vcpu(channel)] + (long) source(channel) * Hyperv.SLOT;
    }

    private void step() {
        int channel = random.nextInt(VCPUS * SOURCES.length);
        SteppingGuestCpu cpu = guest.cpu(vcpu(channel));
        switch (random.nextInt(10)) {
            case 0 -> move(vcpu(channel));
            case 1 -> turn(vcpu(channel));
            case 2 -> guest.set(cpu, Hyperv.SCONTROL, random.nextInt(4) == 0 ? 0 : 1);
            case 3 ->
                guest.set(
                        cpu,
                        Hyperv.sint(source(channel)),
                        random.nextInt(3) == 0 ? Hyperv.MASKED | HypervGuest.VECTOR : HypervGuest.VECTOR);
            case 4, 5 -> take(channel);
            case 6 -> guest.eom(vcpu(channel));
            default -> post(channel);
        }
        for (int i = 0; i < VCPUS; i++) {
            interrupts += guest.takeInterrupts(i).size();
        }
        look();
    }

    private void move(int vcpu) {
        long page = random.nextBoolean()
                ? HypervGuest.simp(vcpu)
                : guest.scratch(vcpu).address();
        guest.set(guest.cpu(vcpu), Hyperv.SIMP, page | (isOn[vcpu] ? 1 : 0));
        placement[vcpu] = page;
    }

    private void turn(int vcpu) {
        isOn[vcpu] = !isOn[vcpu];
        guest.set(guest.cpu(vcpu), Hyperv.SIMP, placement[vcpu] | (isOn[vcpu] ? 1 : 0));
    }

    private void post(int channel) {
        Message message = Message.number(++number, PORT + channel);
        int status = random.nextBoolean()
                ? guest.messagePort(PORT + channel)
                        .post(message.type(), message.payload())
                        .code()
                : guest.tryPost(guest.cpu(random.nextInt(VCPUS)), PORT + channel, message)
                        .status();
        s.expectOneOf(
                "status of a message", status, Hyperv.SUCCESS, Hyperv.INVALID_SYNIC_STATE, Hyperv.INSUFFICIENT_BUFFERS);
        if (status == Hyperv.SUCCESS) {
            accepted.get(channel).add(message);
            s.witness("accepted");
        }
    }

    private void take(int channel) {
        int vcpu = vcpu(channel);
        if (!isOn[vcpu]) {
            return;
        }
        Slot slot = guest.slotAt(guest.cpu(vcpu), slot(channel));
        if (slot.isEmpty()) {
            return;
        }
        s.expectEqual(
                "the message that is taken from channel " + channel,
                String.valueOf(accepted.get(channel).poll()),
                slot.message().toString());
        placed++;
        s.witness("taken");
        guest.cpu(vcpu).put(slot(channel), AccessWidth.WORD, 0);
        if (random.nextInt(3) != 0) {
            guest.eom(vcpu);
        }
    }

    /** A slot that is seen holds what was accepted first and not taken. */
    private void look() {
        int inSlots = 0;
        for (int channel = 0; channel < accepted.size(); channel++) {
            boolean mayHold = true;
            if (isOn[vcpu(channel)]) {
                Slot slot = guest.slotAt(guest.cpu(vcpu(channel)), slot(channel));
                mayHold = !slot.isEmpty();
                if (mayHold) {
                    s.expectEqual(
                            "the message in the slot of channel " + channel,
                            String.valueOf(accepted.get(channel).peek()),
                            slot.message().toString());
                }
            }
            inSlots += mayHold ? 1 : 0;
        }
        s.expectThat(
                interrupts + " interrupts are at most one for each message that came into a slot",
                interrupts <= placed + inSlots);
    }

    private void finish() {
        for (int i = 0; i < VCPUS; i++) {
            guest.set(guest.cpu(i), Hyperv.SCONTROL, 1);
            isOn[i] = true;
            placement[i] = HypervGuest.simp(i);
            guest.set(guest.cpu(i), Hyperv.SIMP, Hyperv.on(placement[i]));
            for (int source : SOURCES) {
                guest.set(guest.cpu(i), Hyperv.sint(source), HypervGuest.VECTOR);
            }
            guest.eom(i);
        }
        for (int channel = 0; channel < accepted.size(); channel++) {
            guest.expectDrained(
                    "in the end",
                    vcpu(channel),
                    source(channel),
                    Arrays.asList(accepted.get(channel).toArray(new Message[0])));
            s.expectEqual(
                    "messages that wait in the end",
                    0,
                    guest.messagePort(PORT + channel).waiting());
        }
    }
}
