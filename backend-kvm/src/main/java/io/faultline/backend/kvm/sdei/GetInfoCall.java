/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import jakarta.inject.Inject;

/** SDEI_EVENT_GET_INFO. */
final class GetInfoCall extends EventCall {
    private final int signaledValue;

    @Inject
    GetInfoCall(SdeiPolicy policy) {
        signaledValue = policy.signaledValue();
    }

    @Override
    long execute(PeState caller, EventInstance event) {
        EventDefinition definition = event.definition();
        return switch ((int) caller.cpu().x(2)) {
            case Sdei.INFO_TYPE -> definition.type().ordinal();
            case Sdei.INFO_SIGNALED -> definition.isSignalable() ? signaledValue : 1 - signaledValue;
            case Sdei.INFO_PRIORITY -> definition.priority().ordinal();
            case Sdei.INFO_ROUTING_MODE ->
                routing(event, event.target() == EventInstance.NOBODY ? Sdei.ROUTE_ANY : Sdei.ROUTE_PE);
            // there is no affinity to tell under RM_ANY (SDEI-030)
            case Sdei.INFO_ROUTING_AFFINITY ->
                routing(
                        event,
                        event.target() == EventInstance.NOBODY
                                ? Sdei.INVALID_PARAMETERS
                                : caller.machine()
                                        .processor(event.target())
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
