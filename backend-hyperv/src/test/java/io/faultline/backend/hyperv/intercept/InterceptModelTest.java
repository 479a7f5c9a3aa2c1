/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.intercept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.intercept.MemoryIntercepts;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.backend.hyperv.HypervRig;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random accesses while a VMM takes pages, forbids and allows, against a table of what has been said. */
class InterceptModelTest {
    private static final int VCPUS = 3;
    private static final int PAGES = 6;
    private static final long CODE = HypervRig.RAM + 0x8000;
    private static final long FIRST = HypervRig.RAM + 0x30_0000;
    private static final int[] INSTRUCTIONS = {0xF940_0020, 0xF900_0020, 0xD503_201F};
    private static final int ASSIST = 0x9_0013;
    private static final int NOWHERE = -1;

    private final HypervRig rig = new HypervRig(VCPUS).identified();
    private final MemoryIntercepts intercepts = rig.machine.memoryIntercepts().orElseThrow();
    private final AsyncPageFaults pages = rig.machine.asyncPageFaults().orElseThrow();

    private final boolean[][] allowed = new boolean[PAGES][AccessKind.values().length];
    private final byte[][] away = new byte[PAGES][];
    private final String[] suspended = new String[VCPUS];
    private int assist = NOWHERE;

    private static long page(int page) {
        return FIRST + 0x1000L * page;
    }

    private static String text(VcpuExit exit) {
        return exit.toString();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyAccessDoesWhatWasSaidLast(long seed) {
        Random random = new Random(seed);
        rig.words(CODE, INSTRUCTIONS);
        intercepts.enable();
        for (int page = 0; page < PAGES; page++) {
            rig.words(page(page), INSTRUCTIONS[2], INSTRUCTIONS[2]);
            allowed[page] = new boolean[] {true, true, true};
        }
        for (int step = 0; step < 600; step++) {
            int page = random.nextInt(PAGES);
            int vcpu = random.nextInt(VCPUS);
            switch (random.nextInt(8)) {
                case 0 -> permit(random, page);
                case 1 -> move(page);
                case 2 -> overlay(random);
                case 3 -> {
                    if (suspended[vcpu] != null) {
                        intercepts.resume(vcpu);
                        suspended[vcpu] = null;
                    }
                }
                case 4 -> rig.machine.restore(rig.machine.save());
                default -> access(vcpu, page, AccessKind.values()[random.nextInt(3)]);
            }
            assertEquals(suspended[vcpu] != null, intercepts.isSuspended(vcpu));
        }
    }

    private void permit(Random random, int page) {
        Set<AccessKind> kinds = EnumSet.noneOf(AccessKind.class);
        for (AccessKind kind : AccessKind.values()) {
            allowed[page][kind.ordinal()] = random.nextInt(3) > 0;
            if (allowed[page][kind.ordinal()]) {
                kinds.add(kind);
            }
        }
        intercepts.permit(page(page), kinds);
        assertEquals(kinds, intercepts.permitted(page(page)));
    }

    private void move(int page) {
        if (page == assist) {
            return;
        }
        if (away[page] == null) {
            away[page] = pages.evict(page(page));
        } else {
            assertTrue(pages.complete(page(page), away[page]));
            away[page] = null;
        }
    }

    /** The assist page of vCPU 0 hides one of the pages, or none. */
    private void overlay(Random random) {
        if (suspended[0] != null) {
            return;
        }
        assist = assist == NOWHERE ? random.nextInt(PAGES) : NOWHERE;
        assertEquals(0, rig.set(0, ASSIST, assist == NOWHERE ? 0 : page(assist) | 1));
    }

    private void access(int vcpu, int page, AccessKind kind) {
        Vcpu cpu = rig.vcpu(vcpu);
        if (suspended[vcpu] == null) {
            long pc = kind == AccessKind.EXECUTE ? page(page) : CODE + 4L * kind.ordinal();
            cpu.write(CoreRegister.PC, pc);
            cpu.write(CoreRegister.x(0), INSTRUCTIONS[2] * 0x1_0000_0001L);
            cpu.write(CoreRegister.x(1), page(page));
        }
        String exit = text(cpu.step());
        if (suspended[vcpu] == null && page != assist) {
            boolean isAbsent = away[page] != null;
            if (isAbsent || !allowed[page][kind.ordinal()]) {
                suspended[vcpu] = "BackendSpecific[kind=hyperv:memory-intercept, details={access=" + kind.ordinal()
                        + ", gpa=" + page(page) + ", type=" + (isAbsent ? 2_147_483_648L : 2_147_483_649L)
                        + ", vcpu=" + vcpu + "}]";
            }
        }
        assertEquals(suspended[vcpu] == null ? "Stepped[]" : suspended[vcpu], exit);
    }
}
