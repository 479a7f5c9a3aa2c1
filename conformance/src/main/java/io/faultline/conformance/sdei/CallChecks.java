/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.sdei;

import static io.faultline.api.sdei.Sdei.DENIED;
import static io.faultline.api.sdei.Sdei.INVALID_PARAMETERS;
import static io.faultline.api.sdei.Sdei.NOT_SUPPORTED;
import static io.faultline.api.sdei.Sdei.OUT_OF_RESOURCE;
import static io.faultline.api.sdei.Sdei.PENDING;
import static io.faultline.api.sdei.Sdei.SUCCESS;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.SdeiLimits;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.RegisterFile;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * Section 8.1: calls in general.
 *
 * @since 0.1
 */
public final class CallChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "SDEI: calls, version, features",
            Check.of("SDEI-001", CallChecks::functionsAreSelectedByNumber)
                    .witnesses("calls-made")
                    .cut(),
            Check.of("SDEI-002", CallChecks::undefinedNumbersAreNotSupported)
                    .witnesses("undefined-called")
                    .cut(),
            Check.of("SDEI-003", CallChecks::thereAreNo32BitForms)
                    .witnesses("forms-called")
                    .cut(),
            Check.of("SDEI-004", CallChecks::negativeResultsAreSignExtended)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-005", CallChecks::callsFromTheWrongLevelChangeNothing)
                    .witnesses("called-from-el0")
                    .cut(),
            Check.of("SDEI-007", CallChecks::callsPreserveTheOtherRegisters)
                    .witnesses("calls-made")
                    .cut(),
            Check.of("SDEI-008", CallChecks::argumentRegistersAreKeptOrZeroed)
                    .witnesses("calls-made")
                    .cut(),
            Check.of("SDEI-009", CallChecks::upperHalvesOfNarrowParametersAreIgnored)
                    .witnesses("calls-made")
                    .cut(),
            Check.of("SDEI-010", CallChecks::bothConduitsBehaveTheSame)
                    .witnesses("calls-made")
                    .cut(),
            Check.of("SDEI-012", CallChecks::onlyDocumentedCodesAreReturned)
                    .witnesses("error-returned")
                    .seeds(3),
            Check.of("SDEI-013", CallChecks::versionIsOneAndPositive).cut(),
            Check.of("SDEI-014", CallChecks::minorVersionIsZeroOrOne).cut(),
            Check.of("SDEI-015", s -> isTheSameInEveryState(s, SdeiFunction.VERSION))
                    .witnesses("state-0", "state-1", "state-3", "state-4", "state-5", "state-7")
                    .cut(),
            Check.of("SDEI-016", CallChecks::featuresCountBindSlots).cut(),
            Check.of("SDEI-018", CallChecks::unknownFeaturesAreInvalid).cut(),
            Check.of("SDEI-019", CallChecks::relativeModeIsAFeatureOfVersionOneOne)
                    .cut(),
            Check.of("SDEI-020", s -> isTheSameInEveryState(s, SdeiFunction.FEATURES, Sdei.FEATURE_BIND_SLOTS))
                    .witnesses("state-0", "state-1", "state-3", "state-4", "state-5", "state-7")
                    .cut(),
            Check.of("SDEI-142", CallChecks::theClientLevelIsEl1)
                    .witnesses("handler-entered")
                    .cut());

    private CallChecks() {}

    /** SDEI-001. */
    private static void functionsAreSelectedByNumber(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        s.expectEqual("major version from 0xC4000020", 1, cpu.call(0xC400_0020) >>> 48);
        s.expectEqual("0xC400002C, unmasking", SUCCESS, cpu.call(0xC400_002C));
        s.expectEqual("0xC400002B, masking an unmasked PE", 1, cpu.call(0xC400_002B));
        long handler = cpu.layout().handler(0);
        s.expectEqual("0xC4000021, registering", SUCCESS, cpu.call(0xC400_0021, 0, handler, 0, 0, 0));
        s.expectEqual("0xC4000028, status", 1, cpu.call(0xC400_0028, 0));
        s.expectEqual("0xC4000022, enabling", SUCCESS, cpu.call(0xC400_0022, 0));
        s.expectEqual("0xC4000028, status", 3, cpu.call(0xC400_0028, 0));
        s.expectEqual("0xC4000023, disabling", SUCCESS, cpu.call(0xC400_0023, 0));
        s.expectEqual("0xC4000029, type of event 0", 0, cpu.call(0xC400_0029, 0, Sdei.INFO_TYPE));
        s.expectEqual("0xC4000024, context outside a handler", DENIED, cpu.call(0xC400_0024, 0));
        s.expectEqual("0xC4000025, completing outside a handler", DENIED, cpu.call(0xC400_0025, 0));
        s.expectEqual("0xC4000026, resuming outside a handler", DENIED, cpu.call(0xC400_0026, handler));
        s.expectEqual("0xC4000027, unregistering", SUCCESS, cpu.call(0xC400_0027, 0));
        s.expectEqual("0xC4000028, status", 0, cpu.call(0xC400_0028, 0));
        s.expectEqual("0xC4000031, private reset", SUCCESS, cpu.call(0xC400_0031));
        s.expectEqual("0xC4000032, shared reset", SUCCESS, cpu.call(0xC400_0032));
        s.expectEqual("0xC400002F, signalling event 1", INVALID_PARAMETERS, cpu.call(0xC400_002F, 1, 0));
        s.expectThat("0xC4000030 returns the number of bind slots", cpu.call(0xC400_0030, 0) >>> 32 == 0);
        s.witness("calls-made");
    }

    /** SDEI-002. */
    private static void undefinedNumbersAreNotSupported(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        for (int function = 0xC400_0033; function <= 0xC400_003F; function++) {
            s.expectEqual(
                    "result of 0x" + Integer.toHexString(function),
                    NOT_SUPPORTED,
                    guest.cpu().call(function, 0, 0, 0, 0, 0));
            s.witness("undefined-called");
        }
    }

    /** SDEI-003. */
    private static void thereAreNo32BitForms(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.register(SdeiClient.EVENT_0);
        for (SdeiFunction function : SdeiFunction.values()) {
            int form = function.id() & ~(1 << 30);
            s.expectEqual(
                    "result of 0x" + Integer.toHexString(form),
                    NOT_SUPPORTED,
                    guest.cpu().call(form, 0, 0, 0, 0, 0));
        }
        guest.expectStatus(SdeiClient.EVENT_0, Sdei.REGISTERED);
        s.witness("forms-called");
    }

    /** SDEI-004. */
    private static void negativeResultsAreSignExtended(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        s.expectEqual("X0 of a denied call", 0xFFFF_FFFF_FFFF_FFFDL, guest.call(SdeiFunction.EVENT_ENABLE, 0));
        s.expectEqual(
                "X0 of a call with invalid parameters",
                0xFFFF_FFFF_FFFF_FFFEL,
                guest.call(SdeiFunction.EVENT_STATUS, SdeiClient.NO_EVENT));
        s.expectEqual("X0 of an undefined call", -1L, guest.cpu().call(0xC400_003F));
        guest.enterHandler();
        s.expectEqual(
                "X0 of unregistering a running handler",
                0xFFFF_FFFF_FFFF_FFFBL,
                guest.call(SdeiFunction.EVENT_UNREGISTER, 0));
    }

    /** SDEI-005: HVC is undefined at EL0, so the call never reaches the dispatcher. */
    private static void callsFromTheWrongLevelChangeNothing(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        guest.register(SdeiClient.EVENT_0);
        cpu.enterEl0();
        GuestStep step = cpu.callStep(SdeiFunction.EVENT_ENABLE.id(), SdeiClient.EVENT_0);
        if (step instanceof GuestStep.Retired) {
            s.expectEqual("result of EVENT_ENABLE called from EL0", NOT_SUPPORTED, cpu.x(0));
            cpu.leaveEl0();
        } else {
            s.expectDiverted("HVC from EL0", step, cpu.layout().vectorFromEl0(0));
            cpu.jump(cpu.layout().el1());
        }
        s.witness("called-from-el0");
        guest.expectStatus(SdeiClient.EVENT_0, Sdei.REGISTERED);
    }

    /** SDEI-007. */
    private static void callsPreserveTheOtherRegisters(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        for (SdeiFunction function : SdeiFunction.values()) {
            cpu.fillRegisters(function.ordinal());
            RegisterFile before = cpu.registers();
            cpu.call(function.id(), 0, cpu.layout().handler(0), 0, 0, 0);
            RegisterFile after = cpu.registers();
            RegisterFile expected = before.withFrom(
                    after,
                    CoreRegister.X0,
                    CoreRegister.X1,
                    CoreRegister.X2,
                    CoreRegister.X3,
                    CoreRegister.X4,
                    CoreRegister.X5,
                    CoreRegister.PC);
            s.expectEqual("registers over " + function, expected, after);
            s.expectEqual("X4 over " + function, 0, cpu.x(4));
            s.expectEqual("X5 over " + function, 0, cpu.x(5));
        }
        s.witness("calls-made");
    }

    /** SDEI-008. */
    private static void argumentRegistersAreKeptOrZeroed(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        for (SdeiFunction function : SdeiFunction.values()) {
            cpu.call(function.id(), 0, 0x40, 0x41);
            s.expectEqual("X1 after " + function, 0, cpu.x(1));
            s.expectOneOf("X2 after " + function, cpu.x(2), 0x40, 0);
            s.expectOneOf("X3 after " + function, cpu.x(3), 0x41, 0);
        }
        s.witness("calls-made");
    }

    /** SDEI-009. */
    private static void upperHalvesOfNarrowParametersAreIgnored(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        long event = 0xDEAD_BEEF_0000_0000L;
        long info = 0x1234_5678_0000_0000L | Sdei.INFO_PRIORITY;
        guest.expect(0, SdeiFunction.EVENT_GET_INFO, event, info);
        guest.expect(0, SdeiFunction.EVENT_STATUS, event);
        guest.expect(
                guest.call(SdeiFunction.FEATURES, Sdei.FEATURE_BIND_SLOTS),
                SdeiFunction.FEATURES,
                0xFFFF_FFFF_0000_0000L);
        s.witness("calls-made");
    }

    /** SDEI-010. */
    private static void bothConduitsBehaveTheSame(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        long version = guest.call(SdeiFunction.VERSION);
        long bySmc = cpu.callBySmc(SdeiFunction.VERSION.id());
        if (bySmc != NOT_SUPPORTED) {
            s.expectEqual("VERSION by SMC", version, bySmc);
            s.expectEqual(
                    "REGISTER by SMC",
                    SUCCESS,
                    cpu.callBySmc(
                            SdeiFunction.EVENT_REGISTER.id(), 0, cpu.layout().handler(0), 0, 0, 0));
            guest.expectStatus(SdeiClient.EVENT_0, Sdei.REGISTERED);
        }
        cpu.x(0, SdeiFunction.VERSION.id() & 0xFFFF_FFFFL);
        GuestStep step = cpu.hypervisorCall(1);
        s.expectThat(
                "HVC #1 is not taken for an SDEI call", !(step instanceof GuestStep.Retired) || cpu.x(0) != version);
        s.witness("calls-made");
    }

    /** SDEI-012. */
    private static void onlyDocumentedCodesAreReturned(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        long[] interesting = {
            0,
            1,
            2,
            4,
            17,
            18,
            -1,
            0x8000_0000L,
            SdeiClient.NO_EVENT,
            cpu.layout().handler(0)
        };
        for (int i = 0; i < 400; i++) {
            SdeiFunction function = SdeiFunction.values()[s.random().nextInt(SdeiFunction.values().length)];
            long[] arguments = new long[5];
            for (int n = 0; n < arguments.length; n++) {
                arguments[n] = interesting[s.random().nextInt(interesting.length)];
            }
            long result = cpu.call(function.id(), arguments);
            if (result < 0) {
                s.expectOneOf(
                        "error code of " + function,
                        result,
                        NOT_SUPPORTED,
                        INVALID_PARAMETERS,
                        DENIED,
                        PENDING,
                        OUT_OF_RESOURCE);
                s.witness("error-returned");
            }
            guest.call(SdeiFunction.PE_MASK);
        }
    }

    /** SDEI-013. */
    private static void versionIsOneAndPositive(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        long version = guest.call(SdeiFunction.VERSION);
        s.expectThat("bit 63 of the version is 0", version >= 0);
        s.expectEqual("major version", 1, version >>> 48);
    }

    /** SDEI-014. */
    private static void minorVersionIsZeroOrOne(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        long minor = guest.call(SdeiFunction.VERSION) >>> 32 & 0xFFFF;
        s.expectOneOf("minor version", minor, 0, 1);
        s.expectEqual(
                "minor version that the backend declares",
                s.capability(Capabilities.SDEI).minorVersion(),
                minor);
    }

    /** SDEI-015, SDEI-020 and the like: a call that works in every state and answers the same. */
    private static void isTheSameInEveryState(Scenario s, SdeiFunction function, long... arguments) {
        long first = SdeiClient.boot(s).call(function, arguments);
        s.expectThat(function + " succeeds", first >= 0);
        for (SdeiClient.State state : SdeiClient.State.values()) {
            SdeiClient guest = SdeiClient.boot(s);
            guest.bringTo(state);
            guest.expect(first, function, arguments);
            guest.expectStatus(SdeiClient.EVENT_0, state.bits());
        }
    }

    /** SDEI-016. */
    private static void featuresCountBindSlots(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        long slots = guest.call(SdeiFunction.FEATURES, Sdei.FEATURE_BIND_SLOTS);
        SdeiLimits limits = s.capability(Capabilities.SDEI);
        s.expectEqual("bits 63:32", 0, slots >>> 32);
        s.expectEqual("private slots", limits.privateSlots(), slots & 0xFFFF);
        s.expectEqual("shared slots", limits.sharedSlots(), slots >>> 16 & 0xFFFF);
    }

    /** SDEI-018. */
    private static void unknownFeaturesAreInvalid(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        for (long feature : new long[] {2, 0x10, 0x7FFF_FFFF, 0xFFFF_FFFFL}) {
            guest.expect(INVALID_PARAMETERS, SdeiFunction.FEATURES, feature);
        }
    }

    /** SDEI-019. */
    private static void relativeModeIsAFeatureOfVersionOneOne(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        long minor = guest.call(SdeiFunction.VERSION) >>> 32 & 0xFFFF;
        long result = guest.call(SdeiFunction.FEATURES, Sdei.FEATURE_RELATIVE_MODE);
        if (minor == 0) {
            s.expectEqual("FEATURES(1) of version 1.0", INVALID_PARAMETERS, result);
        } else {
            s.expectOneOf("FEATURES(1) of version 1.1", result, 0, 1);
        }
    }

    /** SDEI-142: EL1 is the client whatever was interrupted. */
    private static void theClientLevelIsEl1(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 2);
        SteppingGuestCpu cpu = guest.cpu();
        guest.arm(SdeiClient.EVENT_0, 0);
        cpu.enterEl0();
        guest.signal(guest.cpu(1), 0);
        guest.expectEntry(0);
        ProcessorState state = SdeiClient.state(cpu);
        s.expectEqual("level of the handler", io.faultline.api.arm64.ExceptionLevel.EL1, state.level());
        s.expectEqual("interrupted level in X3", 0, cpu.x(3) & 0xF);
    }
}
