/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import static io.faultline.backend.kvm.pagefault.ApfRig.FUNCTION;
import static io.faultline.backend.kvm.pagefault.ApfRig.area;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.Smccc;
import io.faultline.api.arm64.SmcccFunctionId;
import io.faultline.api.capability.AsyncPageFaultLimits;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.kvm.KvmBackendProvider;
import io.faultline.backend.kvm.KvmBackends;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the calls return, and what they leave alone. */
class ApfAbiTest {
    private static final long ENABLED = 1;

    private final ApfRig rig = new ApfRig(2);

    private long ask(ApfFunction function) {
        assertEquals(0, rig.call(0, FUNCTION, function.ordinal()));
        return rig.cpu(0).x(1);
    }

    @Test
    void theHypervisorIdentifiesItselfAndItsFunctions() {
        rig.call(0, Smccc.VENDOR_HYP_UID);
        long[] uid = {0xB66F_B428L, 0xE911_C52EL, 0x564B_CAA9L, 0x743A_004DL};
        for (int i = 0; i < 4; i++) {
            assertEquals(uid[i], rig.cpu(0).x(i));
        }
        assertEquals(0b101, rig.call(0, Smccc.VENDOR_HYP_FEATURES));
        for (int i = 1; i < 4; i++) {
            assertEquals(0, rig.cpu(0).x(i));
        }
    }

    @Test
    void theFunctionNumberIsASetting() {
        ApfRig other = new ApfRig(1, Map.of("apf.function", "66"), PageFaultDecoration.NONE);
        assertEquals(1, other.call(0, Smccc.VENDOR_HYP_FEATURES));
        assertEquals(0, other.cpu(0).x(1));
        assertEquals(1 << 2, other.cpu(0).x(2));
        assertEquals(0, other.call(0, 0x8600_0042, 0));
        assertEquals(0x1_0000, other.cpu(0).x(1));
        assertEquals(-1, other.call(0, FUNCTION, 0));
        assertTrue(other.driver.discover(other.cpu(0)));
        other.enable(0);
    }

    @Test
    void theNumbersAreThoseOfTheVmm() {
        assertEquals(0x1_0000, ask(ApfFunction.VERSION));
        assertEquals(64, ask(ApfFunction.SLOTS));
        assertEquals(ApfRig.EVENT, ask(ApfFunction.SDEI));
        assertEquals(ApfRig.INTERRUPT, ask(ApfFunction.IRQ));
    }

    @Test
    void capabilitiesSayTheSame() {
        assertEquals(
                new AsyncPageFaultLimits("kvm-sdei", 64, true, true),
                rig.machine.capabilities().get(Capabilities.ASYNC_PAGE_FAULTS).orElseThrow());
        assertEquals(
                new SmcccFunctionId(FUNCTION),
                rig.machine.capabilities().get(Capabilities.APF_KVM_SDEI).orElseThrow());
        assertTrue(rig.machine.capabilities().has(Capabilities.APF_DECLINE));
        ApfRig other = new ApfRig(1, Map.of("apf.reply", "ignored", "apf.slots", "2"), PageFaultDecoration.NONE);
        assertFalse(other.machine.capabilities().has(Capabilities.APF_DECLINE));
        assertEquals(0, other.call(0, FUNCTION, ApfFunction.SLOTS.ordinal()));
        assertEquals(2, other.cpu(0).x(1));
    }

    @ParameterizedTest
    @ValueSource(longs = {6, 7, 0xFFFF_FFFFL, 0x8000_0000L})
    void unknownSubFunctionsAreNotSupported(long number) {
        rig.enable(0);
        assertEquals(-1, rig.call(0, FUNCTION, number, 1, 2));
        assertEquals(number, rig.cpu(0).x(1));
        assertEquals(-2, rig.control(0, area(0) | ENABLED), "still enabled as before");
    }

