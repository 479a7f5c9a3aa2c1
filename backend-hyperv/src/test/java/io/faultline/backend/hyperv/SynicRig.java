/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.Provides;
import com.google.inject.util.Modules;
import io.faultline.api.synic.SyntheticInterrupts;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.synic.Interleaving;
import io.faultline.backend.hyperv.synic.InterruptRequest;
import io.faultline.backend.hyperv.synic.StandardInterruptRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.ObjIntConsumer;

/** A machine whose synthetic interrupts are counted, and whose guest can be let in between two steps of the hypervisor. */
final class SynicRig {
    static final int SINT0 = 0xA_0000;
    static final int SCONTROL = 0xA_0010;
    static final int SVERSION = 0xA_0011;
    static final int SIEFP = 0xA_0012;
    static final int SIMP = 0xA_0013;
    static final int EOM = 0xA_0014;
    static final long MASKED = 1L << 16;
    static final long POLLING = 1L << 18;
    static final int PENDING = 1 << 8;
    /** With bits 38 and 39. */
    static final Map<String, String> PRIVILEGED = Map.of("hyperv.privileges", "0x000a00f00000027f");

    final HypervRig rig;
    final SyntheticInterrupts synic;

    private final List<String> raised = new ArrayList<>();
    private final Watching watching = new Watching();

    private static final class Watching implements Interleaving {
        private ObjIntConsumer<Frame> beforeMark = (page, source) -> {};
        private ObjIntConsumer<Frame> afterMark = beforeMark;
        private ObjIntConsumer<Frame> beforeType = beforeMark;
        private ObjIntConsumer<Frame> beforeInterrupt = beforeMark;

        @Override
        public void beforeMark(Frame page, int source) {
            beforeMark.accept(page, source);
        }

        @Override
        public void afterMark(Frame page, int source) {
            afterMark.accept(page, source);
        }

        @Override
        public void beforeType(Frame page, int source) {
            beforeType.accept(page, source);
        }

        @Override
        public void beforeInterrupt(Frame page, int source) {
            beforeInterrupt.accept(page, source);
        }
    }

    private final class Counting extends AbstractModule {
        @Provides
        InterruptRequest interrupts(Host host) {
            InterruptRequest standard = new StandardInterruptRequest(host);
            return (vcpu, intid) -> {
                standard.raise(vcpu, intid);
                if (!host.isRehearsal()) {
                    raised.add(vcpu + ":" + intid);
                }
            };
        }

        @Provides
        Interleaving interleaving() {
            return watching;
        }
    }

    SynicRig(int vcpus) {
        this(vcpus, Map.of());
    }

    SynicRig(int vcpus, Map<String, String> settings, Module... overrides) {
        Module counting = new Counting();
        rig = new HypervRig(HypervRig.open(settings, Modules.override(counting).with(overrides)), vcpus).identified();
        synic = rig.machine.syntheticInterrupts().orElseThrow();
    }

    /** Interrupts since the last time, as vCPU:INTID. */
    List<String> raised() {
        List<String> all = List.copyOf(raised);
        raised.clear();
        return all;
    }

    void onBeforeMark(ObjIntConsumer<Frame> action) {
        watching.beforeMark = Objects.requireNonNull(action);
    }

    void onAfterMark(ObjIntConsumer<Frame> action) {
        watching.afterMark = Objects.requireNonNull(action);
    }

    void onBeforeType(ObjIntConsumer<Frame> action) {
        watching.beforeType = Objects.requireNonNull(action);
    }

    void onBeforeInterrupt(ObjIntConsumer<Frame> action) {
        watching.beforeInterrupt = Objects.requireNonNull(action);
    }

    /** Type, size, flags and origination of a slot. */
    List<Integer> slot(int vcpu, int source) {
        long at = HypervRig.slot(vcpu, source);
        int sizeAndFlags = rig.word(at + 4);
        return List.of(rig.word(at), sizeAndFlags & 0xFF, sizeAndFlags >>> 8, (int) rig.doubleword(at + 8));
    }

    int type(int vcpu, int source) {
        return rig.word(HypervRig.slot(vcpu, source));
    }

    /** The guest takes a message: its type is zero. */
    void free(int vcpu, int source) {
        rig.words(HypervRig.slot(vcpu, source), 0);
    }

    void endOfMessage(int vcpu) {
        assertEquals(0, rig.set(vcpu, EOM, 0));
    }

    void source(int vcpu, int source, long value) {
        assertEquals(0, rig.set(vcpu, SINT0 + source, value));
    }

    /** A word of the flags of a source. */
    long flags(int vcpu, int source, int word) {
        return rig.doubleword(HypervRig.siefp(vcpu) + 256L * source + 8L * word);
    }

    /** Every flag that is set, in order. */
    void forEachFlag(int vcpu, BiConsumer<Integer, Integer> action) {
        for (int source = 0; source < 16; source++) {
            for (int word = 0; word < 32; word++) {
                for (long left = flags(vcpu, source, word); left != 0; left &= left - 1) {
                    action.accept(source, 64 * word + Long.numberOfTrailingZeros(left));
                }
            }
        }
    }
}
