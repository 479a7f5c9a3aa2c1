/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asynchronous page faults of the model (docs/abi/hyperv-async-page-fault.md). */
final class FaultModel {
    static final int LIMITS = 0xF_A000;
    static final int CONTROL = 0xF_A001;
    /** INTID of the PPI that is kept for ready. */
    static final int INTERRUPT = 23;

    static final long SYNDROME = 0xFE00_0001L;

    private static final int TYPE = 0x8000_0F00;
    private static final int STATE = 0x40;
    private static final int TOKEN = 0x48;
    private static final int END = 0x68;
    private static final int TABLE = 0x800;
    private static final int MOST_TOKENS = 58;
    private static final int NONE = -1;
    private static final long WAKE_ALL = 0xFFFF_FFFFL;
    private static final long ENABLE = 1;
    private static final long SUPERVISOR = 2;
    private static final long FLAG = 4;
    private static final long BITS = 7 | 0xF << 16;
    private static final int SOURCES = 0xFF60;

    private enum State {
        ANNOUNCED,
        DECLINED,
        READY,
        COVERED
    }

    /** An announced fault; its token is that of a wake-all if it stands for one. */
    private static final class Fault {
        final int vcpu;
        final long page;
        final long token;
        State state = State.ANNOUNCED;
        boolean replied;

        Fault(int vcpu, long page, long token) {
            this.vcpu = vcpu;
            this.page = page;
            this.token = token;
        }

        boolean isOutstanding() {
            return state != State.DECLINED;
        }
    }

    private static final class OfVcpu {
        long control;
        long inHand = NONE;
        int next;
        boolean queued;
        boolean posting;

        @Nullable
        List<Long> filling;

        final List<Fault> queue = new ArrayList<>();

        boolean isEnabled() {
            return (control & ENABLE) != 0;
        }

        boolean isByFlag() {
            return (control & FLAG) != 0;
        }

        int source() {
            return (int) (control >>> 16) & 0xF;
        }
    }

    private final Model model;
    private final OfVcpu[] vcpus;
    private final String ways;
    private final int limit;
    private final List<Fault> faults = new ArrayList<>();
    final boolean isOffered;

    FaultModel(Model model, Model.Choices choices, boolean isOffered) {
        this.model = model;
        this.isOffered = isOffered;
        ways = choices.settings().getOrDefault("hyperv.apf-ready", "either");
        limit = Integer.parseInt(choices.settings().getOrDefault("hyperv.apf-slots", "64"));
        vcpus = new OfVcpu[model.vcpus];
        for (int i = 0; i < vcpus.length; i++) {
            vcpus[i] = new OfVcpu();
        }
    }

    // Registers.

    boolean isKnown(int name) {
        return isOffered && (name == LIMITS || name == CONTROL);
    }

    long get(int vcpu, int name) {
        return name == CONTROL
                ? vcpus[vcpu].control
                : 1
                        | (has("message") ? 1 << 8 : 0)
                        | (has("flag") ? 1 << 9 : 0)
                        | (long) limit << 16
                        | (long) INTERRUPT << 32
                        | (long) MOST_TOKENS << 40;
    }

    private boolean has(String way) {
        return ways.equals("either") || ways.equals(way);
    }

    void set(Model.Answer answer, int vcpu, long vectors, long value) {
        OfVcpu of = vcpus[vcpu];
        int source = (int) (value >>> 16) & 0xF;
        boolean isEnabling = (value & ENABLE) != 0;
        boolean isPossible = (SOURCES >>> source & 1) != 0 && has((value & FLAG) != 0 ? "flag" : "message");
        if ((value & ~BITS) != 0 || isEnabling && !isPossible) {
            answer.refuse(5);
        } else if (!isEnabling) {
            disable(vcpu);
            of.control = value;
        } else if (of.isEnabled()) {
            if (of.control != value) {
                answer.refuse(8);
            }
        } else if (vectors == 0 || !hasArea(vcpu)) {
            answer.refuse(8);
        } else {
            enable(vcpu, value);
        }
    }

