/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.pagefault.FaultCounters;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Guests that do anything, and a model that keeps plain lists: what is told, in what order, and whether a fault is announced. */
final class ModelledGuests {
    private static final int VCPUS = 2;
    private static final int PAGES = 12;
    private static final int SLOTS = 4;
    private static final long WAKE_ALL = 0xFFFF_FFFFL;
    private static final int MOST_TOKENS = 58;

    /** What one vCPU is to see. */
    private static final class Vcpu {
        boolean isEnabled;
        boolean hasAssist = true;
        boolean isOn = true;
        boolean hasPage = true;
        boolean isUnmasked = true;
        /** The token that is not answered, or 0. */
        long open;
        /** Pages of announced faults that have not come. */
        final Map<Long, Long> absent = new TreeMap<>();
        /** What is ready and not told, in order. */
        final List<Long> due = new ArrayList<>();
        /** What is in the slot, or in flags in turn. */
        final List<Long> told = new ArrayList<>();

        boolean isMessageWaiting;
        /** Pages of faults that the guest has refused and that have not come. */
        final Set<Long> refused = new TreeSet<>();
        /** The hypervisor has not looked at the state since the guest refused a fault. */
        boolean isRefusalUnseen;

        long outstanding() {
            return absent.size()
                    + due.stream().filter(token -> token != WAKE_ALL).count();
        }
    }

    private final Random random;
    private final boolean byFlag;
    private final PageFaultRig rig;
    private final Vcpu[] vcpus = new Vcpu[VCPUS];
    /** Where each guest looks for its next flag. */
    private final int[] position = new int[VCPUS];

    ModelledGuests(long seed, boolean byFlag) {
        random = new Random(seed);
        this.byFlag = byFlag;
        rig = new PageFaultRig(VCPUS, byFlag, "hyperv.apf-slots=" + SLOTS);
        for (int i = 0; i < VCPUS; i++) {
            rig.enable(i);
            vcpus[i] = new Vcpu();
            vcpus[i].isEnabled = true;
            position[i] = byFlag ? 1 : 0;
        }
    }

    FaultCounters counters() {
        return rig.counters();
    }

    void step() {
        step(random.nextInt(VCPUS));
    }

    private void step(int vcpu) {
        Vcpu model = vcpus[vcpu];
        int choice = !model.isEnabled && random.nextInt(3) == 0 ? 18 : random.nextInt(24);
        switch (choice) {
            case 0, 1, 2, 3, 4, 5 -> fault(vcpu, model);
            case 6, 7, 8, 9 -> arrive(PageFaultRig.page(random.nextInt(PAGES)));
            case 10, 11, 12 -> collect(vcpu, model);
            case 13, 19, 20, 21 -> answer(vcpu, model);
            case 14 -> {
                model.isOn = random.nextBoolean();
                rig.synic(vcpu, model.isOn);
                turnedOn(model);
            }
            case 15 -> {
                model.hasPage = random.nextBoolean();
                rig.synicPage(vcpu, model.hasPage);
                turnedOn(model);
            }
            case 16 -> {
                model.isUnmasked = random.nextBoolean();
                rig.unmask(vcpu, model.isUnmasked);
            }
            case 17 -> {
                model.hasAssist = random.nextInt(4) > 0;
                rig.sets(vcpu, PageFaultRig.ASSIST, model.hasAssist ? PageFaultRig.area(vcpu) | 1 : 0);
            }
            case 18 -> control(vcpu, model);
            default -> {
                if (random.nextInt(4) == 0) {
                    rig.move();
                }
            }
        }
        rig.pages().poll();
        tell(model);
    }

    // What happens, in the machine and in the model

    private void fault(int vcpu, Vcpu model) {
        long page = PageFaultRig.page(random.nextInt(PAGES));
        if (rig.machine.memory().residency(page) == PageResidency.RESIDENT) {
            rig.pages().discard(page);
        }
        boolean isTold = model.isEnabled
                && model.hasAssist
                && model.open == 0
                && model.outstanding() < SLOTS
                && !model.absent.containsValue(page)
                && !model.refused.contains(page)
                && (!byFlag || clearFlags(model) >= model.outstanding() + 2);
        rig.silence(vcpu);
        GuestStep step = rig.touch(vcpu, page);
        model.isRefusalUnseen = false;
        if (isTold) {
            assertEquals(new GuestStep.Diverted(PageFaultRig.handler(vcpu) + 0x400), step);
            long token = assertInstanceOf(
                            GuestNotification.NotPresent.class, rig.driver.identify(rig.cpu(vcpu), rig.setup(vcpu)))
                    .token();
            model.absent.put(token, page);
            model.open = token;
            if (random.nextInt(4) > 0) {
                answer(vcpu, model);
            }
        } else {
            PageFaultRig.waits(step);
            arrive(page);
            assertInstanceOf(GuestStep.Retired.class, rig.cpu(vcpu).resume());
        }
        rig.start(vcpu);
    }

    private void answer(int vcpu, Vcpu model) {
        if (model.open == 0 || !model.hasAssist) {
            return;
        }
        boolean refuses = random.nextInt(4) == 0;
        rig.state(vcpu, refuses ? FaultInformation.SYNCHRONOUS : random.nextInt() & ~3);
        if (refuses) {
            if (model.absent.containsKey(model.open)) {
                model.refused.add(model.absent.remove(model.open));
            }
            model.due.remove(model.open);
            model.isRefusalUnseen = true;
        }
        model.open = 0;
        rig.pages().poll();
        tell(model);
    }

