/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiEventType;
import jakarta.inject.Inject;
import java.util.Optional;

/**
 * SDEI_INTERRUPT_BIND. An interrupt is judged in the order: exists, bound already, belongs to the client, room for it
 * (SDEI-087 to 093).
 */
final class BindCall implements SdeiCall {
    @Inject
    BindCall() {}

    @Override
    public CallOutcome execute(PeState caller) {
        return CallOutcome.of(bind(caller.machine(), (int) caller.cpu().x(1)));
    }

    private static long bind(SdeiState machine, int intid) {
        ClientInterrupts interrupts = machine.client().interrupts();
        Optional<SdeiEventType> kind = interrupts.kind(intid);
        if (kind.isEmpty()) {
            return Sdei.INVALID_PARAMETERS;
        }
        Slots slots = machine.slots();
        Optional<Slots.Slot> slot = slots.of(intid);
        if (slot.isPresent()) {
            return slot.get().event();
        }
        if (!interrupts.isOwned(intid)) {
            return Sdei.DENIED;
        }
        Optional<Slots.Slot> free = slots.free(kind.get());
        if (free.isEmpty()) {
            return Sdei.OUT_OF_RESOURCE;
        }
        free.get().binding().bind(intid);
        return free.get().event();
    }
}
