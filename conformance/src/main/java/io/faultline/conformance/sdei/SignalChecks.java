/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.sdei;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.sdei.Sdei;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SdeiGuest;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * SDEI_EVENT_SIGNAL.
 *
 * @since 0.1
 */
public final class SignalChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "SDEI: signal",
            Check.of("SDEI-106", SignalChecks::aPeSignalsItself)
                    .witnesses("handler-entered")
                    .cut());

    private SignalChecks() {}

    private static void aPeSignalsItself(Scenario s) {
        SteppingGuestCpu cpu = s.machine().cpu(0);
        SdeiGuest guest = new SdeiGuest(cpu);
        guest.arm(Sdei.EVENT_SOFTWARE_SIGNALLED, 0, 0x1234);
        s.expectEqual("EVENT_SIGNAL to itself", Sdei.SUCCESS, guest.signalSelf());
        long next = cpu.pc();
        guest.expectHandler(0);
        s.witness("handler-entered");
        s.expectEqual("X2, the interrupted PC, is the instruction after the call", next, cpu.read(CoreRegister.X2));
        s.expectEqual("saved X0, the result of the call", Sdei.SUCCESS, guest.context(0));
        guest.completeTo(next);
        s.expectEqual("X0 after completion", Sdei.SUCCESS, cpu.x(0));
    }
}
