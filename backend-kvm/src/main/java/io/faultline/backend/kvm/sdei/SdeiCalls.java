/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;
import java.util.EnumMap;
import java.util.Map;

/**
 * The table of calls: one object for each of the nineteen.
 *
 * @since 0.1
 */
public final class SdeiCalls {
    private static final SdeiCall ABSENT = caller -> CallOutcome.of(Sdei.NOT_SUPPORTED);

    private final Map<SdeiFunction, SdeiCall> table = new EnumMap<>(SdeiFunction.class);

    @Inject
    SdeiCalls(
            CallDecoration decoration,
            VersionCall version,
            RegisterCall register,
            EnableCall enable,
            DisableCall disable,
            ContextCall context,
            CompleteCall complete,
            CompleteAndResumeCall completeAndResume,
            UnregisterCall unregister,
            StatusCall status,
            GetInfoCall getInfo,
            RoutingSetCall routingSet,
            MaskCall mask,
            UnmaskCall unmask,
            BindCall bind,
            ReleaseCall release,
            SignalCall signal,
            FeaturesCall features,
            PrivateResetCall privateReset,
            SharedResetCall sharedReset,
            SdeiPolicy policy) {
        table.put(SdeiFunction.VERSION, version);
        table.put(SdeiFunction.EVENT_REGISTER, register);
        table.put(SdeiFunction.EVENT_ENABLE, enable);
        table.put(SdeiFunction.EVENT_DISABLE, disable);
        table.put(SdeiFunction.EVENT_CONTEXT, context);
        table.put(SdeiFunction.EVENT_COMPLETE, complete);
        table.put(SdeiFunction.EVENT_COMPLETE_AND_RESUME, completeAndResume);
        table.put(SdeiFunction.EVENT_UNREGISTER, unregister);
        table.put(SdeiFunction.EVENT_STATUS, status);
        table.put(SdeiFunction.EVENT_GET_INFO, getInfo);
        table.put(SdeiFunction.EVENT_ROUTING_SET, routingSet);
        table.put(SdeiFunction.PE_MASK, mask);
        table.put(SdeiFunction.PE_UNMASK, unmask);
        table.put(SdeiFunction.INTERRUPT_BIND, policy.lacksBinding() ? ABSENT : bind);
        table.put(SdeiFunction.INTERRUPT_RELEASE, policy.lacksBinding() ? ABSENT : release);
        table.put(SdeiFunction.EVENT_SIGNAL, signal);
        table.put(SdeiFunction.FEATURES, features);
        table.put(SdeiFunction.PRIVATE_RESET, privateReset);
        table.put(SdeiFunction.SHARED_RESET, sharedReset);
        table.replaceAll(decoration::decorate);
    }

    /**
     * Executes a call.
     *
     * @param caller the PE that calls
     * @param function which call
     * @return what the caller sees
     */
    CallOutcome execute(PeState caller, SdeiFunction function) {
        return table.get(function).execute(caller);
    }
}
