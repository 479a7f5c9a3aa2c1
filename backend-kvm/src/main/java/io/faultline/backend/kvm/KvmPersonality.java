/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import io.faultline.api.machine.MachineRequest;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.notification.NotificationChannel.SdeiEvent;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiPriority;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.AbsentPageHandler;
import io.faultline.backend.core.machine.Conduit;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.Personality;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.kvm.pagefault.PageFaultFront;
import io.faultline.backend.kvm.sdei.EventDefinition;
import io.faultline.backend.kvm.sdei.SdeiDispatcher;
import io.faultline.backend.kvm.sdei.SdeiDispatchers;
import io.faultline.backend.kvm.sdei.policy.DispatchChoice;
import io.faultline.backend.kvm.sdei.policy.OfferChoice;
import io.faultline.backend.kvm.sdei.policy.PlatformEvent;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the KVM style adds to the shared machine: an SDEI dispatcher, and asynchronous page faults on top of it.
 *
 * @since 0.1
 */
public final class KvmPersonality implements Personality {
    private final SdeiPolicy policy;
    private final SdeiDispatchers dispatchers;
    private final PageFaultFront pageFaults;

    private Optional<SdeiDispatcher> dispatcher = Optional.empty();
    private @Nullable AbsentPageHandler absentPages;
    private @Nullable EventNotifications notifications;

    @Inject
    KvmPersonality(SdeiPolicy policy, SdeiDispatchers dispatchers, PageFaultFront pageFaults) {
        this.policy = policy;
        this.dispatchers = dispatchers;
        this.pageFaults = pageFaults;
    }

    @Override
    public void attach(Host host) {
        if (policy.isOffered()) {
            boolean holds = policy.is(DispatchChoice.HeldInterrupts.HELD);
            SdeiDispatcher created = dispatchers.create(new HostClient(host, holds), events(host.request()));
            host.gic().diversion(created::interruptChanged);
            dispatcher = Optional.of(created);
        }
        absentPages = pageFaults.attach(host, dispatcher);
        notifications = KvmNotifications.of(host, dispatcher);
    }

    private List<EventDefinition> events(MachineRequest request) {
        List<EventDefinition> events = new ArrayList<>();
        request.asyncPageFaults()
                .ifPresent(wish -> wish.event()
                        .ifPresent(number ->
                                events.add(new EventDefinition(number, SdeiEventType.PRIVATE, SdeiPriority.NORMAL))));
        for (NotificationChannel channel : request.channels()) {
            if (channel instanceof SdeiEvent event && event.event() != Sdei.EVENT_SOFTWARE_SIGNALLED) {
                events.add(new EventDefinition(event.event(), event.type(), event.priority()));
            }
        }
        for (PlatformEvent event : policy.events()) {
            events.add(new EventDefinition(event.number(), event.type(), event.priority()));
        }
        return events;
    }

    private static <T> T attached(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the personality has no machine yet");
        }
        return part;
    }

    /**
     * Returns the dispatcher, for those who observe or test.
     *
     * @return the dispatcher of the machine, or empty if the guest has none
     */
    public Optional<SdeiDispatcher> dispatcher() {
        return dispatcher;
    }

    @Override
    public AbsentPageHandler absentPages() {
        return attached(absentPages);
    }

    @Override
    public boolean call(VirtualProcessor vcpu, Conduit conduit, int function) {
        return policy.isOffered(OfferChoice.Conduit.valueOf(conduit.name()))
                        && dispatcher.isPresent()
                        && dispatcher.get().call(vcpu.index(), function)
                || pageFaults.call(vcpu, function);
    }

    @Override
    public boolean attention(VirtualProcessor vcpu) {
        return dispatcher.isPresent() && dispatcher.get().attention(vcpu.index());
    }

    @Override
    public boolean wakes(VirtualProcessor vcpu) {
        return dispatcher.isPresent() && dispatcher.get().isDue(vcpu.index());
    }

    @Override
    public void turnedOn(VirtualProcessor vcpu) {
        dispatcher.ifPresent(present -> present.turnedOn(vcpu.index()));
    }

    /** A handler has a context to go back to, which a power-down would lose. */
    @Override
    public boolean canPowerDown(VirtualProcessor vcpu) {
        return dispatcher.isEmpty() || !dispatcher.get().isHandling(vcpu.index());
    }

    @Override
    public void resumed(VirtualProcessor vcpu) {
        dispatcher.ifPresent(present -> present.resumed(vcpu.index()));
    }

    @Override
    public void turnedOff(VirtualProcessor vcpu) {
        dispatcher.ifPresent(present -> present.turnedOff(vcpu.index()));
    }

    @Override
    public void reset(VirtualProcessor vcpu) {
        turnedOff(vcpu);
    }

    @Override
    public Optional<EventNotifications> notifications() {
        return Optional.of(attached(notifications));
    }

    @Override
    public String stateName() {
        return "kvm";
    }

    @Override
    public void reset() {
        dispatcher.ifPresent(SdeiDispatcher::reset);
        pageFaults.reset();
    }

    @Override
    public void save(StateWriter writer) {
        dispatcher.ifPresent(writer::element);
        writer.element(pageFaults);
    }

    @Override
    public void restore(StateReader reader) {
        dispatcher.ifPresent(reader::element);
        reader.element(pageFaults);
    }
}
