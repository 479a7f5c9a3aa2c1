/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.InterruptId;
import io.faultline.api.capability.AsyncPageFaultLimits;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.Capability;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.MachineRequest.AsyncPageFaultRequest;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.notification.NotificationChannel.Ppi;
import io.faultline.api.notification.NotificationChannel.SdeiEvent;
import io.faultline.hwmodel.gic.VirtualInterface;
import io.faultline.hwmodel.timer.GenericTimers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Finds everything in a request that a machine cannot be built with. Keeps going after each find. */
final class RequestJudge {
    private static final String VMM = "a channel of the VMM";
    private static final String PAGE_FAULTS = "asynchronous page faults";

    private final MachineRequest request;
    private final CapabilitySet capabilities;
    private final Set<Class<? extends NotificationChannel>> channelTypes;
    private final List<String> refusals = new ArrayList<>();

    private RequestJudge(
            MachineRequest request,
            CapabilitySet capabilities,
            Set<Class<? extends NotificationChannel>> channelTypes) {
        this.request = request;
        this.capabilities = capabilities;
        this.channelTypes = channelTypes;
    }

    /**
     * Judges a request.
     *
     * @param request what the VMM wants
     * @param capabilities what the backend has
     * @param channelTypes kinds of channels that the backend knows
     * @return one sentence for each thing that is refused
     */
    static List<String> refusals(
            MachineRequest request,
            CapabilitySet capabilities,
            Set<Class<? extends NotificationChannel>> channelTypes) {
        RequestJudge judge = new RequestJudge(request, capabilities, channelTypes);
        judge.vcpus();
        judge.level();
        judge.memory();
        judge.channels();
        judge.interrupts();
        judge.events();
        return judge.refusals;
    }

    private void vcpus() {
        int limit =
                Math.min(capabilities.get(Capabilities.VCPUS).orElse(MachineLayout.MAX_VCPUS), MachineLayout.MAX_VCPUS);
        if (request.vcpus() < 1 || request.vcpus() > limit) {
            refuse("%d vCPUs are not possible: a machine has 1 to %d.", request.vcpus(), limit);
        }
    }

    private void level() {
        switch (request.level()) {
            case EL1 -> {
                // every backend has it
            }
            case EL2 -> require(Capabilities.EL2, "a guest at EL2");
            default -> refuse("a guest cannot start at %s: it starts at EL1 or EL2.", request.level());
        }
    }

    private void memory() {
        List<MemoryRegion> regions = request.memory();
        long total = 0;
        for (int i = 0; i < regions.size(); i++) {
            MemoryRegion region = regions.get(i);
            total += Math.min(region.bytes(), 2 * MachineLayout.MAX_MEMORY_BYTES);
            for (MemoryRegion other : regions.subList(0, i)) {
                if (region.overlaps(other)) {
                    refuse("memory %s overlaps memory %s.", region, other);
                }
            }
            overlap(region, "GIC distributor", MachineLayout.DISTRIBUTOR, MachineLayout.DISTRIBUTOR_BYTES);
            int vcpus = Math.min(Math.max(1, request.vcpus()), MachineLayout.MAX_VCPUS);
            int low = Math.min(vcpus, MachineLayout.LOW_REDISTRIBUTORS);
            overlapRedistributors(region, MachineLayout.REDISTRIBUTORS, low);
            if (vcpus > low) {
                overlapRedistributors(region, MachineLayout.HIGH_REDISTRIBUTORS, vcpus - low);
            }
        }
        if (total > MachineLayout.MAX_MEMORY_BYTES) {
            refuse("memory of all regions together is more than %d bytes.", MachineLayout.MAX_MEMORY_BYTES);
        }
    }

    private void overlapRedistributors(MemoryRegion region, long base, int count) {
        overlap(region, "GIC redistributors", base, count * MachineLayout.REDISTRIBUTOR_BYTES);
    }

    private void overlap(MemoryRegion region, String owner, long base, long bytes) {
        MemoryRegion taken = new MemoryRegion(base, bytes, true);
        if (region.overlaps(taken)) {
            refuse("memory %s overlaps the %s at %s.", region, owner, taken);
        }
    }

    private void channels() {
        for (NotificationChannel channel : request.channels()) {
            if (!channelTypes.contains(channel.getClass())) {
                refuse("channel %s is of a kind that this backend does not have.", channel);
            } else if (channel instanceof Ppi) {
                require(Capabilities.PPI, "channel " + channel);
            } else if (channel instanceof SdeiEvent) {
                require(Capabilities.SDEI, "channel " + channel);
            }
        }
        if (request.asyncPageFaults().isPresent()) {
            require(Capabilities.ASYNC_PAGE_FAULTS, PAGE_FAULTS);
        }
    }