    private boolean hasArea(int vcpu) {
        return (model.overlays[3 * vcpu + Model.ASSIST] & 1) != 0;
    }

    private byte[] area(int vcpu) {
        return model.frame(vcpu, Model.ASSIST);
    }

    private void enable(int vcpu, long value) {
        OfVcpu of = vcpus[vcpu];
        for (int at = STATE; at < END; at += 4) {
            Model.store32(area(vcpu), at, 0);
        }
        for (int flag = 0; flag <= limit; flag++) {
            Model.store32(area(vcpu), TABLE + 4 * flag, 0);
        }
        of.next = 0;
        of.inHand = NONE;
        of.control = value;
        Fault all = new Fault(vcpu, NONE, WAKE_ALL);
        all.replied = true;
        of.queue.add(all);
        pump(vcpu);
    }

    private void disable(int vcpu) {
        OfVcpu of = vcpus[vcpu];
        if (of.isEnabled()) {
            of.queue.clear();
            faults.removeIf(fault -> fault.vcpu == vcpu && fault.isOutstanding());
        }
        model.synic.withdrawReady(vcpu);
        of.queued = false;
        of.inHand = NONE;
    }

    void reset(int vcpu) {
        disable(vcpu);
        vcpus[vcpu].control = 0;
        faults.removeIf(fault -> fault.vcpu == vcpu);
    }

    // Not present.

    private int outstanding(int vcpu) {
        return (int) faults.stream()
                .filter(fault -> fault.vcpu == vcpu && fault.isOutstanding())
                .count();
    }

    private int clearFlags(int vcpu) {
        int clear = 0;
        for (int flag = 0; flag <= limit; flag++) {
            clear += isSet(vcpu, flag) ? 0 : 1;
        }
        return clear;
    }

    private boolean isSet(int vcpu, int flag) {
        return model.synic.isSet(vcpu, vcpus[vcpu].source(), flag);
    }

    /** A vCPU touches a page that is absent, with its interrupts unmasked; true if its guest is told. */
    boolean judge(int vcpu, boolean supervisor, long vectors) {
        look(vcpu);
        OfVcpu of = vcpus[vcpu];
        return of.isEnabled()
                && (!supervisor || (of.control & SUPERVISOR) != 0)
                && outstanding(vcpu) < limit
                && (Model.load32(area(vcpu), STATE) & 1) == 0
                && hasArea(vcpu)
                && vectors != 0
                && (!of.isByFlag() || clearFlags(vcpu) >= outstanding(vcpu) + 2);
    }

    /** The guest has been told; the token is the hypervisor's choice. */
    void announced(int vcpu, long page, long virtual, int access, long token) {
        boolean isUsed = faults.stream().anyMatch(fault -> fault.token == token);
        if (token <= 0 || token >= WAKE_ALL || (token & 0xFFF) != vcpu || isUsed) {
            throw new FuzzWorld.Broken("vCPU " + vcpu + " is told of a fault with token " + Long.toHexString(token));
        }
        byte[] area = area(vcpu);
        Model.store32(area, STATE, 1);
        Model.store32(area, STATE + 4, 1);
        Model.store64(area, TOKEN, token);
        Model.store64(area, TOKEN + 8, virtual);
        Model.store64(area, TOKEN + 16, page);
        Model.store32(area, TOKEN + 24, access);
        vcpus[vcpu].inHand = token;
        faults.add(new Fault(vcpu, page, token));
    }

    static long token(byte... area) {
        return Model.load64(area, TOKEN);
    }

    /** The tokens of faults that are announced and have not come to their end, in their order. */
    List<Long> tokens() {
        return faults.stream()
                .filter(Fault::isOutstanding)
                .map(fault -> fault.token)
                .toList();
    }

    // The guest's answer.

    private void look(int vcpu) {
        OfVcpu of = vcpus[vcpu];
        int state = Model.load32(area(vcpu), STATE);
        if (of.inHand == NONE || (state & 1) != 0) {
            return;
        }
        long token = of.inHand;
        of.inHand = NONE;
        Model.store32(area(vcpu), STATE, 0);
        for (Fault fault : List.copyOf(faults)) {
            if (fault.vcpu == vcpu && fault.token == token && !fault.replied) {
                replied(fault, (state & 2) != 0);
            }
        }
        pump(vcpu);
    }

