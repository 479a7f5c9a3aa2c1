/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.sdei;

import static io.faultline.api.sdei.Sdei.DENIED;
import static io.faultline.api.sdei.Sdei.INVALID_PARAMETERS;
import static io.faultline.api.sdei.Sdei.OUT_OF_RESOURCE;
import static io.faultline.api.sdei.Sdei.PENDING;
import static io.faultline.api.sdei.Sdei.SUCCESS;

import io.faultline.api.arm64.InterruptId;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.SdeiLimits;
import io.faultline.api.machine.InterruptLines;
import io.faultline.api.notification.NotificationChannel.Ppi;
import io.faultline.api.notification.Trigger;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GicGuest;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * Section 8.9: interrupts that are bound to events, and what other sections say of them.
 *
 * @since 0.1
 */
public final class BindChecks {
    private static final Ppi PPI = new Ppi(InterruptId.ppi(21), Trigger.LEVEL);
    private static final int FIRST_PPI = 16;
    private static final int PPIS = 16;
    private static final int FIRST_SPI = 40;
    private static final int LATER_SPI = 60;
    private static final long SGI = 5;
    private static final int PAGE_FAULT_EVENT = 0x4040_0001;
    private static final int PAGE_FAULT_PPI = 23;
    private static final int SLOTS_OF_EACH_KIND = 2;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "SDEI: bound interrupts",
            Check.of("SDEI-017", BindChecks::thereAreSlotsOfBothKinds),
            Check.of("SDEI-045", BindChecks::aSlotWithoutAnInterruptCannotBeRegistered)
                    .cut(),
            Check.of("SDEI-048", BindChecks::anActiveInterruptCannotBeRegistered)
                    .witnesses("active")
                    .cut(),
            Check.of("SDEI-087", BindChecks::bindingGivesAnEventOfItsKind).cut(),
            Check.of("SDEI-088", BindChecks::bindingAgainGivesTheSameEvent).cut(),
            Check.of("SDEI-089", BindChecks::whatIsNoPeripheralInterruptIsInvalid)
                    .cut(),
            Check.of("SDEI-090", BindChecks::withoutAFreeSlotThereIsNoResource)
                    .witnesses("full")
                    .cut(),
            Check.of("SDEI-091", BindChecks::kindsOfSlotsAreCountedSeparately)
                    .witnesses("full")
                    .cut(),
            Check.of("SDEI-093", BindChecks::anInterruptOfTheHypervisorIsDenied).witnesses("owned-by-the-hypervisor"),
            Check.of("SDEI-094", BindChecks::releasingFreesTheSlot).cut(),
            Check.of("SDEI-095", BindChecks::anUnboundSlotCannotBeReleased).cut(),
            Check.of("SDEI-096", BindChecks::otherEventsCannotBeReleased).cut(),
            Check.of("SDEI-097", BindChecks::aSlotInUseCannotBeReleased)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-098", BindChecks::aReleasedInterruptIsAnOrdinaryOne)
                    .witnesses("interrupt-taken")
                    .cut(),
            Check.of("SDEI-099", BindChecks::bindingWorksInsideAHandler)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-100", BindChecks::aBoundInterruptIsNotDeliveredAsOne)
                    .witnesses("pending", "handler-entered")
                    .cut(),
            Check.of("SDEI-101", BindChecks::aLevelThatStaysHighIsDispatchedAgain)
                    .witnesses("ran-again")
                    .cut(),
            Check.of("SDEI-102", BindChecks::everyPeRegistersItsOwnPpi)
                    .witnesses("on-both")
                    .cut(),
            Check.of("SDEI-169", BindChecks::sharedResetIsDeniedWhileABoundPrivateEventIsRegistered)
                    .cut());

    private BindChecks() {}

    private static SdeiClient boot(Scenario s, int vcpus) {
        return SdeiClient.boot(s, vcpus, request -> request.channel(PPI));
    }

    private static int ppi() {
        return PPI.interrupt().number();
    }

    private static InterruptLines lines(Scenario s, SdeiClient guest) {
        return guest.rig().machine().interruptLines().orElseThrow(() -> s.failure("interrupt lines", "some", "none"));
    }

    private static int bind(Scenario s, SdeiClient guest, int intid) {
        return bind(s, guest, guest.cpu(), intid);
    }

    private static int bind(Scenario s, SdeiClient guest, SteppingGuestCpu cpu, int intid) {
        long event = guest.call(cpu, SdeiFunction.INTERRUPT_BIND, intid);
        s.expectThat(
                "result of INTERRUPT_BIND of INTID " + intid + ", " + event + ", is an event number",
                event > 0 && event <= Integer.MAX_VALUE);
        return (int) event;
    }

    private static SdeiLimits slots(Scenario s) {
        return s.capability(Capabilities.SDEI);
    }

    /** Binds free PPIs until all private slots are taken; returns a PPI that is left. */
    private static int fillPrivateSlots(Scenario s, SdeiClient guest) {
        int bound = 0;
        for (int intid = FIRST_PPI; intid < FIRST_PPI + PPIS; intid++) {
            if (bound == slots(s).privateSlots()) {
                s.witness("full");
                return intid;
            }
            long event = guest.call(SdeiFunction.INTERRUPT_BIND, intid);
            if (event != DENIED) {
                s.expectThat("result of INTERRUPT_BIND of PPI " + intid + ", " + event + ", is an event", event > 0);
                bound++;
            }
        }
        throw s.failure("PPIs for all private slots", "enough of them", bound + " could be bound");
    }

    private static void pulse(Scenario s, SdeiClient guest, int vcpu) {
        guest.rig().notifications().setLevel(PPI, vcpu, true);
        s.note("the line of PPI " + ppi() + " of vCPU " + vcpu + " is high");
    }

    private static void lower(SdeiClient guest, int vcpu) {
        guest.rig().notifications().setLevel(PPI, vcpu, false);
    }

    /** SDEI-017. */
    private static void thereAreSlotsOfBothKinds(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        long features = guest.call(SdeiFunction.FEATURES, Sdei.FEATURE_BIND_SLOTS);
        s.expectThat("at least 2 private bind slots in FEATURES", (features & 0xFFFF) >= SLOTS_OF_EACH_KIND);
        s.expectThat("at least 2 shared bind slots in FEATURES", (features >>> 16 & 0xFFFF) >= SLOTS_OF_EACH_KIND);
    }

    /** SDEI-045. */
    private static void aSlotWithoutAnInterruptCannotBeRegistered(Scenario s) {
        SdeiClient guest = boot(s, 1);
        int event = bind(s, guest, FIRST_SPI);
        guest.expect(SUCCESS, SdeiFunction.INTERRUPT_RELEASE, event);
        guest.expect(
                DENIED, SdeiFunction.EVENT_REGISTER, event, guest.cpu().layout().handler(0), 0, 0, 0);
        guest.expectStatus(event, 0);
    }

    /** SDEI-048. */
    private static void anActiveInterruptCannotBeRegistered(Scenario s) {
        SdeiClient guest = boot(s, 1);
        int event = bind(s, guest, ppi());
        GicGuest gic = guest.cpu().gic();
        gic.initialise();
        gic.enable(PPI.interrupt());
        pulse(s, guest, 0);
        s.expectEqual("the interrupt that is acknowledged", ppi(), gic.acknowledge());
        s.witness("active");
        guest.expect(
                DENIED, SdeiFunction.EVENT_REGISTER, event, guest.cpu().layout().handler(0), 0, 0, 0);
        lower(guest, 0);
        gic.end(ppi());
        guest.register(event);
    }

    /** SDEI-087. */
    private static void bindingGivesAnEventOfItsKind(Scenario s) {
        SdeiClient guest = boot(s, 1);
        int own = bind(s, guest, ppi());
        int common = bind(s, guest, FIRST_SPI);
        guest.expect(0, SdeiFunction.EVENT_GET_INFO, own, Sdei.INFO_TYPE);
        guest.expect(1, SdeiFunction.EVENT_GET_INFO, common, Sdei.INFO_TYPE);
        guest.expect(0, SdeiFunction.EVENT_GET_INFO, own, Sdei.INFO_PRIORITY);
        guest.expect(0, SdeiFunction.EVENT_GET_INFO, common, Sdei.INFO_PRIORITY);
    }

    /** SDEI-088. */
    private static void bindingAgainGivesTheSameEvent(Scenario s) {
        SdeiClient guest = boot(s, 2);
        int event = bind(s, guest, FIRST_SPI);
        for (int i = 0; i <= slots(s).sharedSlots(); i++) {
            s.expectEqual("event of an SPI that is bound", event, bind(s, guest, guest.cpu(i % 2), FIRST_SPI));
        }
        int other = bind(s, guest, FIRST_SPI + 1);
        s.expectThat("another SPI has another event", other != event);
    }

    /** SDEI-089. */
    private static void whatIsNoPeripheralInterruptIsInvalid(Scenario s) {
        SdeiClient guest = boot(s, 1);
        long beyond = 32L + lines(s, guest).count();
        for (long intid : new long[] {0, SGI, beyond, 1019, 1020, 1023, 8192, 0x7FFF_FFFFL, 0xFFFF_FFFFL}) {
            guest.expect(INVALID_PARAMETERS, SdeiFunction.INTERRUPT_BIND, intid);
        }
        int first = bind(s, guest, FIRST_SPI);
        for (int i = 1; i < slots(s).sharedSlots(); i++) {
            s.expectThat("every slot is still free", bind(s, guest, FIRST_SPI + i) != first);
        }
    }

    /** SDEI-090. */
    private static void withoutAFreeSlotThereIsNoResource(Scenario s) {
        SdeiClient guest = boot(s, 1);
        for (int i = 0; i < slots(s).sharedSlots(); i++) {
            bind(s, guest, FIRST_SPI + i);
        }
        guest.expect(OUT_OF_RESOURCE, SdeiFunction.INTERRUPT_BIND, LATER_SPI);
        s.witness("full");
    }

    /** SDEI-091. */
    private static void kindsOfSlotsAreCountedSeparately(Scenario s) {
        SdeiClient guest = boot(s, 1);
        int left = fillPrivateSlots(s, guest);
        for (int i = 0; i < slots(s).sharedSlots(); i++) {
            bind(s, guest, FIRST_SPI + i);
        }
        long answer = guest.call(SdeiFunction.INTERRUPT_BIND, left);
        s.expectOneOf("result of INTERRUPT_BIND of one PPI too many", answer, OUT_OF_RESOURCE, DENIED);
    }

    /** SDEI-093: the PPI that the hypervisor itself raises is not the client's. */
    private static void anInterruptOfTheHypervisorIsDenied(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 1, request -> request.asyncPageFaults(PAGE_FAULT_EVENT, PAGE_FAULT_PPI));
        s.witness("owned-by-the-hypervisor");
        guest.expect(DENIED, SdeiFunction.INTERRUPT_BIND, PAGE_FAULT_PPI);
    }

    /** SDEI-094. */
    private static void releasingFreesTheSlot(Scenario s) {
        SdeiClient guest = boot(s, 1);
        int event = 0;
        for (int i = 0; i < slots(s).sharedSlots(); i++) {
            event = bind(s, guest, FIRST_SPI + i);
        }
        guest.expect(SUCCESS, SdeiFunction.INTERRUPT_RELEASE, event);
        s.expectEqual("event of the slot that was released", event, bind(s, guest, LATER_SPI));
    }

    /** SDEI-095. */
    private static void anUnboundSlotCannotBeReleased(Scenario s) {
        SdeiClient guest = boot(s, 1);
        int event = bind(s, guest, ppi());
        guest.expect(SUCCESS, SdeiFunction.INTERRUPT_RELEASE, event);
        guest.expect(INVALID_PARAMETERS, SdeiFunction.INTERRUPT_RELEASE, event);
    }

    /** SDEI-096. */
    private static void otherEventsCannotBeReleased(Scenario s) {
        SdeiClient guest = boot(s, 1);
        guest.expect(INVALID_PARAMETERS, SdeiFunction.INTERRUPT_RELEASE, SdeiClient.EVENT_0);
        guest.expect(INVALID_PARAMETERS, SdeiFunction.INTERRUPT_RELEASE, SdeiClient.NO_EVENT);
    }

    /** SDEI-097. */
    private static void aSlotInUseCannotBeReleased(Scenario s) {
        SdeiClient guest = boot(s, 2);
        int event = bind(s, guest, ppi());
        guest.register(guest.cpu(1), event, 0);
        guest.expect(DENIED, SdeiFunction.INTERRUPT_RELEASE, event);
        guest.expect(guest.cpu(1), SUCCESS, SdeiFunction.EVENT_UNREGISTER, event);
        guest.arm(event, 0);
        pulse(s, guest, 0);
        guest.expectEntry(0);
        guest.expect(PENDING, SdeiFunction.EVENT_UNREGISTER, event);
        guest.expect(DENIED, SdeiFunction.INTERRUPT_RELEASE, event);
        lower(guest, 0);
        guest.complete();
        guest.expect(SUCCESS, SdeiFunction.INTERRUPT_RELEASE, event);
    }

    /** SDEI-098. */
    private static void aReleasedInterruptIsAnOrdinaryOne(Scenario s) {
        SdeiClient guest = boot(s, 1);
        int event = bind(s, guest, ppi());
        guest.arm(event, 0);
        guest.expect(SUCCESS, SdeiFunction.EVENT_UNREGISTER, event);
        guest.expect(SUCCESS, SdeiFunction.INTERRUPT_RELEASE, event);
        GicGuest gic = guest.cpu().gic();
        gic.initialise();
        gic.enable(PPI.interrupt());
        pulse(s, guest, 0);
        s.expectEqual("the interrupt that is acknowledged", ppi(), gic.acknowledge());
        s.witness("interrupt-taken");
    }

    /** SDEI-099. */
    private static void bindingWorksInsideAHandler(Scenario s) {
        SdeiClient guest = boot(s, 1);
        guest.enterHandler();
        int event = bind(s, guest, ppi());
        guest.expectStatus(event, 0);
        guest.complete();
        s.expectEqual("event of a PPI that is bound", event, bind(s, guest, ppi()));
    }

    /** SDEI-100. */
    private static void aBoundInterruptIsNotDeliveredAsOne(Scenario s) {
        SdeiClient guest = boot(s, 1);
        GicGuest gic = guest.cpu().gic();
        gic.initialise();
        gic.enable(PPI.interrupt());
        int event = bind(s, guest, ppi());
        guest.register(event);
        guest.enable(event);
        gic.enable(PPI.interrupt());
        pulse(s, guest, 0);
        s.witness("pending");
        s.expectEqual("the interrupt that is acknowledged", 1023, gic.acknowledge());
        guest.unmask();
        guest.expectEntry(0);
        s.expectEqual("the interrupt that is acknowledged in the handler", 1023, gic.acknowledge());
    }

    /** SDEI-101. */
    private static void aLevelThatStaysHighIsDispatchedAgain(Scenario s) {
        SdeiClient guest = boot(s, 1);
        int event = bind(s, guest, FIRST_SPI);
        guest.arm(event, 0);
        lines(s, guest).setLevel(new InterruptId(FIRST_SPI), true);
        guest.expectEntry(0);
        guest.complete();
        guest.expectEntry(0);
        s.witness("ran-again");
        lines(s, guest).setLevel(new InterruptId(FIRST_SPI), false);
        guest.complete();
        guest.expectNoEntry("the line is low");
    }

    /** SDEI-102. */
    private static void everyPeRegistersItsOwnPpi(Scenario s) {
        SdeiClient guest = boot(s, 2);
        int event = bind(s, guest, ppi());
        guest.arm(guest.cpu(0), event, 0);
        guest.arm(guest.cpu(1), event, 1);
        pulse(s, guest, 0);
        pulse(s, guest, 1);
        guest.expectEntry(guest.cpu(0), 0);
        guest.expectEntry(guest.cpu(1), 1);
        s.witness("on-both");
    }

    /** SDEI-169. */
    private static void sharedResetIsDeniedWhileABoundPrivateEventIsRegistered(Scenario s) {
        SdeiClient guest = boot(s, 2);
        int event = bind(s, guest, ppi());
        guest.register(guest.cpu(1), event, 0);
        guest.expect(DENIED, SdeiFunction.SHARED_RESET);
        guest.expect(guest.cpu(1), SUCCESS, SdeiFunction.EVENT_UNREGISTER, event);
        guest.expect(SUCCESS, SdeiFunction.SHARED_RESET);
        guest.expect(INVALID_PARAMETERS, SdeiFunction.INTERRUPT_RELEASE, event);
    }
}
