/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.sdei;

import static io.faultline.api.sdei.Sdei.SUCCESS;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.Machine;
import io.faultline.api.notification.ChannelState;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sections 8.18 and 8.19: save and restore, and injection by the VMM.
 *
 * @since 0.1
 */
public final class StateChecks {
    private static final int EVENT = SdeiClient.EVENT_0;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "SDEI: save and restore, injection",
            Check.of("SDEI-170", StateChecks::aFailedResetLeavesALegalState)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-189", StateChecks::everyStateSurvives)
                    .witnesses("state-0", "state-1", "state-3", "state-4", "state-5", "state-7")
                    .cut(),
            Check.of("SDEI-190", StateChecks::aHandlerGoesOnAfterRestore)
                    .witnesses("restored-in-handler")
                    .cut(),
            Check.of("SDEI-191", StateChecks::nestedHandlersGoOnAfterRestore)
                    .witnesses("restored-nested")
                    .cut(),
            Check.of("SDEI-192", StateChecks::aPendingEventIsDispatchedAfterRestore)
                    .witnesses("restored-pending", "handler-entered")
                    .cut(),
            Check.of("SDEI-193", StateChecks::damagedStateIsRefusedWhole).witnesses("damaged"),
            Check.of("SDEI-194", StateChecks::stateOfAnotherShapeIsRefused).witnesses("refused"),
            Check.of("SDEI-196", StateChecks::versionAndFeaturesSurvive).cut(),
            Check.of("SDEI-197", StateChecks::immediateInjectionLeavesNothingBehind)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-198", StateChecks::cancelWithdrawsPendingAndRefusesRunning)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-200", StateChecks::completionIsSeenByTheVmm)
                    .witnesses("completed", "resumed")
                    .cut());

    private StateChecks() {}

    /** SDEI-189. */
    private static void everyStateSurvives(Scenario s) {
        for (SdeiClient.State state : SdeiClient.State.values()) {
            for (boolean masked : new boolean[] {true, false}) {
                SdeiClient guest = SdeiClient.boot(s);
                guest.bringTo(state);
                guest.call(masked ? SdeiFunction.PE_MASK : SdeiFunction.PE_UNMASK);
                guest.rig().cut();
                guest.expectStatus(EVENT, state.bits());
                guest.expect(masked ? 0 : 1, SdeiFunction.PE_MASK);
            }
        }
    }

    /** SDEI-190. */
    private static void aHandlerGoesOnAfterRestore(Scenario s) {
        for (boolean resume : new boolean[] {false, true}) {
            SdeiClient guest = SdeiClient.boot(s);
            SteppingGuestCpu cpu = guest.cpu();
            guest.arm(EVENT, 0);
            guest.signalSelf();
            cpu.fillRegisters(4);
            long x11 = cpu.x(11);
            long pc = cpu.pc();
            guest.expectEntry(0);
            guest.rig().cut();
            s.witness("restored-in-handler");
            guest.expect(x11, SdeiFunction.EVENT_CONTEXT, 11);
            cpu.x(11, 1);
            if (resume) {
                guest.resume(cpu.layout().resume());
            } else {
                guest.complete(pc);
            }
            s.expectEqual("X11 after the handler", x11, cpu.x(11));
        }
    }

    /** SDEI-191. */
    private static void nestedHandlersGoOnAfterRestore(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        SteppingGuestCpu cpu = guest.cpu();
        guest.arm(SdeiClient.NORMAL.event(), 0);
        guest.arm(SdeiClient.CRITICAL.event(), 1);
        cpu.x(8, 0x11);
        long start = cpu.pc();
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.expectEntry(0);
        cpu.x(8, 0x22);
        long inner = cpu.pc();
        guest.trigger(SdeiClient.CRITICAL, 0);
        guest.expectEntry(1);
        guest.rig().cut();
        s.witness("restored-nested");
        guest.expect(0x22, SdeiFunction.EVENT_CONTEXT, 8);
        guest.complete(inner);
        guest.rig().cut();
        guest.expect(0x11, SdeiFunction.EVENT_CONTEXT, 8);
        guest.complete(start);
        s.expectEqual("X8", 0x11, cpu.x(8));
    }

    /** SDEI-192. */
    private static void aPendingEventIsDispatchedAfterRestore(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.arm(EVENT, 0);
        guest.signalSelf();
        guest.rig().cut();
        s.witness("restored-pending");
        guest.expectEntry(0);
    }

    /** SDEI-193, SDEI-195: the saved words of the chapter are damaged one after the other. */
    private static void damagedStateIsRefusedWhole(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.enterHandler();
        SavedState good = guest.rig().machine().save();
        long pc = guest.cpu().read(CoreRegister.PC);
        for (Map.Entry<String, StateValue> entry : good.values().entrySet()) {
            if (!entry.getKey().contains("sdei")) {
                continue;
            }
            if (entry.getValue() instanceof StateValue.Word) {
                refuseOrTakeWhole(s, guest, good, entry.getKey(), new StateValue.Text("?"));
                s.witness("damaged");
            }
        }
        refuse(s, guest, good, "sdei/no-such-value", new StateValue.Word(0));
        s.expectEqual("PC after refused restores", pc, guest.cpu().read(CoreRegister.PC));
        guest.expectStatus(EVENT, 7);
    }

    private static void refuse(Scenario s, SdeiClient guest, SavedState good, String path, StateValue value) {
        Map<String, StateValue> values = new TreeMap<>(good.values());
        values.put(path, value);
        s.expectRefused(
                "Machine.restore with " + path + " = " + value,
                ErrorId.INVALID_STATE,
                () -> guest.rig().machine().restore(new SavedState(good.backend(), good.version(), values)));
    }

    private static void refuseOrTakeWhole(
            Scenario s, SdeiClient guest, SavedState good, String path, StateValue value) {
        refuse(s, guest, good, path, value);
        s.expectEqual(
                "state after a refused restore", good, guest.rig().machine().save());
    }

    /** SDEI-194. */
    private static void stateOfAnotherShapeIsRefused(Scenario s) {
        SavedState more = SdeiClient.bootWithEvents(s, 1).rig().machine().save();
        Machine fewer = SdeiClient.boot(s).rig().machine();
        try {
            fewer.restore(more);
        } catch (HypervisorException refused) {
            s.expectThat(
                    "the error is INVALID_STATE or INCOMPATIBLE_STATE: " + refused.id(),
                    refused.id() == ErrorId.INVALID_STATE || refused.id() == ErrorId.INCOMPATIBLE_STATE);
            s.witness("refused");
            return;
        }
        throw s.failure("restoring a machine with more events into one with fewer", "a refusal", "success");
    }

    /** SDEI-196. */
    private static void versionAndFeaturesSurvive(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        long version = guest.call(SdeiFunction.VERSION);
        long slots = guest.call(SdeiFunction.FEATURES, Sdei.FEATURE_BIND_SLOTS);
        guest.rig().cut();
        guest.expect(version, SdeiFunction.VERSION);
        guest.expect(slots, SdeiFunction.FEATURES, Sdei.FEATURE_BIND_SLOTS);
    }

    /** SDEI-197. */
    private static void immediateInjectionLeavesNothingBehind(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        int event = SdeiClient.NORMAL.event();
        expectRejected(s, guest, "unregistered");
        guest.register(event);
        expectRejected(s, guest, "disabled");
        guest.enable(event);
        expectRejected(s, guest, "masked");
        guest.unmask();
        guest.expectNoEntry("nothing was latched");
        guest.register(guest.cpu(), SdeiClient.SECOND_NORMAL.event(), 1);
        guest.enable(SdeiClient.SECOND_NORMAL.event());
        guest.trigger(SdeiClient.SECOND_NORMAL, 0);
        expectRejected(s, guest, "another event is pending");
        guest.expectEntry(1);
        expectRejected(s, guest, "another event is running");
        guest.complete();
        guest.expectNoEntry("nothing was latched");
        s.expectEqual(
                "injectNow on a ready vCPU",
                DeliveryOutcome.Kind.DELIVERED,
                guest.rig().notifications().injectNow(SdeiClient.NORMAL, 0).kind());
        guest.expectEntry(0);
    }

    private static void expectRejected(Scenario s, SdeiClient guest, String why) {
        DeliveryOutcome outcome = guest.rig().notifications().injectNow(SdeiClient.NORMAL, 0);
        s.expectEqual("injectNow while " + why, DeliveryOutcome.Kind.REJECTED, outcome.kind());
        s.expectThat(
                "nothing is pending after a rejected injectNow",
                !guest.rig().notifications().state(SdeiClient.NORMAL, 0).pending());
    }

    /** SDEI-198. */
    private static void cancelWithdrawsPendingAndRefusesRunning(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        int event = SdeiClient.NORMAL.event();
        guest.register(event);
        guest.enable(event);
        guest.trigger(SdeiClient.NORMAL, 0);
        s.expectThat("a pending event is cancelled", guest.rig().notifications().cancel(SdeiClient.NORMAL, 0));
        s.expectThat("there is nothing to cancel", !guest.rig().notifications().cancel(SdeiClient.NORMAL, 0));
        guest.unmask();
        guest.expectNoEntry("the event was cancelled");
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.expectEntry(0);
        s.expectThat(
                "a running event is not cancelled", !guest.rig().notifications().cancel(SdeiClient.NORMAL, 0));
        guest.expectStatus(event, 7);
    }

    /** SDEI-200: the VMM sees the channel become idle, whichever call completes the handler. */
    private static void completionIsSeenByTheVmm(Scenario s) {
        for (boolean resume : new boolean[] {false, true}) {
            SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
            guest.arm(SdeiClient.NORMAL.event(), 0);
            guest.trigger(SdeiClient.NORMAL, 0);
            guest.expectEntry(0);
            ChannelState running = guest.rig().notifications().state(SdeiClient.NORMAL, 0);
            s.expectThat("the channel is active while the handler runs", running.active());
            if (resume) {
                guest.resume(guest.cpu().layout().resume());
            } else {
                guest.complete();
            }
            ChannelState idle = guest.rig().notifications().state(SdeiClient.NORMAL, 0);
            s.expectThat("the channel is idle after completion", !idle.active() && idle.ready());
            s.witness(resume ? "resumed" : "completed");
        }
    }

    /** SDEI-170. */
    private static void aFailedResetLeavesALegalState(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        guest.register(guest.cpu(), SdeiClient.NORMAL.event(), 1);
        guest.enterHandler();
        guest.expect(Sdei.DENIED, SdeiFunction.PRIVATE_RESET);
        s.expectOneOf("status of the running event", guest.call(SdeiFunction.EVENT_STATUS, EVENT), 7, 4);
        s.expectOneOf(
                "status of the idle event", guest.call(SdeiFunction.EVENT_STATUS, SdeiClient.NORMAL.event()), 1, 0);
        guest.complete();
        guest.expect(SUCCESS, SdeiFunction.PRIVATE_RESET);
    }
}