    private void replied(Fault fault, boolean waits) {
        fault.replied = true;
        if (waits && fault.state == State.ANNOUNCED) {
            fault.state = State.DECLINED;
        } else if (waits && fault.state == State.READY) {
            vcpus[fault.vcpu].queue.remove(fault);
            faults.remove(fault);
        }
    }

    // Ready.

    /** A page has come, or will not come now, or never. */
    void settled(long page) {
        for (Fault fault : List.copyOf(faults)) {
            if (fault.page == page && fault.state == State.ANNOUNCED) {
                fault.state = State.READY;
                vcpus[fault.vcpu].queue.add(fault);
            } else if (fault.page == page && fault.state == State.DECLINED) {
                faults.remove(fault);
            }
        }
        poll();
    }

    void poll() {
        for (int vcpu = 0; vcpu < vcpus.length; vcpu++) {
            if (!vcpus[vcpu].queue.isEmpty()) {
                pump(vcpu);
            }
        }
    }

    private void pump(int vcpu) {
        look(vcpu);
        OfVcpu of = vcpus[vcpu];
        for (Fault each : List.copyOf(of.queue)) {
            if (each.replied && of.queue.contains(each)) {
                if (!canShow(vcpu) || !show(vcpu, each.token)) {
                    return;
                }
                of.queue.remove(each);
                faults.remove(each);
            }
        }
    }

    private boolean canShow(int vcpu) {
        OfVcpu of = vcpus[vcpu];
        if (!of.isEnabled()) {
            return false;
        }
        if (of.isByFlag()) {
            return model.synic.takesSignals(vcpu, of.source()) && nextClear(vcpu) >= 0;
        }
        return of.filling != null ? of.filling.size() < MOST_TOKENS : !of.queued;
    }

    private int nextClear(int vcpu) {
        for (int i = 0; i <= limit; i++) {
            int flag = (vcpus[vcpu].next + i) % (limit + 1);
            if (!isSet(vcpu, flag)) {
                return flag;
            }
        }
        return NONE;
    }

    private boolean show(int vcpu, long token) {
        OfVcpu of = vcpus[vcpu];
        if (of.isByFlag()) {
            int flag = nextClear(vcpu);
            Model.store32(area(vcpu), TABLE + 4 * flag, (int) token);
            of.next = (flag + 1) % (limit + 1);
            model.synic.direct(vcpu, of.source(), flag);
            return true;
        }
        if (of.filling != null) {
            of.filling.add(token);
            return true;
        }
        of.queued = true;
        of.posting = true;
        byte[] payload = payload(List.of(token));
        model.synic.enqueue(vcpu, of.source(), new SynicModel.Message(TYPE, 0, payload, null, SynicModel.READY));
        of.posting = false;
        return !of.queued;
    }

    private static byte[] payload(List<Long> tokens) {
        byte[] payload = new byte[8 + 4 * tokens.size()];
        Model.store32(payload, 0, tokens.size());
        for (int i = 0; i < tokens.size(); i++) {
            Model.store32(payload, 8 + 4 * i, (int) (long) tokens.get(i));
        }
        return payload;
    }

    /** The message is being written; returns what is in it: one that has waited takes up whatever is ready by now. */
    byte[] placing(int vcpu, byte... payload) {
        OfVcpu of = vcpus[vcpu];
        if (of.posting) {
            of.queued = false;
            return payload;
        }
        List<Long> tokens = new ArrayList<>();
        of.filling = tokens;
        pump(vcpu);
        of.filling = null;
        of.queued = false;
        if (tokens.isEmpty()) {
            throw new FuzzWorld.Broken("a message waited for nothing");
        }
        return payload(tokens);
    }

    /** The message is written. */
    void placed(int vcpu) {
        if (!vcpus[vcpu].posting) {
            pump(vcpu);
        }
    }
}
