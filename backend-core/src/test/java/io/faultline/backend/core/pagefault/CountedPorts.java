/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.pagefault.Veto;
import java.util.List;
import java.util.Optional;

/** Ports with a word for ready on each vCPU; they count how often they are asked. */
final class CountedPorts implements PageFaultPorts, NotPresentRoute {
    final long[] word;
    private final Policy policy;
    private final TokenSource tokens;
    private final ReadyRoute ready = new Ready();
    long token;
    int calls;

    CountedPorts(int vcpus, Policy policy) {
        this.policy = policy;
        word = new long[vcpus];
        tokens = new CountingTokens(vcpus);
    }

    /** Ready by a word. */
    private final class Ready implements ReadyRoute {
        @Override
        public boolean isSlotFree(int vcpu) {
            calls++;
            return word[vcpu] == 0;
        }

        @Override
        public boolean isOpen(int vcpu) {
            calls++;
            return true;
        }

        @Override
        public boolean show(int vcpu, long shown) {
            calls++;
            word[vcpu] = shown;
            return true;
        }

        @Override
        public void acknowledged(int vcpu) {
            calls++;
        }

        @Override
        public void cancel(int vcpu) {
            calls++;
            word[vcpu] = 0;
        }

        @Override
        public long wakeAllToken() {
            return 0xFFFF_FFFFL;
        }
    }

    @Override
    public Policy policy() {
        return policy;
    }

    @Override
    public List<VetoRule> rules() {
        return List.of(VetoRule.tableWalk(), VetoRule.singleStep());
    }

    @Override
    public NotPresentRoute notPresent() {
        return this;
    }

    @Override
    public ReadyRoute ready() {
        return ready;
    }

    @Override
    public TokenSource tokens() {
        return tokens;
    }

    @Override
    public void connect(PageFaultControl control) {
        // the test calls the engine itself
    }

    @Override
    public void reset(int vcpu) {
        word[vcpu] = 0;
    }

    @Override
    public Optional<Veto> obstacle(FaultContext fault) {
        calls++;
        return Optional.empty();
    }

    @Override
    public boolean isSlotFree(int vcpu) {
        calls++;
        return true;
    }

    @Override
    public boolean deliver(FaultContext fault, long delivered) {
        calls++;
        token = delivered;
        return true;
    }

    @Override
    public boolean withdraw(int vcpu, long withdrawn) {
        calls++;
        return false;
    }
}
