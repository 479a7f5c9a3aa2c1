/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.pagefault.FaultDecision;
import io.faultline.api.pagefault.FaultTicket;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.pagefault.FaultLedger.Tally;
import io.faultline.backend.core.pagefault.Policy.AfterRestore;
import io.faultline.backend.core.pagefault.Policy.Decline;
import io.faultline.backend.core.pagefault.Policy.DisableEffect;
import io.faultline.backend.core.pagefault.Policy.EarlyArrival;
import io.faultline.backend.core.pagefault.Policy.EnableAgain;
import io.faultline.backend.core.pagefault.Policy.HiddenCompletion;
import io.faultline.backend.core.pagefault.Policy.RepeatedFaults;
import io.faultline.backend.core.pagefault.Policy.Slots;
import io.faultline.backend.core.pagefault.Policy.TokenOwner;
import io.faultline.backend.core.pagefault.Policy.WaitMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * The life of every fault on an absent page, from the access to the last word to the guest.
 *
 * <p>A fault is an access to a page that could not be had without waiting. Each is either announced or has exactly one
 * veto; of those with a veto, each is either parked or synchronous. The engine does not know memory: it is told when a page
 * comes. It does not know a mechanism: a backend supplies {@link PageFaultPorts}, whose {@link Policy} says where mechanisms
 * differ.
 *
 * <p>Not thread-safe: used by the thread that drives the machine. Bounded: on each vCPU at most
 * {@link Policy#limit()} announced faults, as many declined or hidden ones, and what is shown.
 */
final class PageFaultEngine implements PageFaultControl, StateElement {
    private static final FaultVerdict ANNOUNCED = new FaultVerdict.Announced();
    private static final FaultVerdict ENTERED = new FaultVerdict.Entered();
    private static final Optional<Veto> NO_TOKEN = Optional.of(TokenSource.NO_TOKEN);
    private static final Optional<Veto> AREA_UNWRITABLE = Optional.of(Veto.AREA_UNWRITABLE);

    private final PageFaultPorts ports;
    private final Policy policy;
    private final PageIn pages;
    private final FaultTrace trace;
    private final boolean[] enabled;
    private final FaultLedger ledger = new FaultLedger();
    private final FaultRegistry registry;
    private final ReadyDelivery delivery;
    private final Eligibility eligibility;
    private final FaultStateCodec codec;
    private final LongPredicate inUse;
    private FaultDecision decision = FaultDecision.ACCEPT_ALL;
    private boolean pagesWanted;

    PageFaultEngine(int vcpus, PageFaultPorts ports, PageIn pages, FaultTrace trace) {
        this.ports = ports;
        this.policy = ports.policy();
        this.pages = pages;
        this.trace = trace;
        this.enabled = new boolean[vcpus];
        this.registry = new FaultRegistry(vcpus, ledger);
        this.delivery = new ReadyDelivery(vcpus, ports, registry, ledger, trace);
        this.inUse = registry::isTokenInUse;
        this.eligibility = eligibility();
        this.codec = new FaultStateCodec(vcpus, policy, ports.tokens(), registry, delivery);
        ports.connect(this);
    }

    /** The whole list in its order; the backend's rules stand between what the engine knows and what it must ask last. */
    private Eligibility eligibility() {
        List<VetoRule> rules = new ArrayList<>();
        rules.add(VetoRule.of(Veto.IN_FLIGHT, fault -> registry.awaiting(fault.vcpu(), fault.page()) != null));
        rules.add(VetoRule.of(Veto.NO_SOURCE, fault -> !pages.hasSource(fault.page())));
        rules.add(VetoRule.of(Veto.FAILED_BEFORE, fault -> pages.failures(fault.page()) >= policy.failureLimit()));
        rules.add(VetoRule.of(Veto.NOT_ENABLED, fault -> !enabled[fault.vcpu()]));
        rules.addAll(ports.rules());
        rules.add(VetoRule.of(Veto.LIMIT_REACHED, fault -> registry.outstanding(fault.vcpu()) >= policy.limit()));
        rules.add(VetoRule.of(Veto.NOTIFICATION_OUTSTANDING, fault -> !isNotPresentSlotFree(fault.vcpu())));
        rules.add(ports.notPresent()::obstacle);
        rules.add(VetoRule.of(Veto.VMM_DECLINED, fault -> !decision.accept(fault.page(), fault.vcpu())));
        return new Eligibility(rules);
    }

    private boolean isNotPresentSlotFree(int vcpu) {
        return ports.notPresent().isSlotFree(vcpu)
                && (policy.slots() == Slots.SEPARATE || ports.ready().isSlotFree(vcpu));
    }

    void decideBy(FaultDecision newDecision) {
        decision = newDecision;
    }

    /**
     * A vCPU touched a page that is absent and cannot be had at once.
     *
     * @param context the access
     * @return what becomes of the vCPU
     */
    FaultVerdict fault(FaultContext context) {
        ports.look(context.vcpu());
        Optional<Veto> veto = eligibility.judge(context);
        if (veto.isPresent()) {
            return hide(context, veto);
        }
        long token = token(context);
        if (token == TokenSource.NONE) {
            return hide(context, NO_TOKEN);
        }
        if (!ports.notPresent().deliver(context, token)) {
            return hide(context, AREA_UNWRITABLE);
        }
        return announce(context, token);
    }

    /** The token for a fault, or NONE. */
    private long token(FaultContext context) {
        long token = ports.tokens().nextOrNone(context, inUse);
        boolean clash = policy.tokenOwner() != TokenOwner.HOST_PER_FAULT && registry.isTokenInUse(token);
        return clash ? TokenSource.NONE : token;
    }

    private FaultVerdict announce(FaultContext context, long token) {
        Fault fault = newFault(context);
        fault.token(token);
        fault.replied(policy.decline() == Decline.NONE);
        ledger.count(Tally.ANNOUNCED);
        registry.start(fault, FaultEvent.ANNOUNCE);
        trace.notPresent(fault);
        pages.start(context.page(), context.vcpu(), context.access());
        return switch (policy.timing()) {
            case SYNCHRONOUS -> ANNOUNCED;
            case ENTERED -> ENTERED;
            case PENDING -> new FaultVerdict.Wait(fault.ticket(), true);
        };
    }

    private FaultVerdict hide(FaultContext context, Optional<Veto> objection) {
        Veto veto = objection.orElseThrow();
        boolean interruptible = policy.waitFor(context, veto) == WaitMode.PARK;
        Fault earlier = registry.awaiting(context.vcpu(), context.page());
        boolean spins = policy.repeatedFaults() == RepeatedFaults.SPIN
                && interruptible
                && earlier != null
                && earlier.state() == FaultState.ANNOUNCED;
        ledger.count(veto);
        if (!spins) {
            ledger.count(interruptible ? Tally.PARKED : Tally.SYNCHRONOUS);
        }
        trace.vetoed(context.vcpu(), context.page(), veto.name());
        if (earlier != null) {
            ledger.count(Tally.REPEATED);
            trace.repeated(context.vcpu(), context.page());
            return spins ? new FaultVerdict.TryAgain() : new FaultVerdict.Wait(earlier.ticket(), interruptible);
        }
        forgetOldestHidden(context.vcpu());
        Fault fault = newFault(context);
        fault.veto(objection);
        fault.replied(true);
        if (policy.hiddenCompletion() == HiddenCompletion.SHOWN && enabled[context.vcpu()]) {
            long token = token(context);
            fault.token(token == TokenSource.NONE ? 0 : token);
        }
        registry.start(fault, FaultEvent.HIDE);
        pages.start(context.page(), context.vcpu(), context.access());
        return new FaultVerdict.Wait(fault.ticket(), interruptible);
    }

    private Fault newFault(FaultContext context) {
        return registry.create(context.vcpu(), context.page(), context.access());
    }

    /**
     * Keeps the number of faults that the guest does not wait for bounded: they pile up on a parked vCPU that takes an
     * interrupt, switches tasks and faults again. One that is forgotten is a new fault when it is touched again.
     */
    private void forgetOldestHidden(int vcpu) {
        if (registry.unannounced(vcpu) >= policy.limit()) {
            registry.move(registry.oldestUnannounced(vcpu), FaultEvent.CANCEL);
        }
    }

    /**
     * A page has come, could not be brought in, or is lost: whoever waits for it tries again.
     *
     * @param page address of the page
     */
    void settled(long page) {
        // Whatever becomes of a fault, it does not await the page any more.
        for (Fault fault = registry.firstWaiter(page); fault != null; fault = registry.firstWaiter(page)) {
            settle(fault);
        }
        // A page of the host's own may have come as well: whoever could not be shown something is looked at again.
        delivery.pumpAll();
    }

    private void settle(Fault fault) {
        if (fault.state() == FaultState.DECLINED) {
            registry.move(fault, FaultEvent.ARRIVE_SILENTLY);
        } else if (fault.state() == FaultState.HIDDEN && fault.token() == 0) {
            registry.move(fault, FaultEvent.ARRIVE_SILENTLY);
            trace.completed(fault.vcpu(), 0, "silent");
        } else if (fault.state() == FaultState.ANNOUNCED
                && policy.earlyArrival() == EarlyArrival.WITHDRAW
                && ports.notPresent().withdraw(fault.vcpu(), fault.token())) {
            cancel(fault, "withdrawn");
        } else {
            registry.move(fault, FaultEvent.ARRIVE);
            delivery.enqueue(fault);
        }
    }

    private void cancel(Fault fault, String reason) {
        registry.move(fault, FaultEvent.CANCEL);
        trace.completed(fault.vcpu(), fault.token(), reason);
    }

    /** Returns the fault that a vCPU waits for at a page. */
    Optional<FaultTicket> awaited(int vcpu, long page) {
        Fault fault = registry.awaiting(vcpu, page);
        return fault == null ? Optional.empty() : Optional.of(fault.ticket());
    }

    boolean isAwaited(int vcpu, long page) {
        return registry.awaiting(vcpu, page) != null;
    }

    /** Asks again for the pages of all faults at the next {@link #poll()}: whoever was asked may have forgotten. */
    void askAgain() {
        pagesWanted = true;
    }

    /** Looks at everything that can change without the engine being told. */
    void poll() {
        if (pagesWanted) {
            pagesWanted = false;
            for (long page : registry.awaitedPages()) {
                Fault first = registry.firstWaiter(page);
                if (first != null) {
                    pages.start(page, first.vcpu(), first.access());
                }
            }
        }
        delivery.poll();
    }

    @Override
    public void enable(int vcpu) {
        boolean again = enabled[vcpu];
        enabled[vcpu] = true;
        if (again ? policy.enableAgain() == EnableAgain.WAKE_ALL : policy.wakeAllOnEnable()) {
            wakeAll(vcpu);
        }
        delivery.pump(vcpu);
    }

    private void wakeAll(int vcpu) {
        for (Fault fault : registry.of(vcpu)) {
            if (FaultLife.allows(fault.state(), FaultEvent.COVER)) {
                delivery.remove(fault);
                registry.move(fault, FaultEvent.COVER);
            }
        }
        delivery.enqueueWakeAll(vcpu);
    }

    @Override
    public void disable(int vcpu) {
        if (enabled[vcpu]) {
            if (policy.disableEffect() == DisableEffect.WAKE_ALL && registry.outstanding(vcpu) > 0) {
                wakeAll(vcpu);
                delivery.pump(vcpu);
            }
            enabled[vcpu] = false;
            if (policy.disableEffect() != DisableEffect.KEEP) {
                cancelAnnounced(vcpu, "disabled");
            }
        }
    }

    private void cancelAnnounced(int vcpu, String reason) {
        delivery.clear(vcpu);
        for (Fault fault : registry.of(vcpu)) {
            if (fault.state().account() == FaultState.Account.OUTSTANDING) {
                ports.notPresent().withdraw(vcpu, fault.token());
                cancel(fault, reason);
            } else if (fault.state() == FaultState.UNTOLD_QUEUED) {
                registry.move(fault, FaultEvent.CANCEL);
            } else if (fault.state() == FaultState.HIDDEN) {
                // A token from before is never shown after a later enable (APF-046).
                registry.withdrawToken(fault);
            }
        }
    }

    @Override
    public boolean isEnabled(int vcpu) {
        return enabled[vcpu];
    }

    @Override
    public int outstanding(int vcpu) {
        return registry.outstanding(vcpu);
    }

    /** A vCPU is reset, turned on or turned off. */
    void reset(int vcpu) {
        enabled[vcpu] = false;
        cancelAnnounced(vcpu, "reset");
        for (Fault fault : registry.of(vcpu)) {
            // What floats and is shown on another vCPU ends when that one acknowledges it.
            if (!fault.state().isShown()) {
                registry.move(fault, FaultEvent.CANCEL);
            }
        }
        ports.reset(vcpu);
    }

    @Override
    public void acknowledge(int vcpu) {
        delivery.acknowledge(vcpu);
    }

    @Override
    public void consumed(int vcpu) {
        delivery.consumed(vcpu);
    }

    @Override
    public void answer(int vcpu, long token, GuestReply reply) {
        Fault fault = registry.unanswered(vcpu, token);
        if (fault != null) {
            answered(fault, reply);
        }
        // The guest has consumed not-present, which may have held back ready.
        delivery.pump(vcpu);
    }

    private void answered(Fault fault, GuestReply reply) {
        fault.replied(true);
        if (reply == GuestReply.SYNCHRONOUS && FaultLife.allows(fault.state(), FaultEvent.DECLINE)) {
            delivery.remove(fault);
            ledger.count(Tally.DECLINED);
            registry.move(fault, FaultEvent.DECLINE);
            trace.completed(fault.vcpu(), fault.token(), "declined");
        }
    }

    @Override
    public void lost(int vcpu, long token) {
        Fault fault = registry.outstanding(vcpu, token);
        while (fault != null) {
            delivery.remove(fault);
            cancel(fault, "lost");
            fault = registry.outstanding(vcpu, token);
        }
    }

    @Override
    public void rescan(int vcpu) {
        delivery.pump(vcpu);
    }

    @Override
    public void bringIn(long page) {
        pages.start(page, -1, AccessKind.WRITE);
    }

    /** Returns the faults that have not come to their end, in their order. */
    List<FaultTicket> outstanding() {
        return registry.all().stream().map(Fault::ticket).toList();
    }

    FaultCounters counters() {
        return ledger.counters();
    }

    FaultLedger ledger() {
        return ledger;
    }

    FaultRegistry registry() {
        return registry;
    }

    ReadyDelivery delivery() {
        return delivery;
    }

    @Override
    public String stateName() {
        return "faults";
    }

    /** Everything ends without a word. Statistics go on: they count since the machine was built. */
    @Override
    public void reset() {
        for (int vcpu = 0; vcpu < enabled.length; vcpu++) {
            reset(vcpu);
        }
        delivery.forget();
        registry.clear();
        ports.tokens().reset();
        pagesWanted = false;
    }

    @Override
    public void save(StateWriter writer) {
        long[] flags = new long[enabled.length];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = enabled[i] ? 1 : 0;
        }
        writer.words("enabled", flags);
        writer.element(ports.tokens());
        writer.element(ledger);
        codec.save(writer);
    }

    @Override
    public void restore(StateReader reader) {
        long[] flags = reader.words("enabled", enabled.length);
        for (int i = 0; i < flags.length; i++) {
            if (flags[i] != 0 && flags[i] != 1) {
                throw reader.invalid("enabled", "has " + flags[i] + " for vCPU " + i);
            }
            enabled[i] = flags[i] == 1;
        }
        reader.element(ports.tokens());
        reader.element(ledger);
        codec.restore(reader);
        if (codec.outstanding() != ledger.outstanding()) {
            throw reader.invalid("counters", "do not agree with the faults");
        }
        ports.restored(reader, outstanding());
        askAgain();
        applyRestorePolicy();
    }

    /** Only queues here; what comes of it is shown at the first poll, when every part of the machine is restored. */
    private void applyRestorePolicy() {
        for (int vcpu = 0; vcpu < enabled.length; vcpu++) {
            if (policy.afterRestore() == AfterRestore.WAKE_ALL && enabled[vcpu]) {
                wakeAll(vcpu);
            } else if (policy.afterRestore() == AfterRestore.DRAIN) {
                drain(vcpu);
            }
        }
    }

    private void drain(int vcpu) {
        for (Fault fault : registry.of(vcpu)) {
            if (fault.state() == FaultState.ANNOUNCED) {
                registry.move(fault, FaultEvent.ARRIVE);
                delivery.enqueue(fault);
            }
        }
    }
}
