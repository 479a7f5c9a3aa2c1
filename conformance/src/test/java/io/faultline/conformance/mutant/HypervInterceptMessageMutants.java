/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.conformance.mutant.HypervInterceptParts.interceptor;
import static io.faultline.conformance.mutant.HypervInterceptParts.intercepts;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.PageSize;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.hyperv.intercept.InterceptMessages;
import io.faultline.backend.hyperv.intercept.StandardInterceptMessages;
import io.faultline.hwmodel.memory.LittleEndian;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Bugs in what intercept messages say. */
final class HypervInterceptMessageMutants {
    private static final int TYPE_AT = 0;
    private static final int SIZE_AT = 4;
    private static final int VCPU_AT = 16;
    private static final int LENGTH_AT = 20;
    private static final int ACCESS_AT = 21;
    private static final int STATE_AT = 22;
    private static final int PC_AT = 24;
    private static final int CPSR_AT = 32;
    private static final int INFO_AT = 45;
    private static final int GVA_AT = 56;
    private static final int GPA_AT = 64;
    private static final int SYNDROME_AT = 72;
    private static final int GPA_INTERCEPT = 0x8000_0001;
    private static final int TRANSLATION_VALID = 2;
    private static final int OUTPUT_PENDING = 4;
    private static final long ISV = 1 << 24;
    private static final long SSE = 1 << 21;
    private static final long SRT = 0x1F << 16;
    private static final long WNR = 1 << 6;

    static final List<Mutant> ALL = List.of(
            message("a-fetch-is-a-read", "API-045", "detail access", (vcpu, access, walk, message) -> {
                message[ACCESS_AT] = (byte) (access == AccessKind.WRITE ? 1 : 0);
            }),
            message("addresses-are-those-of-pages", "API-045", "detail gpa", (vcpu, access, walk, message) -> {
                put(message, GPA_AT, Long.BYTES, PageSize.pageOf(LittleEndian.load64(message, GPA_AT)));
            }),
            message("absent-pages-are-forbidden-ones", "API-048", "detail type", (vcpu, access, walk, message) -> {
                put(message, TYPE_AT, Integer.BYTES, GPA_INTERCEPT);
            }),
            intercepts("a-message-is-the-buffer", "API-054", "after the VMM wrote to its copy", parts -> {
                return new LikeIntercepts(parts) {
                    private final Map<Integer, byte[]> buffers = new TreeMap<>();

                    @Override
                    public byte[] message(int vcpu) {
                        byte[] message = super.message(vcpu);
                        return buffers.computeIfAbsent(vcpu, unused -> message);
                    }

                    @Override
                    public void resume(int vcpu) {
                        super.resume(vcpu);
                        buffers.remove(vcpu);
                    }
                };
            }),
            intercepts("a-message-has-the-pc-of-now", "API-054", "changed what it is about", parts -> {
                return new LikeIntercepts(parts) {
                    @Override
                    public byte[] message(int vcpu) {
                        byte[] message = super.message(vcpu);
                        long pc = parts.getInstance(Host.class).vcpu(vcpu).pe().pc();
                        put(message, PC_AT, Long.BYTES, pc);
                        return message;
                    }
                };
            }),
            intercepts("a-message-ends-with-its-payload", "API-054", "bytes of a message", parts -> {
                return new LikeIntercepts(parts) {
                    @Override
                    public byte[] message(int vcpu) {
                        return Arrays.copyOf(super.message(vcpu), SYNDROME_AT + Long.BYTES);
                    }
                };
            }),
            clears("a-message-has-no-size", "payload size", SIZE_AT, 1),
            clears("a-message-is-of-vcpu-0", "vCPU in the message", VCPU_AT, Integer.BYTES),
            clears("a-message-has-no-length", "instruction length", LENGTH_AT, 1),
            clears("a-message-has-no-level", "exception level", STATE_AT, Short.BYTES),
            clears("a-message-has-no-status", "status in the message", CPSR_AT, Long.BYTES),
            clears("a-message-has-no-gva", "virtual address of the access", GVA_AT, Long.BYTES),
            message(
                    "the-gva-of-a-message-is-the-gpa",
                    "API-055",
                    "virtual address of",
                    (vcpu, access, walk, message) -> {
                        put(message, GVA_AT, Long.BYTES, LittleEndian.load64(message, GPA_AT));
                    }),
            message("a-message-has-the-next-pc", "API-055", "PC in the message", (vcpu, access, walk, message) -> {
                put(message, PC_AT, Long.BYTES, LittleEndian.load64(message, PC_AT) + 4);
            }),
            message("a-stores-syndrome-is-a-loads", "API-055", "WnR", (vcpu, access, walk, message) -> {
                put(message, SYNDROME_AT, Long.BYTES, LittleEndian.load64(message, SYNDROME_AT) & ~WNR);
            }),
            message("a-syndrome-has-no-details", "API-056", "ISV", (vcpu, access, walk, message) -> {
                put(message, SYNDROME_AT, Long.BYTES, LittleEndian.load64(message, SYNDROME_AT) & ~ISV);
            }),
            message("a-syndrome-names-x0", "API-056", "registers after", (vcpu, access, walk, message) -> {
                put(message, SYNDROME_AT, Long.BYTES, LittleEndian.load64(message, SYNDROME_AT) & ~SRT);
            }),
            message("a-syndrome-has-no-sign", "API-056", "registers after LDRS", (vcpu, access, walk, message) -> {
                put(message, SYNDROME_AT, Long.BYTES, LittleEndian.load64(message, SYNDROME_AT) & ~SSE);
            }),
            message("a-table-walk-is-translated", "API-057", "no valid translation", (vcpu, access, walk, message) -> {
                message[INFO_AT] |= (byte) (walk ? TRANSLATION_VALID : 0);
            }),
            interceptor("a-table-walk-is-not-intercepted", "API-057", "whose translation is in a page", parts -> {
                return new LikeInterceptor(parts) {
                    @Override
                    public boolean forbidden(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
                        return !stage1Walk && super.forbidden(vcpu, access, page, false);
                    }
                };
            }),
            message("a-table-walk-is-what-it-is-for", "API-062", "access in the", (vcpu, access, walk, message) -> {
                if (walk) {
                    put(message, ACCESS_AT, 1, access.ordinal());
                }
            }),
            message("output-of-a-call-is-not-named", "API-060", "bit 2", (vcpu, access, walk, message) -> {
                message[INFO_AT] &= (byte) ~OUTPUT_PENDING;
            }));

    private HypervInterceptMessageMutants() {}

    /** Changes a message. */
    @FunctionalInterface
    private interface Forgery {
        void forge(VirtualProcessor vcpu, AccessKind access, boolean stage1Walk, byte[] message);
    }

    private static Mutant message(String id, String rule, String words, Forgery forgery) {
        return HypervMutant.part(id, rule, words, InterceptMessages.class, parts -> {
            InterceptMessages right = new StandardInterceptMessages();
            return (vcpu, type, access, page, stage1Walk, message) -> {
                right.memory(vcpu, type, access, page, stage1Walk, message);
                forgery.forge(vcpu, access, stage1Walk, message);
            };
        });
    }

    private static Mutant clears(String id, String words, int at, int length) {
        return message(id, "API-055", words, (vcpu, access, walk, message) -> put(message, at, length, 0));
    }

    private static void put(byte[] message, int at, int length, long value) {
        LittleEndian.store(message, at, length, value);
    }
}
