/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import io.faultline.api.machine.MachineRequest;
import io.faultline.api.notification.NotificationChannel.SdeiEvent;
import io.faultline.backend.kvm.sdei.EventDefinition;
import io.faultline.backend.kvm.sdei.Slots;
import io.faultline.backend.kvm.sdei.policy.PlatformEvent;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Event numbers that the settings of the dispatcher take and that somebody else wants, too. */
final class EventConflicts {
    private static final String SLOT = "a bind slot of the dispatcher";
    private static final String SETTING = "the setting sdei.events";

    private final Map<Integer, String> owners = new TreeMap<>();
    private final List<String> refusals = new ArrayList<>();

    private EventConflicts() {}

    /**
     * Looks for conflicts.
     *
     * @param request what the VMM wants
     * @param policy what the dispatcher has
     * @return one sentence for each, naming both owners
     */
    static List<String> of(MachineRequest request, SdeiPolicy policy) {
        EventConflicts conflicts = new EventConflicts();
        if (policy.isOffered()) {
            for (EventDefinition slot : Slots.definitions(policy.privateSlots(), policy.sharedSlots())) {
                conflicts.own(slot.number(), SLOT);
            }
            for (PlatformEvent event : policy.events()) {
                conflicts.own(event.number(), SETTING);
            }
            request.asyncPageFaults()
                    .ifPresent(wish ->
                            wish.event().ifPresent(number -> conflicts.want(number, "asynchronous page faults")));
            request.channels().stream()
                    .filter(SdeiEvent.class::isInstance)
                    .map(SdeiEvent.class::cast)
                    .forEach(event -> conflicts.want(event.event(), "a channel of the VMM"));
        }
        return conflicts.refusals;
    }

    private void own(int number, String owner) {
        String other = owners.putIfAbsent(number, owner);
        if (other != null) {
            refuse(number, other, owner);
        }
    }

    private void want(int number, String owner) {
        String other = owners.get(number);
        if (other != null) {
            refuse(number, other, owner);
        }
    }

    private void refuse(int number, String one, String other) {
        refusals.add(String.format(Locale.ROOT, "SDEI event 0x%x has two owners: %s and %s.", number, one, other));
    }
}
