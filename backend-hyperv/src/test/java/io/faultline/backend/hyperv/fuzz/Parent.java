/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.intercept.MemoryIntercepts;
import io.faultline.api.machine.VcpuExit;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the VMM does as a parent partition does it: it hears of accesses, forbids and allows them. */
final class Parent {
    private static final int PAYLOAD = 16;
    private static final AccessKind[] KINDS = {AccessKind.READ, AccessKind.WRITE, AccessKind.EXECUTE};

    private final FuzzMachine machine;

    Parent(FuzzMachine machine) {
        this.machine = machine;
    }

    private MemoryIntercepts side() {
        return machine.machine().memoryIntercepts().orElseThrow();
    }

    private InterceptModel model() {
        return machine.model.intercepts;
    }

    static Set<AccessKind> kinds(int mask) {
        Set<AccessKind> kinds = EnumSet.noneOf(AccessKind.class);
        for (int i = 0; i < KINDS.length; i++) {
            if ((mask >>> i & 1) != 0) {
                kinds.add(KINDS[i]);
            }
        }
        return kinds;
    }

    // What it does by itself.

    void turn(boolean on) {
        if (on) {
            side().enable();
            model().isOn = true;
        } else {
            side().disable();
            model().reset();
        }
    }

    void permit(long page, int mask) {
        @Nullable ErrorId expected = null;
        if (!model().isOn) {
            expected = ErrorId.ILLEGAL_STATE;
        } else if (machine.model.beneath(page & -Model.PAGE) == null) {
            expected = ErrorId.NOT_GUEST_MEMORY;
        } else if (page % Model.PAGE != 0 || Model.isRom(page)) {
            expected = ErrorId.INVALID_ARGUMENT;
        } else {
            model().permit(page, mask & InterceptModel.ALL);
        }
        same(expected, () -> side().permit(page, kinds(mask)));
    }

    void resume(int vcpu) {
        @Nullable ErrorId expected = null;
        if (vcpu < 0 || vcpu >= machine.vcpus()) {
            expected = ErrorId.INVALID_ARGUMENT;
        } else if (model().suspended[vcpu]) {
            model().suspended[vcpu] = false;
        } else {
            expected = ErrorId.ILLEGAL_STATE;
        }
        same(expected, () -> side().resume(vcpu));
    }

    private static void same(@Nullable ErrorId expected, Runnable attempt) {
        @Nullable ErrorId found = null;
        try {
            attempt.run();
        } catch (HypervisorException refused) {
            found = refused.id();
        }
        if (found != expected) {
            throw new FuzzWorld.Broken("the VMM is told " + found + " instead of " + expected);
        }
    }

    // What it hears of.

    static boolean isIntercept(VcpuExit exit) {
        return exit instanceof VcpuExit.BackendSpecific specific
                && specific.kind().equals(MemoryIntercepts.EXIT);
    }

    /** A vCPU has stopped: what its message says is true, and it stays where it is. */
    void stopped(int vcpu, VcpuExit.BackendSpecific exit) {
        byte[] message = side().message(vcpu);
        int type = Model.load32(message, 0);
        int access = message[PAYLOAD + 5];
        long gpa = Model.load64(message, PAYLOAD + 48);
        long page = gpa & -Model.PAGE;
        Map<String, Long> details =
                Map.of("vcpu", (long) vcpu, "type", type & 0xFFFF_FFFFL, "gpa", gpa, "access", (long) access);
        require(exit.details().equals(details), "a vCPU stops with " + exit + ", and its message says " + details);
        require(
                Model.load32(message, PAYLOAD) == vcpu
                        && message[4] == 64
                        && Model.load64(message, PAYLOAD + 8)
                                == machine.vcpu(vcpu).read(CoreRegister.PC),
                "the message of vCPU " + vcpu + " is of another one");
        boolean isAbsent = type == MemoryIntercepts.UNMAPPED_GPA && machine.isAbsent(page);
        boolean isForbidden = type == MemoryIntercepts.GPA_INTERCEPT && !model().permits(page, access);
        require(
                model().isOn && machine.model.overlay(page) < 0 && (isAbsent || isForbidden),
                "vCPU " + vcpu + " stops for no reason: " + exit);
        model().suspended[vcpu] = true;
        require(machine.vcpu(vcpu).step().equals(exit), "vCPU " + vcpu + " goes on though it is suspended");
    }

    /** Lets a vCPU go on that has stopped; the page comes that it needs, or what it did is allowed. */
    void repair(int vcpu) {
        byte[] message = side().message(vcpu);
        long page = Model.load64(message, PAYLOAD + 48) & -Model.PAGE;
        if (Model.load32(message, 0) == MemoryIntercepts.GPA_INTERCEPT) {
            permit(page, InterceptModel.ALL);
        } else if (machine.isLost(page)) {
            turn(false);
            return;
        } else {
            machine.machine().asyncPageFaults().orElseThrow().request(page, KINDS[message[PAYLOAD + 5]]);
            machine.deliver(false);
        }
        resume(vcpu);
    }

    // Properties.

    void check() {
        require(side().isEnabled() == model().isOn, "intercepts are on or off as they must not be");
        for (int vcpu = 0; vcpu < machine.vcpus(); vcpu++) {
            require(
                    side().isSuspended(vcpu) == model().suspended[vcpu],
                    "vCPU " + vcpu + " is suspended: " + side().isSuspended(vcpu));
        }
    }

    void checkPages() {
        for (int i = 0; i < FuzzMachine.RAM_PAGES; i++) {
            long page = FuzzMachine.RAM + (long) i * Model.PAGE;
            Set<AccessKind> found = side().permitted(page);
            require(
                    found.equals(kinds(model().allowed(page))),
                    "page 0x" + Long.toHexString(page) + " may be accessed by " + found);
            int kinds = machine.model.overlay(page) < 0 ? model().allowed(page) : InterceptModel.ALL;
            require(
                    machine.insides().host.stage2().permissions(page) == kinds,
                    "stage 2 does not permit " + kinds + " at 0x" + Long.toHexString(page));
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new FuzzWorld.Broken(otherwise);
        }
    }
}
