/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.notification.ChannelState;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.sdei.Sdei;
import java.util.Objects;
import java.util.Optional;

/**
 * The way in for events that the hypervisor or the VMM raises.
 *
 * @since 0.1
 */
public final class SdeiInjection implements SdeiInjector {
    private static final int READY = Sdei.REGISTERED | Sdei.ENABLED;

    private final SdeiState state;
    private final TriggerLatch latch;
    private final DispatchRules rules;
    private final RoutingRules routing;
    private final ImmediateRules immediate;
    private final Reevaluation reevaluation;
    private final TriggerLoss loss;

    SdeiInjection(
            SdeiState state,
            TriggerLatch latch,
            DispatchRules rules,
            RoutingRules routing,
            ImmediateRules immediate,
            Reevaluation reevaluation,
            TriggerLoss loss) {
        this.state = Objects.requireNonNull(state, "state");
        this.latch = Objects.requireNonNull(latch, "latch");
        this.rules = Objects.requireNonNull(rules, "rules");
        this.routing = Objects.requireNonNull(routing, "routing");
        this.immediate = Objects.requireNonNull(immediate, "immediate");
        this.reevaluation = Objects.requireNonNull(reevaluation, "reevaluation");
        this.loss = loss;
    }

    /**
     * Raises an event, to be taken as soon as possible.
     *
     * @param vcpu index of the vCPU; for a shared event, the vCPU that is asked first
     * @param event number of an event
     * @return what became of it; REJECTED if nobody has registered it
     * @throws HypervisorException with INVALID_ARGUMENT if there is no such vCPU or event
     */
    public DeliveryOutcome inject(int vcpu, int event) {
        EventInstance instance = find(vcpu, event);
        if (loss.isLost(state, instance)) {
            return DeliveryOutcome.rejected(
                    "the settings of the dispatcher lose triggers of " + instance.definition() + " now");
        }
        return switch (latch.trigger(instance)) {
            case DROPPED -> DeliveryOutcome.rejected(instance.definition() + " is not registered");
            case MERGED -> DeliveryOutcome.coalesced();
            case LATCHED -> latched(instance, vcpu);
        };
    }

    private DeliveryOutcome latched(EventInstance event, int vcpu) {
        PeState taker = taker(event, vcpu);
        event.asked(vcpu);
        reevaluation.at(Reevaluation.Point.TRIGGER, taker);
        Optional<EventInstance> next = rules.next(taker);
        return next.isPresent() && next.get() == event
                ? DeliveryOutcome.DELIVERED
                : DeliveryOutcome.pending(why(event, taker));
    }

    private static String why(EventInstance event, PeState taker) {
        if (event.is(Sdei.RUNNING)) {
            return "the handler of " + event.definition() + " runs";
        }
        if (!event.is(READY)) {
            return event.definition() + " is not enabled";
        }
        if (!taker.cpu().isOn()) {
            return "vCPU " + taker.index() + " is off";
        }
        if (taker.isMasked()) {
            return "events are masked on vCPU " + taker.index();
        }
        return taker.depth() > 0
                ? "another handler runs on vCPU " + taker.index()
                : "another event goes first on vCPU " + taker.index();
    }

    @Override
    public Optional<Veto> obstacle(int vcpu, int event) {
        EventInstance instance = find(vcpu, event);
        return immediate.obstacle(taker(instance, vcpu), instance);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Also for shared events: the vCPU is then the one that is asked first.
     */
    @Override
    public DeliveryOutcome injectNow(int vcpu, int event) {
        EventInstance instance = find(vcpu, event);
        PeState taker = taker(instance, vcpu);
        Optional<Veto> obstacle = immediate.obstacle(taker, instance);
        if (obstacle.isPresent()) {
            return DeliveryOutcome.rejected(obstacle.get().name());
        }
        if (latch.trigger(instance) != TriggerLatch.Latched.LATCHED) {
            return DeliveryOutcome.rejected(Veto.EVENT_NOT_READY.name());
        }
        instance.asked(taker.index());
        reevaluation.at(Reevaluation.Point.TRIGGER, taker);
        return DeliveryOutcome.DELIVERED;
    }

    @Override
    public boolean cancel(int vcpu, int event) {
        EventInstance instance = find(vcpu, event);
        boolean withdrawn = instance.isPending() && !instance.is(Sdei.RUNNING);
        if (withdrawn) {
            instance.pending(false);
        }
        return withdrawn;
    }

    /**
     * Returns the state of an event towards one vCPU.
     *
     * @param vcpu index of the vCPU
     * @param event number of an event
     * @return registered and enabled; latched; running (for a shared event, anywhere)
     * @throws HypervisorException with INVALID_ARGUMENT if there is no such vCPU or event
     */
    public ChannelState state(int vcpu, int event) {
        EventInstance instance = find(vcpu, event);
        return new ChannelState(instance.is(READY), instance.isPending(), instance.is(Sdei.RUNNING));
    }

    @Override
    public void listen(int event, SdeiEventListener listener) {
        Objects.requireNonNull(listener, "listener");
        for (PeState pe : state.processors()) {
            find(pe.index(), event).listener(listener);
        }
    }

    private EventInstance find(int vcpu, int event) {
        if (vcpu < 0 || vcpu >= state.processors().size()) {
            throw invalid(
                    "vCPU " + vcpu + " does not exist",
                    "use 0 to " + (state.processors().size() - 1));
        }
        return state.find(state.processor(vcpu), event)
                .orElseThrow(() -> invalid(
                        "SDEI event 0x" + Integer.toHexString(event) + " does not exist",
                        "name it as a channel of the machine request"));
    }

    private static HypervisorException invalid(String problem, String remedy) {
        return new HypervisorException(ErrorId.INVALID_ARGUMENT, problem, "SDEI", remedy);
    }

    /** The PE that takes the event if it can be taken, else the one that its source has in mind. */
    private PeState taker(EventInstance event, int vcpu) {
        if (event.definition().isPrivate()) {
            return state.processor(event.owner());
        }
        if (event.target() != EventInstance.NOBODY) {
            return state.processor(event.target());
        }
        boolean pending = event.isPending();
        int asked = event.asked();
        event.pending(true);
        event.asked(vcpu);
        int taker = routing.taker(state, event);
        event.pending(pending);
        event.asked(asked);
        return state.processor(taker == EventInstance.NOBODY ? vcpu : taker);
    }
}
