/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.pagefault.Veto;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.LongPredicate;

/**
 * A mechanism in a few fields, and a guest that believes what it is told: it remembers which tokens it waits for and fails
 * as soon as it hears something that it must not hear.
 */
final class FakeGuest implements PageFaultPorts, NotPresentRoute, ReadyRoute, TokenSource {
    static final long WAKE_ALL = 0xFFFF_FFFFL;
    static final Veto BUSY = new Veto("busy", "the handler runs");

    /** One vCPU as this guest sees it. Zero means none: a token is never zero. */
    static final class View implements StateElement {
        /** Delivered and not taken. */
        long pending;
        /** Taken and not answered. */
        long handling;
        /** Not consumed by the guest. */
        long notPresentWord;
        /** What ready shows. */
        long readyWord;

        /** Notifications shown and not taken back. */
        int line;

        boolean masked;
        boolean broken;
        boolean areaGone;
        final TreeSet<Long> waiters = new TreeSet<>();

        @Override
        public String stateName() {
            return "view";
        }

        @Override
        public void reset() {
            pending = 0;
            handling = 0;
            notPresentWord = 0;
            readyWord = 0;
            line = 0;
            waiters.clear();
        }

        @Override
        public void save(StateWriter writer) {
            writer.words("words", new long[] {
                pending, handling, notPresentWord, readyWord, line, masked ? 1 : 0, broken ? 1 : 0, areaGone ? 1 : 0
            });
            writer.words("waiters", waiters.stream().mapToLong(Long::longValue).toArray());
        }

        @Override
        public void restore(StateReader reader) {
            long[] words = reader.words("words", 8);
            pending = words[0];
            handling = words[1];
            notPresentWord = words[2];
            readyWord = words[3];
            line = (int) words[4];
            masked = words[5] == 1;
            broken = words[6] == 1;
            areaGone = words[7] == 1;
            waiters.clear();
            for (long waiter : reader.words("waiters")) {
                waiters.add(waiter);
            }
        }
    }

    final List<View> views = new ArrayList<>();
    final List<String> heard = new ArrayList<>();
    private final Policy policy;
    private PageFaultControl control;
    boolean outOfTokens;
    /** Seeded defect: the same token each time. */
    boolean stuckToken;

    FakeGuest(int vcpus, Policy policy) {
        this.policy = policy;
        for (int i = 0; i < vcpus; i++) {
            views.add(new View());
        }
    }

    PageFaultControl control() {
        return control;
    }

    View view(int vcpu) {
        return views.get(vcpu);
    }

    private void hear(String what) {
        heard.add(what);
    }

    private static void require(boolean condition, String complaint) {
        if (!condition) {
            throw new AssertionError(complaint);
        }
    }

    // What the guest does.

    boolean take(int vcpu) {
        View view = view(vcpu);
        if (view.pending == 0) {
            return false;
        }
        require(view.handling == 0, "not-present inside the handler of not-present");
        view.handling = view.pending;
        view.pending = 0;
        view.notPresentWord = 0;
        return true;
    }

    boolean answer(int vcpu, GuestReply reply) {
        View view = view(vcpu);
        if (view.handling == 0) {
            return false;
        }
        long token = view.handling;
        view.handling = 0;
        if (policy.decline() == Policy.Decline.BY_REPLY && reply == GuestReply.SYNCHRONOUS) {
            view.waiters.remove(token);
        }
        control.answer(vcpu, token, reply);
        return true;
    }

    void clearReady(int vcpu) {
        View view = view(vcpu);
        view.readyWord = 0;
    }

    void call(int vcpu) {
        control.acknowledge(vcpu);
    }

    void enable(int vcpu) {
        control.enable(vcpu);
    }

    void disable(int vcpu) {
        control.disable(vcpu);
        if (policy.disableEffect() == Policy.DisableEffect.CANCEL) {
            view(vcpu).waiters.clear();
        }
    }

    void lose(int vcpu) {
        View view = view(vcpu);
        if (view.pending != 0) {
            long token = view.pending;
            view.pending = 0;
            view.notPresentWord = 0;
            view.waiters.remove(token);
            control.lost(vcpu, token);
        }
    }

    // What the engine asks for.

    @Override
    public Policy policy() {
        return policy;
    }

    @Override
    public List<VetoRule> rules() {
        return List.of(
                VetoRule.of(Veto.SUPERVISOR_MODE, FaultContext::isSupervisor),
                VetoRule.tableWalk(),
                VetoRule.singleStep());
    }

    @Override
    public NotPresentRoute notPresent() {
        return this;
    }

    @Override
    public ReadyRoute ready() {
        return new ReadyRoute() {
            @Override
            public boolean isSlotFree(int vcpu) {
                if (view(vcpu).areaGone) {
                    control.bringIn(World.AREA);
                    return false;
                }
                return view(vcpu).readyWord == 0;
            }

            @Override
            public boolean isOpen(int vcpu) {
                return FakeGuest.this.isOpen(vcpu);
            }

            @Override
            public boolean show(int vcpu, long token) {
                return FakeGuest.this.show(vcpu, token);
            }

            @Override
            public void acknowledged(int vcpu) {
                FakeGuest.this.acknowledged(vcpu);
            }

            @Override
            public void cancel(int vcpu) {
                FakeGuest.this.cancel(vcpu);
            }

            @Override
            public long wakeAllToken() {
                return WAKE_ALL;
            }
        };
    }

