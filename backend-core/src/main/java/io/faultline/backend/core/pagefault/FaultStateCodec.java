/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Writes and reads the faults that have not come to their end. Faults are numbered anew from 0, so that equal situations
 * have equal states whatever went before.
 */
final class FaultStateCodec {
    private static final int WORDS = 6;
    private static final AccessKind[] ACCESSES = AccessKind.values();

    private final int vcpus;
    private final Policy policy;
    private final TokenSource tokens;
    private final FaultRegistry registry;
    private final ReadyDelivery delivery;

    FaultStateCodec(int vcpus, Policy policy, TokenSource tokens, FaultRegistry registry, ReadyDelivery delivery) {
        this.vcpus = vcpus;
        this.tokens = tokens;
        this.policy = policy;
        this.registry = registry;
        this.delivery = delivery;
    }

    void save(StateWriter writer) {
        List<Fault> faults = registry.all();
        Map<Long, Integer> indices = new TreeMap<>();
        long[] words = new long[faults.size() * WORDS];
        for (int i = 0; i < faults.size(); i++) {
            Fault fault = faults.get(i);
            indices.put(fault.number(), i);
            int at = i * WORDS;
            words[at] = fault.vcpu();
            words[at + 1] = fault.page();
            words[at + 2] = fault.access().ordinal();
            words[at + 3] = fault.state().ordinal();
            words[at + 4] = fault.token();
            words[at + 5] = fault.isReplied() ? 1 : 0;
            if (fault.veto().isPresent()) {
                writer.text("veto." + i, fault.veto().get().name());
                writer.text("meaning." + i, fault.veto().get().meaning());
            }
        }
        writer.words("list", words);
        delivery.save(writer, indices);
    }

    void restore(StateReader reader) {
        long[] words = reader.words("list");
        if (words.length % WORDS != 0) {
            throw reader.invalid("list", "has " + words.length + " words, not a multiple of " + WORDS);
        }
        registry.clear();
        List<Fault> faults = new ArrayList<>();
        for (int i = 0; i < words.length / WORDS; i++) {
            Fault fault = fault(reader, i, words);
            faults.add(fault);
            registry.add(fault);
        }
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            if (registry.outstanding(vcpu) > policy.limit()) {
                throw reader.invalid("list", "has more announced faults of vCPU " + vcpu + " than there are slots");
            }
        }
        delivery.restore(reader, faults);
    }

    private Fault fault(StateReader reader, int i, long[] words) {
        int at = i * WORDS;
        boolean inRange = words[at] >= 0
                && words[at] < vcpus
                && PageSize.isAligned(words[at + 1])
                && words[at + 2] >= 0
                && words[at + 2] < ACCESSES.length
                && words[at + 3] >= 0
                && words[at + 3] < FaultState.count()
                && (words[at + 5] == 0 || words[at + 5] == 1);
        if (!inRange) {
            throw reader.invalid("list", "has an impossible fault at " + i);
        }
        FaultState state = FaultState.of((int) words[at + 3]);
        Fault fault = registry.create(i, (int) words[at], words[at + 1], ACCESSES[(int) words[at + 2]]);
        fault.state(state);
        fault.token(words[at + 4]);
        fault.replied(words[at + 5] == 1);
        boolean possible = !state.isOver() && state != FaultState.STARTED;
        boolean alone = !state.awaitsPage() || registry.awaiting(fault.vcpu(), fault.page()) == null;
        boolean tokenFits = state == FaultState.HIDDEN && fault.token() == 0
                || tokens.isPossible(fault.token()) && !registry.isTokenInUse(fault.token());
        if (!possible || !alone || !tokenFits) {
            throw reader.invalid("list", "has fault " + i + " in a state that it cannot be in");
        }
        if (reader.has("veto." + i)) {
            String name = reader.text("veto." + i);
            if (!name.matches("[a-z]+(-[a-z]+)*")) {
                throw reader.invalid("veto." + i, "is not the name of a veto");
            }
            fault.veto(Optional.of(new Veto(name, reader.text("meaning." + i))));
        }
        return fault;
    }

    /** Number of announced faults that were read and have not come to their end. */
    long outstanding() {
        long count = 0;
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            count += registry.outstanding(vcpu);
        }
        return count;
    }
}