    private void arrive(long page) {
        if (rig.machine.memory().residency(page) == PageResidency.RESIDENT) {
            return;
        }
        rig.complete(page);
        for (Vcpu model : vcpus) {
            model.refused.remove(page);
            for (Iterator<Map.Entry<Long, Long>> each = model.absent.entrySet().iterator(); each.hasNext(); ) {
                Map.Entry<Long, Long> fault = each.next();
                if (fault.getValue() == page) {
                    model.due.add(fault.getKey());
                    each.remove();
                }
            }
            tell(model);
        }
    }

    private void control(int vcpu, Vcpu model) {
        if (model.isEnabled) {
            if (random.nextInt(12) > 0) {
                return;
            }
            rig.sets(vcpu, PageFaultRig.CONTROL, 0);
            model.isRefusalUnseen = false;
            model.isEnabled = false;
            model.absent.clear();
            model.due.clear();
            model.isMessageWaiting = false;
            model.open = 0;
        } else if (model.hasAssist && (model.hasPage || !byFlag)) {
            if (byFlag) {
                collect(vcpu, model);
                position[vcpu] = 0;
            }
            rig.sets(vcpu, PageFaultRig.CONTROL, rig.control());
            model.isEnabled = true;
            model.due.add(WAKE_ALL);
        }
    }

    /** The guest reads everything that it can see, which is a message or some flags. */
    private void collect(int vcpu, Vcpu model) {
        if (!model.hasPage || byFlag && !model.hasAssist) {
            return;
        }
        if (byFlag) {
            collectFlags(vcpu, model);
            return;
        }
        long slot = PageFaultRig.slot(vcpu);
        assertEquals(model.told, message(slot));
        if (!model.told.isEmpty()) {
            boolean isPending = (rig.word(slot + 4) >> 8 & 1) != 0;
            rig.word(slot, 0);
            model.told.clear();
            assertTrue(isPending || !model.isMessageWaiting || !model.isOn, "MessagePending");
            if (isPending) {
                rig.sets(vcpu, PageFaultRig.END_OF_MESSAGE, 0);
                turnedOn(model);
            }
        }
    }

    private List<Long> message(long slot) {
        List<Long> tokens = new ArrayList<>();
        if (rig.word(slot) != 0) {
            for (int i = 0; i < rig.word(slot + 16); i++) {
                tokens.add(rig.word(slot + 24 + 4L * i) & 0xFFFF_FFFFL);
            }
        }
        return tokens;
    }

    private void collectFlags(int vcpu, Vcpu model) {
        long word = PageFaultRig.slot(vcpu);
        List<Long> tokens = new ArrayList<>();
        for (int i = 0; i <= SLOTS; i++) {
            int flag = (position[vcpu] + i) % (SLOTS + 1);
            if ((rig.word(word) >>> flag & 1) != 0) {
                tokens.add(rig.word(PageFaultRig.area(vcpu) + FaultInformation.TABLE + 4L * flag) & 0xFFFF_FFFFL);
            }
        }
        position[vcpu] = (position[vcpu] + tokens.size()) % (SLOTS + 1);
        rig.word(word, 0);
        assertEquals(model.told, tokens);
        model.told.clear();
    }

    // What the model makes of it

    private int clearFlags(Vcpu model) {
        return SLOTS + 1 - model.told.size();
    }

    private static boolean canShow(Vcpu model, long token) {
        return token != model.open;
    }

    private void tell(Vcpu model) {
        if (byFlag) {
            tellByFlag(model);
            return;
        }
        for (int i = 0; i < model.due.size() && !model.isMessageWaiting; i++) {
            if (canShow(model, model.due.get(i))) {
                if (model.isOn && model.hasPage && model.told.isEmpty()) {
                    model.told.add(model.due.remove(i));
                    i--;
                } else {
                    model.isMessageWaiting = true;
                }
            }
        }
    }

    private void tellByFlag(Vcpu model) {
        for (int i = 0; i < model.due.size(); i++) {
            boolean canSignal = model.isOn && model.hasPage && model.isUnmasked;
            if (canShow(model, model.due.get(i)) && canSignal && clearFlags(model) > 0) {
                model.told.add(model.due.remove(i));
                i--;
            }
        }
    }

    /** The queue is looked at: a message that waits is filled now. */
    private void turnedOn(Vcpu model) {
        if (!byFlag && model.isMessageWaiting && model.isOn && model.hasPage && model.told.isEmpty()) {
            model.isMessageWaiting = false;
            for (int i = 0; i < model.due.size() && model.told.size() < MOST_TOKENS; i++) {
                if (canShow(model, model.due.get(i))) {
                    model.told.add(model.due.remove(i));
                    i--;
                }
            }
        }
        tell(model);
    }

    void compare(int step) {
        long outstanding = 0;
        long unseen = 0;
        for (Vcpu model : vcpus) {
            outstanding += model.outstanding();
            unseen += model.isRefusalUnseen ? 1 : 0;
        }
        long more = rig.counters().outstanding() - outstanding;
        assertTrue(more >= 0 && more <= unseen, outstanding + " outstanding and " + more + " more after step " + step);
        for (int vcpu = 0; vcpu < VCPUS; vcpu++) {
            Vcpu model = vcpus[vcpu];
            if (!byFlag && model.hasPage) {
                assertEquals(model.told, message(PageFaultRig.slot(vcpu)), "slot after step " + step);
            } else if (byFlag && model.hasPage) {
                assertEquals(
                        model.told.size(),
                        Integer.bitCount((int) rig.word(PageFaultRig.slot(vcpu))),
                        "flags after step " + step);
            }
        }
    }
}
