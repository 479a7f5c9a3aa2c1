/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.sdei;

import static io.faultline.api.sdei.Sdei.DENIED;
import static io.faultline.api.sdei.Sdei.SUCCESS;

import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.notification.NotificationChannel.Ppi;
import io.faultline.api.notification.Trigger;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * Sections 8.15 to 8.17: resets, power, and what Linux does.
 *
 * @since 0.1
 */
public final class ResetAndPowerChecks {
    private static final int EVENT = SdeiClient.EVENT_0;

    private static final Ppi WAKE = new Ppi(InterruptId.ppi(21), Trigger.LEVEL);
    private static final long POWER_DOWN = 1L << 16;
    private static final long CONTEXT = 0x1234_5678;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "SDEI: resets, power, what Linux does",
            Check.of("SDEI-165", ResetAndPowerChecks::privateResetUnregistersOnThisPe)
                    .cut(),
            Check.of("SDEI-166", ResetAndPowerChecks::privateResetIsDeniedWhileAHandlerRuns)
                    .witnesses("state-4", "state-5", "state-7")
                    .cut(),
            Check.of("SDEI-167", ResetAndPowerChecks::sharedResetUnregistersSharedEvents)
                    .cut(),
            Check.of("SDEI-168", ResetAndPowerChecks::sharedResetIsDeniedWhileAHandlerRuns)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-171", ResetAndPowerChecks::resetsSucceedAtBoot).cut(),
            Check.of("SDEI-172", ResetAndPowerChecks::resetsDropPendingTriggers)
                    .witnesses("triggered")
                    .cut(),
            Check.of("SDEI-173", ResetAndPowerChecks::resetsLeaveTheMask).cut(),
            Check.of("SDEI-175", ResetAndPowerChecks::aPeWakesFromAPowerDownMaskedAndRegistered)
                    .witnesses("powered-down"),
            Check.of("SDEI-174", ResetAndPowerChecks::aPeComesOnMaskedAndUnregistered)
                    .witnesses("on-again")
                    .cut(),
            Check.of("SDEI-176", ResetAndPowerChecks::noEventTurnsAPeOn)
                    .witnesses("signalled-while-off")
                    .cut(),
            Check.of("SDEI-177", ResetAndPowerChecks::powerQueriesWorkInAHandler)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-178", ResetAndPowerChecks::turningOffCompletesTheHandler)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-179", ResetAndPowerChecks::aTriggerForAnOfflinePeIsKeptOrRefused)
                    .witnesses("on-again")
                    .cut(),
            Check.of("SDEI-180", ResetAndPowerChecks::sharedEventsOutliveThePeThatRegisteredThem)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-181", ResetAndPowerChecks::linuxProbes).cut(),
            Check.of("SDEI-182", ResetAndPowerChecks::linuxUnplugsAndPlugsInAgain)
                    .witnesses("handler-entered", "on-again")
                    .cut(),
            Check.of("SDEI-183", ResetAndPowerChecks::idleKeepsATrigger)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-184", ResetAndPowerChecks::resetsCleanUpAfterAnotherKernel)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-185", ResetAndPowerChecks::resetsCleanUpAfterAnotherKernel)
                    .witnesses("handler-entered")
                    .cut());

    private ResetAndPowerChecks() {}

    /** SDEI-165. */
    private static void privateResetUnregistersOnThisPe(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 2);
        guest.register(EVENT);
        guest.enable(EVENT);
        guest.register(SdeiClient.NORMAL.event());
        guest.register(SdeiClient.SHARED.event());
        guest.register(guest.cpu(1), EVENT, 0);
        guest.expect(SUCCESS, SdeiFunction.PRIVATE_RESET);
        guest.expectStatus(EVENT, 0);
        guest.expectStatus(SdeiClient.NORMAL.event(), 0);
        guest.expectStatus(SdeiClient.SHARED.event(), Sdei.REGISTERED);
        guest.expectStatus(guest.cpu(1), EVENT, Sdei.REGISTERED);
    }

    /** SDEI-166. */
    private static void privateResetIsDeniedWhileAHandlerRuns(Scenario s) {
        for (SdeiClient.State state : SdeiClient.State.values()) {
            if (state.isRunning()) {
                SdeiClient guest = SdeiClient.boot(s);
                guest.bringTo(state);
                guest.expect(DENIED, SdeiFunction.PRIVATE_RESET);
                guest.complete();
                guest.expect(SUCCESS, SdeiFunction.PRIVATE_RESET);
                guest.expectStatus(EVENT, 0);
            }
        }
    }

    /** SDEI-167. */
    private static void sharedResetUnregistersSharedEvents(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 2);
        guest.register(SdeiClient.SHARED.event());
        guest.register(SdeiClient.SHARED_CRITICAL.event());
        guest.register(EVENT);
        guest.expect(guest.cpu(1), SUCCESS, SdeiFunction.SHARED_RESET);
        guest.expectStatus(SdeiClient.SHARED.event(), 0);
        guest.expectStatus(SdeiClient.SHARED_CRITICAL.event(), 0);
        guest.expectStatus(EVENT, Sdei.REGISTERED);
    }

    /** SDEI-168. */
    private static void sharedResetIsDeniedWhileAHandlerRuns(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 2);
        guest.arm(SdeiClient.SHARED.event(), 0);
        guest.trigger(SdeiClient.SHARED, 0);
        guest.expectEntry(0);
        guest.expect(guest.cpu(1), DENIED, SdeiFunction.SHARED_RESET);
        guest.complete();
        guest.expect(guest.cpu(1), SUCCESS, SdeiFunction.SHARED_RESET);
        guest.expectStatus(SdeiClient.SHARED.event(), 0);
    }

    /** SDEI-171. */
    private static void resetsSucceedAtBoot(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 2);
        for (int i = 0; i < 2; i++) {
            guest.expect(guest.cpu(i), SUCCESS, SdeiFunction.PRIVATE_RESET);
        }
        guest.expect(SUCCESS, SdeiFunction.SHARED_RESET);
    }

    /** SDEI-172. */
    private static void resetsDropPendingTriggers(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        int privately = SdeiClient.NORMAL.event();
        int shared = SdeiClient.SHARED.event();
        guest.register(privately);
        guest.register(guest.cpu(), shared, 1);
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.trigger(SdeiClient.SHARED, 0);
        s.witness("triggered");
        guest.expect(SUCCESS, SdeiFunction.PRIVATE_RESET);
        guest.expect(SUCCESS, SdeiFunction.SHARED_RESET);
        guest.arm(privately, 0);
        guest.arm(shared, 1);
        guest.expectNoEntry("the triggers were dropped by the resets");
    }

    /** SDEI-173. */
    private static void resetsLeaveTheMask(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.unmask();
        guest.expect(SUCCESS, SdeiFunction.PRIVATE_RESET);
        guest.expect(SUCCESS, SdeiFunction.SHARED_RESET);
        guest.expect(1, SdeiFunction.PE_MASK);
        guest.expect(SUCCESS, SdeiFunction.PRIVATE_RESET);
        guest.expect(SUCCESS, SdeiFunction.SHARED_RESET);
        guest.expect(0, SdeiFunction.PE_MASK);
    }

    private static void turnOff(Scenario s, SteppingGuestCpu cpu) {
        s.expectStopped("PSCI CPU_OFF", cpu.callStep(Psci.CPU_OFF), VcpuExit.PoweredOff.class);
        s.expectThat("the vCPU is off", !cpu.vcpu().isOn());
    }

    /** SDEI-174. */
    private static void aPeComesOnMaskedAndUnregistered(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 2);
        guest.arm(guest.cpu(1), EVENT, 0);
        turnOff(s, guest.cpu(1));
        guest.rig().turnOn(1);
        s.witness("on-again");
        guest.expectStatus(guest.cpu(1), EVENT, 0);
        guest.expect(guest.cpu(1), 0, SdeiFunction.PE_MASK);
    }

    /** SDEI-175. */
    private static void aPeWakesFromAPowerDownMaskedAndRegistered(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 1, request -> request.channel(WAKE));
        SteppingGuestCpu cpu = guest.cpu();
        guest.arm(EVENT, 0);
        cpu.gic().initialise();
        cpu.gic().enable(WAKE.interrupt());
        long entry = cpu.layout().el1();
        s.expectStopped(
                "CPU_SUSPEND to a power-down",
                cpu.callStep(Psci.CPU_SUSPEND, POWER_DOWN, entry, CONTEXT),
                VcpuExit.WaitForInterrupt.class);
        guest.rig().notifications().setLevel(WAKE, 0, true);
        cpu.resume();
        if (cpu.x(0) == CONTEXT) {
            s.witness("powered-down");
        }
        cpu.msr(SystemRegister.VBAR_EL1, cpu.layout().vectors());
        guest.expectStatus(EVENT, 3);
        guest.expect(0, SdeiFunction.PE_MASK);
    }

    /** SDEI-176. */
    private static void noEventTurnsAPeOn(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 2);
        guest.arm(guest.cpu(1), EVENT, 0);
        turnOff(s, guest.cpu(1));
        guest.call(SdeiFunction.EVENT_SIGNAL, EVENT, guest.affinity(1));
        s.expectThat("vCPU 1 is still off", !guest.cpu(1).vcpu().isOn());
        s.expectEqual(
                "AFFINITY_INFO of vCPU 1",
                Psci.AFFINITY_OFF,
                guest.cpu().call(Psci.AFFINITY_INFO, guest.affinity(1), 0));
        s.witness("signalled-while-off");
    }

    /** SDEI-177. */
    private static void powerQueriesWorkInAHandler(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        long version = guest.cpu().call(Psci.VERSION);
        guest.enterHandler();
        s.expectEqual("PSCI VERSION in a handler", version, guest.cpu().call(Psci.VERSION));
        s.expectEqual(
                "AFFINITY_INFO in a handler",
                Psci.AFFINITY_ON,
                guest.cpu().call(Psci.AFFINITY_INFO, guest.affinity(0), 0));
        s.expectThat(
                "PSCI_FEATURES(CPU_OFF) in a handler succeeds",
                guest.cpu().call(Psci.FEATURES, Psci.CPU_OFF & 0xFFFF_FFFFL) >= 0);
        guest.expectStatus(EVENT, 7);
    }

    /** SDEI-178. */
    private static void turningOffCompletesTheHandler(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 2);
        SteppingGuestCpu other = guest.cpu(1);
        int event = SdeiClient.SHARED.event();
        guest.registerFor(other, event, 0, guest.affinity(1));
        guest.enable(event);
        guest.unmask(other);
        guest.trigger(SdeiClient.SHARED, 1);
        guest.expectEntry(other, 0);
        turnOff(s, other);
        guest.expectStatus(event, Sdei.REGISTERED | Sdei.ENABLED);
    }

    /** SDEI-179. */
    private static void aTriggerForAnOfflinePeIsKeptOrRefused(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 2);
        SteppingGuestCpu other = guest.cpu(1);
        int event = SdeiClient.SHARED.event();
        guest.registerFor(other, event, 0, guest.affinity(1));
        guest.enable(event);
        turnOff(s, other);
        guest.rig().notifications().inject(SdeiClient.SHARED, 1);
        guest.expectNoEntry("the event is routed to vCPU 1");
        s.expectThat("vCPU 1 is still off", !other.vcpu().isOn());
        guest.rig().turnOn(1);
        guest.unmask(other);
        s.witness("on-again");
        GuestStep step = other.settle();
        s.expectThat(
                "the trigger is delivered, or gone: " + step,
                step instanceof GuestStep.Retired
                        || other.pc() == other.layout().handler(0));
    }

    /** SDEI-180. */
    private static void sharedEventsOutliveThePeThatRegisteredThem(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 2);
        int event = SdeiClient.SHARED.event();
        guest.expect(
                guest.cpu(1),
                SUCCESS,
                SdeiFunction.EVENT_REGISTER,
                event,
                guest.cpu(0).layout().handler(0),
                SdeiClient.ARGUMENT,
                Sdei.ROUTE_ANY,
                0);
        guest.enable(guest.cpu(1), event);
        turnOff(s, guest.cpu(1));
        guest.expectStatus(event, Sdei.REGISTERED | Sdei.ENABLED);
        guest.unmask();
        guest.trigger(SdeiClient.SHARED, 0);
        guest.expectEntry(0);
    }

    /** SDEI-181. */
    private static void linuxProbes(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 2);
        s.expectEqual("major version", 1, guest.call(SdeiFunction.VERSION) >>> 48);
        for (int i = 0; i < 2; i++) {
            guest.expect(guest.cpu(i), SUCCESS, SdeiFunction.PRIVATE_RESET);
        }
        guest.expect(SUCCESS, SdeiFunction.SHARED_RESET);
        for (int i = 0; i < 2; i++) {
            guest.unmask(guest.cpu(i));
            guest.expect(guest.cpu(i), 1, SdeiFunction.PE_MASK);
        }
    }

    /** SDEI-182. */
    private static void linuxUnplugsAndPlugsInAgain(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 2);
        SteppingGuestCpu other = guest.cpu(1);
        for (int round = 0; round < 5; round++) {
            guest.arm(other, EVENT, 0);
            guest.signal(guest.cpu(), 1);
            guest.expectEntry(other, 0);
            guest.complete(other);
            guest.expect(other, SUCCESS, SdeiFunction.EVENT_UNREGISTER, EVENT);
            guest.expect(other, 1, SdeiFunction.PE_MASK);
            turnOff(s, other);
            guest.rig().turnOn(1);
            s.witness("on-again");
        }
    }

    /** SDEI-183. */
    private static void idleKeepsATrigger(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        guest.arm(SdeiClient.NORMAL.event(), 0);
        guest.expect(1, SdeiFunction.PE_MASK);
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.expectNoEntry("the PE is masked while idle");
        guest.unmask();
        guest.expectEntry(0);
    }

    /** SDEI-184, SDEI-185. */
    private static void resetsCleanUpAfterAnotherKernel(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 2);
        for (int i = 0; i < 2; i++) {
            guest.arm(guest.cpu(i), EVENT, 0);
        }
        guest.register(SdeiClient.SHARED.event());
        guest.enable(SdeiClient.SHARED.event());
        for (int i = 0; i < 2; i++) {
            guest.expect(guest.cpu(i), 1, SdeiFunction.PE_MASK);
            guest.expect(guest.cpu(i), SUCCESS, SdeiFunction.PRIVATE_RESET);
        }
        guest.expect(SUCCESS, SdeiFunction.SHARED_RESET);
        for (int i = 0; i < 2; i++) {
            guest.expectStatus(guest.cpu(i), EVENT, 0);
            guest.expect(guest.cpu(i), DENIED, SdeiFunction.EVENT_COMPLETE, 0);
        }
        guest.expectStatus(SdeiClient.SHARED.event(), 0);
        guest.arm(guest.cpu(1), EVENT, 1);
        guest.signal(guest.cpu(0), 1);
        guest.expectEntry(guest.cpu(1), 1);
    }
}
