/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.OptionalLong;
import java.util.function.LongPredicate;

/**
 * Tokens of 32 bits that a host counts: a sequence number of the vCPU in the upper bits, the index of the vCPU in the lower
 * ones (async-page-fault.md, 1.4).
 *
 * <p>Unlike its models it never makes all ones, nor 0 unless it is told to begin there; it skips what is still outstanding after the number wrapped (APF-040),
 * and keeps the vCPUs apart however many there are (APF-045).
 *
 * @since 0.1
 */
public final class CountingTokens implements TokenSource {
    private static final int BITS = 32;
    private static final int LEAST_VCPU_BITS = 12;
    private static final long ALL_ONES = 0xFFFF_FFFFL;

    private final int vcpuBits;
    private final int first;
    private final long[] sequence;

    /**
     * Makes a source whose first token on each vCPU has sequence number 1.
     *
     * @param vcpus number of vCPUs, 1 to 1048576
     */
    public CountingTokens(int vcpus) {
        this(vcpus, 1);
    }

    /**
     * Makes a source.
     *
     * @param vcpus number of vCPUs, 1 to 1048576
     * @param first first sequence number on each vCPU: 1; or 0, which makes 0 the first token of vCPU 0, as in the arm64
     *     series of 2021
     * @throws IllegalArgumentException if {@code first} is neither
     */
    public CountingTokens(int vcpus, int first) {
        if (first != 0 && first != 1) {
            throw new IllegalArgumentException("first sequence number " + first + " is neither 0 nor 1");
        }
        this.first = first;
        this.vcpuBits = Math.max(LEAST_VCPU_BITS, BITS - Integer.numberOfLeadingZeros(vcpus - 1));
        this.sequence = new long[vcpus];
        reset();
    }

    @Override
    public OptionalLong next(FaultContext fault, LongPredicate inUse) {
        long token = nextOrNone(fault, inUse);
        return token == NONE ? OptionalLong.empty() : OptionalLong.of(token);
    }

    @Override
    public long nextOrNone(FaultContext fault, LongPredicate inUse) {
        int vcpu = fault.vcpu();
        long numbers = 1L << BITS - vcpuBits;
        for (long tried = 0; tried < numbers; tried++) {
            long token = sequence[vcpu] << vcpuBits | vcpu;
            sequence[vcpu] = (sequence[vcpu] + 1) % numbers;
            if (isPossible(token) && token != ALL_ONES && !inUse.test(token)) {
                return token;
            }
        }
        return NONE;
    }

    @Override
    public boolean isPossible(long token) {
        return token != 0 || first == 0;
    }

    @Override
    public String stateName() {
        return "tokens";
    }

    @Override
    public void reset() {
        java.util.Arrays.fill(sequence, first);
    }

    @Override
    public void save(StateWriter writer) {
        writer.words("sequence", sequence);
    }

    @Override
    public void restore(StateReader reader) {
        long[] saved = reader.words("sequence", sequence.length);
        for (int i = 0; i < saved.length; i++) {
            if (saved[i] < 0 || saved[i] >= 1L << BITS - vcpuBits) {
                throw reader.invalid(
                        "sequence", "has " + saved[i] + " for vCPU " + i + ", which is no sequence number");
            }
            sequence[i] = saved[i];
        }
    }
}
