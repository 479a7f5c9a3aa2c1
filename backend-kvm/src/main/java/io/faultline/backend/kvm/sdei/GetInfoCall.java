/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import io.faultline.backend.kvm.sdei.policy.CallChoice;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;

/** SDEI_EVENT_GET_INFO. */
final class GetInfoCall extends EventCall {
    private final long ofSignalled;
    private final long ofOthers;
    private final boolean tellsAnyAffinity;

    @Inject
    GetInfoCall(SdeiPolicy policy) {
        ofSignalled = policy.is(CallChoice.Signaled.ZERO) ? 0 : 1;
        ofOthers = policy.is(CallChoice.Signaled.ONE) ? 0 : 1;
        tellsAnyAffinity = policy.is(CallChoice.AnyAffinity.VALUE);
    }

    @Override
    long execute(PeState caller, EventInstance event) {
        EventDefinition definition = event.definition();
        return switch ((int) caller.cpu().x(2)) {
            case Sdei.INFO_TYPE -> definition.type().ordinal();
            case Sdei.INFO_SIGNALED -> definition.isSignalable() ? ofSignalled : ofOthers;
            case Sdei.INFO_PRIORITY -> definition.priority().ordinal();
            case Sdei.INFO_ROUTING_MODE ->
                routing(event, event.target() == EventInstance.NOBODY ? Sdei.ROUTE_ANY : Sdei.ROUTE_PE);
            // there is no affinity to tell under RM_ANY (SDEI-030)
            case Sdei.INFO_ROUTING_AFFINITY ->
                routing(
                        event,
                        event.target() == EventInstance.NOBODY && !tellsAnyAffinity
                                ? Sdei.INVALID_PARAMETERS
                                : caller.machine()
                                        .processor(Math.max(event.target(), 0))
                                        .cpu()
                                        .affinity());
            default -> Sdei.INVALID_PARAMETERS;
        };
    }

    private static long routing(EventInstance event, long value) {
        if (event.definition().isPrivate()) {
            return Sdei.INVALID_PARAMETERS;
        }
        return event.is(Sdei.REGISTERED) ? value : Sdei.DENIED;
    }
}