    private void require(Capability<?> capability, String wish) {
        if (!capabilities.has(capability)) {
            String reason = capabilities
                    .absence(capability)
                    .map(text -> " (" + text + ")")
                    .orElse("");
            refuse("%s cannot be had: capability %s is absent%s.", wish, capability.id(), reason);
        }
    }

    private void interrupts() {
        Map<Integer, String> owners = new TreeMap<>();
        owners.put(MachineLayout.VIRTUAL_TIMER, "the virtual timer");
        owners.put(MachineLayout.PHYSICAL_TIMER, "the physical timer");
        // Their lines are driven whatever level the guest starts at.
        owners.put(GenericTimers.EL2_PHYSICAL_PPI, "the physical timer of EL2");
        owners.put(GenericTimers.EL2_VIRTUAL_PPI, "the virtual timer of EL2");
        owners.put(VirtualInterface.MAINTENANCE_PPI, "the maintenance interrupt of the GIC");
        request.asyncPageFaults().ifPresent(wish -> {
            requireInterruptIfNeeded(wish);
            wish.interrupt().ifPresent(number -> pageFaultInterrupt(number, owners));
        });
        for (NotificationChannel channel : request.channels()) {
            if (channel instanceof Ppi ppi) {
                own(owners, ppi.interrupt().number(), "PPI " + ppi.interrupt().number(), VMM);
            }
        }
    }

    private void requireInterruptIfNeeded(AsyncPageFaultRequest wish) {
        Optional<AsyncPageFaultLimits> limits = capabilities.get(Capabilities.ASYNC_PAGE_FAULTS);
        if (limits.isPresent()
                && limits.get().needsInterrupt() != wish.interrupt().isPresent()) {
            String mechanism = limits.get().mechanism();
            if (limits.get().needsInterrupt()) {
                refuse("%s by %s need a PPI: name one.", PAGE_FAULTS, mechanism);
            } else {
                refuse(
                        "PPI %d for %s is not possible: %s has no interrupt of its own, leave it out.",
                        wish.interrupt().getAsInt(), PAGE_FAULTS, mechanism);
            }
        }
    }

    private void pageFaultInterrupt(int number, Map<Integer, String> owners) {
        if (number < 0 || number > 1019 || !new InterruptId(number).isPpi()) {
            refuse("INTID %d for %s is not a PPI: PPIs are 16 to 31.", number, PAGE_FAULTS);
        } else {
            own(owners, number, "PPI " + number, PAGE_FAULTS);
        }
    }

    private void events() {
        Map<Integer, String> owners = new TreeMap<>();
        request.asyncPageFaults().ifPresent(wish -> {
            requireEventIfNeeded(wish);
            wish.event().ifPresent(event -> pageFaultEvent(event, owners));
        });
        int platformEvents = 0;
        for (NotificationChannel channel : request.channels()) {
            if (channel instanceof SdeiEvent event) {
                own(owners, event.event(), eventName(event.event()), VMM);
                platformEvents += event.event() == 0 ? 0 : 1;
            }
        }
        int limit = capabilities.get(Capabilities.SDEI_PLATFORM_EVENTS).orElse(0);
        if (platformEvents > limit && capabilities.has(Capabilities.SDEI)) {
            refuse("%d SDEI events of the VMM are too many: at most %d are possible.", platformEvents, limit);
        }
    }

    private void requireEventIfNeeded(AsyncPageFaultRequest wish) {
        Optional<AsyncPageFaultLimits> limits = capabilities.get(Capabilities.ASYNC_PAGE_FAULTS);
        if (limits.isPresent() && limits.get().needsEvent() != wish.event().isPresent()) {
            String mechanism = limits.get().mechanism();
            if (limits.get().needsEvent()) {
                refuse("%s by %s need an SDEI event: name one.", PAGE_FAULTS, mechanism);
            } else {
                refuse(
                        "%s for %s is not possible: %s has no event, leave it out.",
                        eventName(wish.event().getAsInt()), PAGE_FAULTS, mechanism);
            }
        }
    }

    private void pageFaultEvent(int event, Map<Integer, String> owners) {
        if (event < 0) {
            refuse("SDEI event 0x%x for %s has bit 31 set.", event, PAGE_FAULTS);
        } else {
            if (event == 0) {
                owners.put(0, "software signals");
            }
            own(owners, event, eventName(event), PAGE_FAULTS);
        }
    }

    private static String eventName(int event) {
        return String.format(Locale.ROOT, "SDEI event 0x%x", event);
    }

    private void own(Map<Integer, String> owners, int number, String thing, String owner) {
        String other = owners.putIfAbsent(number, owner);
        if (other != null) {
            refuse("%s has two owners: %s and %s.", thing, other, owner);
        }
    }

    private void refuse(String format, Object... arguments) {
        refusals.add(String.format(Locale.ROOT, format, arguments));
    }
}
