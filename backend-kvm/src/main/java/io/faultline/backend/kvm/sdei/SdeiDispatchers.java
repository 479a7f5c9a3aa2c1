/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.backend.kvm.sdei.policy.CallChoice;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the dispatcher of a machine out of its replaceable parts.
 *
 * @since 0.1
 */
public final class SdeiDispatchers {
    /** X1 to X3 may be anything after a call. */
    private static final int RESULT_REGISTERS = 3;

    private final SdeiCalls calls;
    private final HandlerTransitions transitions;
    private final TriggerLatch latch;
    private final DispatchRules rules;
    private final RoutingRules routing;
    private final ImmediateRules immediate;
    private final HandlerEntry handlerEntry;
    private final Reevaluation reevaluation;
    private final PowerRules power;
    private final SdeiStateCodec codec;
    private final TriggerLoss loss;
    private final SdeiPolicy policy;

    @Inject
    SdeiDispatchers(
            SdeiCalls calls,
            HandlerTransitions transitions,
            TriggerLatch latch,
            DispatchRules rules,
            RoutingRules routing,
            ImmediateRules immediate,
            HandlerEntry handlerEntry,
            Reevaluation reevaluation,
            PowerRules power,
            SdeiStateCodec codec,
            TriggerLoss loss,
            SdeiPolicy policy) {
        this.calls = calls;
        this.transitions = transitions;
        this.latch = latch;
        this.rules = rules;
        this.routing = routing;
        this.immediate = immediate;
        this.handlerEntry = handlerEntry;
        this.reevaluation = reevaluation;
        this.power = power;
        this.codec = codec;
        this.loss = loss;
        this.policy = policy;
    }

    /**
     * Makes a dispatcher at cold reset.
     *
     * @param client the machine
     * @param events every event but event 0 and those of bind slots, which are always there
     * @return the dispatcher
     * @throws IllegalArgumentException if two events have the same number
     */
    public SdeiDispatcher create(ClientMachine client, List<EventDefinition> events) {
        List<EventDefinition> all = new ArrayList<>(events);
        all.addAll(Slots.definitions(policy.privateSlots(), policy.sharedSlots()));
        SdeiState state = new SdeiState(client, all);
        SdeiInjection injection = new SdeiInjection(state, latch, rules, routing, immediate, reevaluation, loss);
        int zeroedRegisters = policy.is(CallChoice.ResultRegisters.ZEROED) ? RESULT_REGISTERS : 0;
        return new SdeiDispatcher(
                state, calls, transitions, rules, handlerEntry, reevaluation, power, codec, injection, zeroedRegisters);
    }
}
