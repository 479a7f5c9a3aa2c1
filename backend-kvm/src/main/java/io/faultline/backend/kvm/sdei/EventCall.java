/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import java.util.Optional;

/** A call whose first argument is an event number. */
abstract class EventCall implements SdeiCall {
    @Override
    public final CallOutcome execute(PeState caller) {
        // 32-bit parameter: the upper half of the register is ignored (SDEI-009)
        int number = (int) caller.cpu().x(1);
        Optional<EventInstance> event = caller.machine().find(caller, number);
        return CallOutcome.of(event.isPresent() ? execute(caller, event.get()) : Sdei.INVALID_PARAMETERS);
    }

    /**
     * Executes the call.
     *
     * @param caller the PE that calls
     * @param event what X1 names
     * @return X0
     */
    abstract long execute(PeState caller, EventInstance event);
}