    @Test
    void onlyTheLowHalvesOfTheArgumentsCount() {
        assertEquals(0, rig.call(0, FUNCTION, 0xFFFF_FFFF_0000_0001L));
        assertEquals(64, rig.cpu(0).x(1));
        long junk = 0xDEAD_BEEF_0000_0000L;
        assertEquals(0, rig.call(0, FUNCTION, 4, junk | area(0) | ENABLED, junk));
        assertEquals(-2, rig.control(0, area(0) | ENABLED));
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 8, 16, 32, 60})
    void reservedBitsAreRefusedAndChangeNothing(long bits) {
        assertEquals(-3, rig.control(0, area(0) | ENABLED | bits));
        assertEquals(-2, rig.control(0, 0), "still disabled");
        rig.enable(0);
        assertEquals(-3, rig.control(0, area(1) | ENABLED | bits));
        assertEquals(-3, rig.control(0, bits));
        assertEquals(-2, rig.control(0, area(0) | ENABLED), "still enabled with the same area");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 0x1000, ApfRig.ROM, ApfRig.RAM + ApfRig.RAM_BYTES, 0x7FFF_FFFF_FFFF_FFC0L, -64L})
    void anAreaMustBeMemoryThatTheGuestCanWrite(long address) {
        assertEquals(-1, rig.control(0, address | ENABLED));
        assertEquals(-2, rig.control(0, 0), "still disabled");
        rig.enable(0);
        assertEquals(-1, rig.control(0, address | ENABLED));
        assertEquals(-2, rig.control(0, area(0) | ENABLED), "the area before stays");
    }

    @Test
    void theLastAreaOfMemoryWillDo() {
        assertEquals(0, rig.control(0, ApfRig.RAM + ApfRig.RAM_BYTES - 64 | ENABLED));
        assertEquals(2, rig.word(ApfRig.RAM + ApfRig.RAM_BYTES - 64));
    }

    @Test
    void enablingShowsAWakeAllOnceAndOnThisVcpuOnly() {
        assertEquals(0, rig.control(0, area(0) | ENABLED));
        assertEquals(2, rig.word(area(0)));
        assertEquals(0xFFFF_FFFFL, rig.word(area(0) + 4));
        assertEquals(-2, rig.control(0, area(0) | ENABLED));
        assertEquals(1, rig.counters().wakeAlls());
        assertEquals(0, rig.word(area(1)));
        assertEquals(-2, rig.control(1, 0), "the other one is disabled");
    }

    @Test
    void disablingIsNotRequiredWhenDisabledAndIgnoresTheAddress() {
        assertEquals(-2, rig.control(0, 0));
        assertEquals(-2, rig.control(0, area(0)));
        rig.enable(0);
        assertEquals(0, rig.control(0, 0x1000));
        assertEquals(-2, rig.control(0, 0));
    }

    @Test
    void enablingElsewhereMovesWhatComesLater() {
        rig.enable(0);
        long moved = area(0) + 0x400;
        assertEquals(0, rig.control(0, moved | ENABLED));
        assertEquals(1, rig.counters().wakeAlls(), "no second wake-all");
        rig.word(area(0), 0x5555);
        rig.pages().discard(ApfRig.page(0));
        assertEquals(new GuestStep.Diverted(rig.setup(0).handler()), rig.touch(0, ApfRig.page(0)));
        assertEquals(1, rig.word(moved));
        assertEquals(0x1000, rig.word(moved + 4));
        assertEquals(0x5555, rig.word(area(0)));
    }

    @Test
    void acknowledgingNothingSucceeds() {
        assertEquals(0, rig.call(0, FUNCTION, ApfFunction.IRQ_ACK.ordinal()));
        rig.enable(0);
        assertEquals(0, rig.call(0, FUNCTION, ApfFunction.IRQ_ACK.ordinal()));
        assertFalse(rig.isDue(0));
    }

    @Test
    void applicationsCannotCall() {
        rig.user(0);
        rig.cpu(0).x(0, Integer.toUnsignedLong(FUNCTION));
        assertEquals(
                new GuestStep.Diverted(ApfRig.vectors(0) + 0x400), rig.cpu(0).hypervisorCall(0));
    }

    @Test
    void whatTheVmmDoesNotOfferIsNotThere() {
        ApfRig bare = new ApfRig(1, Map.of(), PageFaultDecoration.NONE, UnaryOperator.identity());
        assertEquals(1, bare.call(0, Smccc.VENDOR_HYP_FEATURES));
        for (ApfFunction function : ApfFunction.values()) {
            assertEquals(-1, bare.call(0, FUNCTION, function.ordinal(), area(0) | ENABLED, 0));
        }
        assertEquals(0, bare.word(area(0)));
        assertFalse(bare.driver.discover(bare.cpu(0)));
        bare.pages().discard(ApfRig.page(0));
        assertEquals(
                "not-enabled",
                bare.hidden(0, ApfRig.page(0)).ticket().veto().orElseThrow().name());
        bare.machine.restore(bare.machine.save());
        bare.machine.reset();
    }

    @Test
    void withoutADispatcherThereIsNoInterface() {
        HypervisorBackend bare = KvmBackends.open(
                BackendConfiguration.of(new KvmBackendProvider().descriptor(), Map.of("sdei.dispatcher", "absent")));
        assertEquals(List.of(), bare.guestDrivers());
        assertFalse(bare.capabilities().has(Capabilities.ASYNC_PAGE_FAULTS));
        MachineRequest.Builder request =
                MachineRequest.builder().memory(MemoryRegion.ram(ApfRig.RAM, ApfRig.RAM_BYTES));
        assertEquals(List.of(), bare.plan(request.build()).refusals());
        bare.plan(request.build()).build().close();
        assertEquals(
                1,
                bare.plan(request.asyncPageFaults(ApfRig.EVENT, ApfRig.INTERRUPT)
                                .build())
                        .refusals()
                        .size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"apf.function=0", "apf.function=128", "apf.slots=0", "apf.slots=5000", "apf.failures=0"})
    void numbersOutOfRangeAreRefused(String setting) {
        BackendConfiguration configuration = BackendConfiguration.parse(new KvmBackendProvider().descriptor(), setting);
        assertEquals(
                ErrorId.INVALID_SETTING,
                assertThrows(HypervisorException.class, () -> ApfSettings.of(configuration))
                        .id());
        assertThrows(
                IllegalArgumentException.class,
                () -> new ApfSettings(ApfRoute.SDEI, 0, 1, Policy.builder().build()));
    }

    @Test
    void aReadyDriverFindsTheInterface() {
        assertTrue(rig.driver.discover(rig.cpu(0)));
        assertEquals("kvm-sdei", rig.driver.mechanism());
        rig.enable(1);
        assertEquals(-2, rig.control(0, 0));
        rig.control(0, area(0) | ENABLED);
        rig.start(0);
        rig.cpu(0).hypervisorCall(0);
        assertEquals(new GuestNotification.NotMine(), rig.driver.identify(rig.cpu(0), rig.setup(0)));
    }
}
