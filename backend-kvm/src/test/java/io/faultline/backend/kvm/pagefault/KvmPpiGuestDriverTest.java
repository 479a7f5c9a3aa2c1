/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import static io.faultline.backend.kvm.pagefault.ApfRig.area;
import static io.faultline.backend.kvm.pagefault.ApfRig.page;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.Smccc;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.guest.GuestAnswer;
import io.faultline.api.guest.GuestNotification;
import io.faultline.backend.kvm.guest.KvmPpiGuestDriver;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The guest's half of the route by PPI. */
class KvmPpiGuestDriverTest {
    private static final GuestNotification NOT_PRESENT = new GuestNotification.NotPresent(0x1000);
    private static final Map<String, String> PPI = Map.of("apf.route", "ppi");

    private final ApfRig rig = new ApfRig(1, PPI, PageFaultDecoration.NONE);

    private static ApfRig withReply(ApfFunction wrong, ApfReply reply) {
        return new ApfRig(1, PPI, new PageFaultDecoration() {
            @Override
            public ApfCall call(ApfFunction function, ApfCall call, ApfMachine machine) {
                return function == wrong ? (vcpu, a2, a3) -> reply : call;
            }
        });
    }

    private static void fails(ErrorId id, Executable call) {
        assertEquals(id, assertThrows(HypervisorException.class, call).id());
    }

    private void fill() {
        for (int n = 0; n < 31; n++) {
            rig.cpu(0).x(n, 0x7000 + n);
        }
    }

    private void untouched(int except) {
        for (int n = 0; n < 31; n++) {
            if (n != except) {
                assertEquals(0x7000 + n, rig.cpu(0).x(n));
            }
        }
    }

    @Test
    void everyStepLeavesTheRegistersAlone() {
        fill();
        assertTrue(rig.driver.discover(rig.cpu(0)));
        untouched(-1);
        rig.driver.enable(rig.cpu(0), rig.setup(0));
        untouched(-1);
        assertEquals(1, rig.word(area(0) + 64));
        assertEquals(new GuestNotification.WakeAll(), rig.take(0));
        untouched(-1);
        rig.pages().discard(page(0));
        rig.touch(0, page(0));
        rig.cpu(0).x(1, 0x7001);
        GuestNotification notification = rig.driver.identify(rig.cpu(0), rig.setup(0));
        untouched(-1);
        rig.driver.answer(rig.cpu(0), rig.setup(0), notification, GuestAnswer.ASYNCHRONOUS);
        untouched(-1);
        assertEquals(rig.setup(0).resume(), rig.cpu(0).pc());
        rig.start(0);
        rig.driver.disable(rig.cpu(0), rig.setup(0));
        untouched(-1);
        assertEquals(0, rig.word(area(0) + 64));
    }

    @Test
    void anotherFunctionIsNotFound() {
        assertFalse(new KvmPpiGuestDriver(0x8600_0002).discover(rig.cpu(0)));
        assertEquals("kvm-ppi", rig.driver.mechanism());
    }

    @Test
    void whatIsNotTheDriversIsLeftAlone() {
        rig.driver.enable(rig.cpu(0), rig.setup(0));
        assertEquals(new GuestNotification.NotMine(), rig.driver.identify(rig.cpu(0), rig.setup(0)), "no vector");
        rig.open(0);
        rig.cpu(0).noOperation();
        rig.word(area(0), 0);
        assertEquals(new GuestNotification.NotMine(), rig.driver.identify(rig.cpu(0), rig.setup(0)), "spurious");
        rig.word(area(0), 3);
        rig.cpu(0).write(CoreRegister.PC, ApfRig.vectors(0) + 0x280);
        assertEquals(new GuestNotification.NotMine(), rig.driver.identify(rig.cpu(0), rig.setup(0)), "no such reason");
        rig.word(area(0), 2);
        rig.cpu(0).write(CoreRegister.PC, ApfRig.vectors(0) + 0x280);
        assertEquals(new GuestNotification.WakeAll(), rig.driver.identify(rig.cpu(0), rig.setup(0)));
        rig.cpu(0).write(CoreRegister.PC, ApfRig.vectors(0) + 0x80);
        assertEquals(new GuestNotification.NotMine(), rig.driver.identify(rig.cpu(0), rig.setup(0)), "nothing pending");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 0xFFFF_FFFFL})
    void aNotPresentWithAReservedTokenIsRefused(long token) {
        rig.enable(0);
        rig.pages().discard(page(0));
        rig.touch(0, page(0));
        rig.word(area(0) + 4, token);
        fails(ErrorId.PROTOCOL_VIOLATION, () -> rig.driver.identify(rig.cpu(0), rig.setup(0)));
    }

    @ParameterizedTest
    @EnumSource(
            value = ApfFunction.class,
            names = {"IRQ", "ENABLE"})
    void aHostThatDoesNotAnswerIsRefused(ApfFunction function) {
        ApfRig other = withReply(function, ApfReply.of(Smccc.NOT_SUPPORTED));
        fails(ErrorId.PROTOCOL_VIOLATION, () -> other.driver.enable(other.cpu(0), other.setup(0)));
    }

    @Test
    void aHostThatDoesNotTakeAcknowledgementOrReplyIsRefused() {
        ApfRig deaf = withReply(ApfFunction.IRQ_ACK, ApfReply.of(-5));
        fails(ErrorId.PROTOCOL_VIOLATION, () -> deaf.enable(0));
        ApfRig stubborn = withReply(ApfFunction.REPLY, ApfReply.of(-1));
        stubborn.enable(0);
        stubborn.pages().discard(page(0));
        long token = stubborn.announced(0, page(0));
        fails(ErrorId.PROTOCOL_VIOLATION, () -> stubborn.answer(0, token, GuestAnswer.SYNCHRONOUS));
    }

    @Test
    void answersMustFitTheNotification() {
        rig.enable(0);
        rig.start(0);
        for (GuestAnswer answer : GuestAnswer.values()) {
            fails(ErrorId.INVALID_ARGUMENT, () -> answer(new GuestNotification.NotMine(), answer));
        }
        fails(ErrorId.INVALID_ARGUMENT, () -> answer(NOT_PRESENT, GuestAnswer.ACKNOWLEDGED));
        fails(ErrorId.INVALID_ARGUMENT, () -> answer(new GuestNotification.WakeAll(), GuestAnswer.ASYNCHRONOUS));
        fails(ErrorId.PROTOCOL_VIOLATION, () -> answer(NOT_PRESENT, GuestAnswer.SYNCHRONOUS));
    }

    private void answer(GuestNotification notification, GuestAnswer answer) {
        rig.driver.answer(rig.cpu(0), rig.setup(0), notification, answer);
    }

    @Test
    void aBranchThatIsInterruptedIsReported() {
        rig.enable(0);
        rig.pages().discard(page(0));
        long token = rig.announced(0, page(0));
        rig.pages().discard(rig.setup(0).resume() & -4096L);
        rig.complete(rig.setup(0).resume() & -4096L);
        rig.answer(0, token, GuestAnswer.ASYNCHRONOUS);
        assertEquals(rig.setup(0).resume(), rig.cpu(0).pc());
    }
}
