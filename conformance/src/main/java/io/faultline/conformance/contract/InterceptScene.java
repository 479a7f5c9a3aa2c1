/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.contract;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.intercept.MemoryIntercepts;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.GuestMemory;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.Rig;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A machine whose VMM may hear of accesses, and the page that they go to: data at its beginning, and one NOP at
 * {@link #CODE}.
 */
final class InterceptScene {
    static final long PAGE = GuestLayout.dataPage(3);
    static final long CODE = PAGE + 0x800;
    /** Every narrower part of it has its highest bit set. */
    static final long CONTENT = 0x1122_3344_D566_8788L;

    static final Set<AccessKind> ALL = Collections.unmodifiableSet(EnumSet.allOf(AccessKind.class));
    static final Set<AccessKind> NONE = Set.of();

    private static final long STORED = 0x0807_0605_0403_0201L;

    private final Scenario s;
    private final Rig rig;

    private InterceptScene(Scenario s, Rig rig) {
        this.s = s;
        this.rig = rig;
    }

    /** A machine as it is when it was booted. */
    static InterceptScene booted(Scenario s) {
        return booted(s, request -> {});
    }

    static InterceptScene booted(Scenario s, Consumer<MachineRequest.Builder> more) {
        InterceptScene scene = new InterceptScene(s, s.machine(more));
        scene.fillPage();
        return scene;
    }

    /** A machine with several vCPUs, all on, and with intercepts on. */
    static InterceptScene on(Scenario s, int vcpus) {
        InterceptScene scene = booted(s, request -> request.vcpus(vcpus));
        for (int i = 1; i < vcpus; i++) {
            scene.rig.turnOn(i);
        }
        scene.intercepts().enable();
        return scene;
    }

    static InterceptScene on(Scenario s) {
        return on(s, 1);
    }

    Rig rig() {
        return rig;
    }

    SteppingGuestCpu cpu() {
        return rig.cpu(0);
    }

    GuestMemory memory() {
        return rig.machine().memory();
    }

    /** Not to be kept over an operation. */
    MemoryIntercepts intercepts() {
        return rig.machine()
                .memoryIntercepts()
                .orElseThrow(() -> s.failure(
                        "Machine.memoryIntercepts()", "present, as the backend declares memory-intercepts", "empty"));
    }

    /** Allows everything but some kinds. */
    void forbid(AccessKind... kinds) {
        EnumSet<AccessKind> allowed = EnumSet.allOf(AccessKind.class);
        allowed.removeAll(Arrays.asList(kinds));
        intercepts().permit(PAGE, allowed);
    }

    void allowAll() {
        intercepts().permit(PAGE, ALL);
    }

    void fillPage() {
        byte[] zeros = new byte[PageSize.BYTES];
        memory().write(PAGE, zeros);
        memory().store(PAGE, AccessWidth.DOUBLEWORD, CONTENT);
        rig.program(CODE, A64.NOP);
    }

    byte[] page() {
        byte[] content = new byte[PageSize.BYTES];
        memory().read(PAGE, content);
        return content;
    }

    /** Where an access of {@link #access} goes. */
    static long target(AccessKind kind) {
        return kind == AccessKind.EXECUTE ? CODE : PAGE;
    }

    /** Puts a vCPU in front of an access. */
    void prepare(SteppingGuestCpu cpu, AccessKind kind) {
        cpu.write(
                CoreRegister.PC,
                kind == AccessKind.EXECUTE ? CODE : cpu.layout().el1());
        cpu.x(0, STORED);
        cpu.x(1, PAGE);
    }

    /** Makes the access that was prepared: LDR X0, [X1], or STR X0, [X1], or what is at {@link #CODE}. */
    GuestStep access(SteppingGuestCpu cpu, AccessKind kind) {
        return switch (kind) {
            case READ -> cpu.load(AccessWidth.DOUBLEWORD, 0, 1);
            case WRITE -> cpu.store(AccessWidth.DOUBLEWORD, 0, 1);
            case EXECUTE -> cpu.resume();
        };
    }

    /** Demands that an access is made, and has its effect. */
    void expectAccess(String when, SteppingGuestCpu cpu, AccessKind kind) {
        prepare(cpu, kind);
        expectDone(when, cpu, kind, access(cpu, kind));
    }

    /** Demands that an access was made, and had its effect. */
    void expectDone(String when, SteppingGuestCpu cpu, AccessKind kind, GuestStep step) {
        s.expectRetired("the access " + kind + " " + when, step);
        switch (kind) {
            case READ -> s.expectEqual("what was loaded " + when, CONTENT, cpu.x(0));
            case WRITE -> {
                s.expectEqual("what was stored " + when, STORED, memory().load(PAGE, AccessWidth.DOUBLEWORD));
                memory().store(PAGE, AccessWidth.DOUBLEWORD, CONTENT);
            }
            case EXECUTE -> s.expectEqual("PC " + when, CODE + 4, cpu.pc());
        }
    }

    /** Demands that an access that the VMM has forbidden suspends the vCPU. */
    VcpuExit expectForbidden(String when, SteppingGuestCpu cpu, AccessKind kind) {
        prepare(cpu, kind);
        String what = "the access " + kind + " " + when;
        return expectIntercept(what, cpu, access(cpu, kind), MemoryIntercepts.GPA_INTERCEPT, kind, target(kind));
    }

    /** Demands that a vCPU was suspended. */
    VcpuExit expectIntercept(String what, SteppingGuestCpu cpu, GuestStep step, int type, AccessKind kind, long gpa) {
        VcpuExit.BackendSpecific exit = s.expectStopped(what, step, VcpuExit.BackendSpecific.class);
        s.expectEqual("kind of the exit of " + what, MemoryIntercepts.EXIT, exit.kind());
        expectDetail(what, exit, "vcpu", cpu.index());
        expectDetail(what, exit, "type", Integer.toUnsignedLong(type));
        expectDetail(what, exit, "access", code(kind));
        expectDetail(what, exit, "gpa", gpa);
        s.expectThat(
                "vCPU " + cpu.index() + " is suspended by " + what, intercepts().isSuspended(cpu.index()));
        return exit;
    }

    private void expectDetail(String what, VcpuExit.BackendSpecific exit, String name, long expected) {
        Long actual = exit.details().get(name);
        if (actual == null) {
            throw s.failure("details of the exit of " + what, "a value of " + name, exit.toString());
        }
        s.expectEqual("detail " + name + " of the exit of " + what, expected, actual.longValue());
    }

    /** How details and messages name a kind of access. */
    static int code(AccessKind kind) {
        return switch (kind) {
            case READ -> 0;
            case WRITE -> 1;
            case EXECUTE -> 2;
        };
    }

    /** Lets a vCPU go on with the access for which it was suspended. */
    GuestStep resume(SteppingGuestCpu cpu) {
        intercepts().resume(cpu.index());
        return cpu.resume();
    }

    /** Tells whether a vCPU has this message; bytes behind the payload are undefined (hyperv.md 3.3). */
    boolean hasMessage(int vcpu, byte[] expected) {
        byte[] message = intercepts().message(vcpu);
        return Arrays.equals(message, 0, InterceptMessage.END, expected, 0, InterceptMessage.END);
    }

    InterceptMessage message(int vcpu) {
        return InterceptMessage.of(intercepts().message(vcpu));
    }
}