    @Override
    public TokenSource tokens() {
        return this;
    }

    @Override
    public void connect(PageFaultControl newControl) {
        control = newControl;
    }

    @Override
    public void reset(int vcpu) {
        view(vcpu).reset();
    }

    @Override
    public Optional<Veto> obstacle(FaultContext fault) {
        View view = view(fault.vcpu());
        if (view.handling != 0) {
            return Optional.of(BUSY);
        }
        return view.masked ? Optional.of(Veto.INTERRUPTS_MASKED) : Optional.empty();
    }

    /** The slot of not-present; that of ready has its own route object. */
    @Override
    public boolean isSlotFree(int vcpu) {
        return view(vcpu).notPresentWord == 0;
    }

    @Override
    public boolean deliver(FaultContext fault, long token) {
        View view = view(fault.vcpu());
        if (view.broken) {
            return false;
        }
        require(!fault.isSupervisor(), "not-present in supervisor mode");
        require(!view.masked, "not-present while masked");
        require(view.pending == 0 && view.handling == 0, "not-present on top of another");
        require(control.isEnabled(fault.vcpu()), "not-present while disabled");
        if (policy.slots() == Policy.Slots.SHARED) {
            require(view.readyWord == 0, "not-present overwrites ready");
        }
        require(token != 0 && token != WAKE_ALL, "reserved token " + token);
        for (View other : views) {
            require(!other.waiters.contains(token), "token " + token + " is outstanding");
        }
        view.pending = token;
        view.notPresentWord = token;
        view.waiters.add(token);
        hear("np " + fault.vcpu() + " " + token);
        return true;
    }

    @Override
    public boolean withdraw(int vcpu, long token) {
        View view = view(vcpu);
        if (view.pending != token) {
            return false;
        }
        view.pending = 0;
        view.notPresentWord = 0;
        view.waiters.remove(token);
        return true;
    }

    @Override
    public boolean isOpen(int vcpu) {
        return !view(vcpu).masked;
    }

    @Override
    public boolean show(int vcpu, long token) {
        View view = view(vcpu);
        if (view.broken) {
            return false;
        }
        if (policy.acknowledgement() == Policy.Acknowledgement.WORD_AND_CALL) {
            require(view.line == 0 && view.readyWord == 0, "ready on top of another");
        }
        if (policy.slots() == Policy.Slots.SHARED) {
            require(view.notPresentWord == 0, "ready overwrites not-present");
        }
        if (token == WAKE_ALL) {
            wakeAll(vcpu);
        } else {
            View owner = policy.readyScope() == Policy.ReadyScope.LOCAL ? view : ownerOf(token, view);
            boolean expected = owner.waiters.remove(token);
            require(
                    expected || policy.hiddenCompletion() == Policy.HiddenCompletion.SHOWN,
                    "ready for token " + token + " that nobody waits for");
            require(policy.decline() == Policy.Decline.NONE || owner.handling != token, "ready before the answer");
        }
        view.readyWord = token;
        view.line++;
        hear("rdy " + vcpu + " " + Long.toHexString(token));
        return true;
    }

    /** The engine is about to end what is covered; faults announced since then keep their waiters. */
    private void wakeAll(int vcpu) {
        PageFaultEngine engine = (PageFaultEngine) control;
        for (Fault fault : engine.registry().of(vcpu)) {
            if (fault.state() == FaultState.COVERED_QUEUED) {
                require(view(vcpu).waiters.remove(fault.token()), "wake-all covers what nobody waits for");
            }
        }
    }

    private View ownerOf(long token, View fallback) {
        for (View view : views) {
            if (view.waiters.contains(token)) {
                return view;
            }
        }
        return fallback;
    }

    @Override
    public void acknowledged(int vcpu) {
        view(vcpu).line--;
    }

    @Override
    public void cancel(int vcpu) {
        view(vcpu).line = 0;
        view(vcpu).readyWord = 0;
    }

    @Override
    public long wakeAllToken() {
        return WAKE_ALL;
    }

    /** The lowest free token, so that the number of states stays small and a token is used again as soon as it may. */
    @Override
    public OptionalLong next(FaultContext fault, LongPredicate inUse) {
        if (outOfTokens) {
            return OptionalLong.empty();
        }
        long token = 1;
        while (!stuckToken && inUse.test(token)) {
            token++;
        }
        return OptionalLong.of(token);
    }

    @Override
    public String stateName() {
        return "tokens";
    }

    @Override
    public void reset() {
        // no state
    }

    @Override
    public void save(StateWriter writer) {
        // no state
    }

    @Override
    public void restore(StateReader reader) {
        // no state
    }
}
